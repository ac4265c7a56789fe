"""`mammoscope data explore` on miniatures of every data set's layout."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from app.cli import main
from tests.training.datasets import miniatures, prepared_miniatures
from tests.training.test_datasets import picture, rsna_row, table
from training.datasets.registry import DATASETS
from training.exploration.command import explore
from training.exploration.facts import facts

ALL: dict[str, Callable[[Path], object]] = {
    name: getattr(miniatures, name, None) or getattr(prepared_miniatures, name) for name in DATASETS
}


def rsna_of(root: Path) -> Path:
    """Three women: one image each of two, two of the third; machine 5 has all cancers."""
    rows = [
        ("0", "anna", {"cancer": "1", "age": "61.0", "site_id": "1", "machine_id": "5", "density": "C"}),
        ("1", "berta", {"cancer": "0", "age": "45.0", "site_id": "1", "machine_id": "5", "density": "A"}),
        ("2", "clara", {"cancer": "0", "age": "", "site_id": "2", "machine_id": "9", "density": ""}),
        ("3", "clara", {"cancer": "0", "age": "", "site_id": "2", "machine_id": "9", "density": ""}),
    ]
    folder = root / "rsna_subset"
    for number, _, _ in rows:
        picture(folder / "images" / f"{number}.png", 96 + 8 * (number == "3"))
    table(folder / "rsna_subset.csv", *(rsna_row(number, woman, **told) for number, woman, told in rows))
    return folder


def test_the_report_of_a_miniature_has_the_numbers_that_were_put_in(tmp_path: Path) -> None:
    explore("rsna_subset", rsna_of(tmp_path), tmp_path / "out")
    told = json.loads((tmp_path / "out" / "exploration.json").read_text())
    assert (told["images"], told["patients"], told["positive"], told["judged"]) == (4, 3, 1, 4)
    fields = {field["name"]: field for field in told["fields"]}
    assert [(v["value"], v["images"], v["positive"]) for v in fields["machine"]["values"]] == [("5", 2, 1), ("9", 2, 0)]
    assert [(v["value"], v["images"]) for v in fields["site"]["values"]] == [("1", 2), ("2", 2)]
    assert (fields["density"]["missing"], fields["age"]["missing"], fields["machine"]["missing"]) == (2, 2, 0)
    decades = [("40-49", 1), ("60-69", 1), ("unknown", 2)]
    assert [(v["value"], v["images"]) for v in fields["age"]["values"]] == decades
    ages = {"group": "all", "images": 2, "mean": 53.0, "deviation": 8.0, "quartiles": [49.0, 53.0, 57.0]}
    assert told["ages"][0] == ages
    assert told["sizes"] == [["96 x 96", 3], ["104 x 104", 1]]
    assert any("Density is unknown for 50 %" in sentence for sentence in told["traps"])


def test_the_page_needs_nothing_else_and_names_no_patient(tmp_path: Path) -> None:
    page = explore("rsna_subset", rsna_of(tmp_path), tmp_path / "out")
    text = page.read_text()
    charts = list((tmp_path / "out" / "charts").glob("*.png"))
    assert {"missing", "sizes", "ages", "field-machine", "field-density"} <= {path.stem for path in charts}
    assert text.count("data:image/png;base64,") == len(charts)
    for path in charts:
        pixels = cv2.imread(str(path))
        assert pixels is not None
        assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 20
    assert "not a medical device" in text
    assert "<script" not in text
    for woman in ("anna", "berta", "clara"):
        assert woman not in text
        assert woman not in (tmp_path / "out" / "exploration.json").read_text()


@pytest.mark.parametrize("name", DATASETS)
def test_every_data_set_can_be_explored(name: str, tmp_path: Path) -> None:
    root = tmp_path / name
    ALL[name](root)
    rows = facts(name, root)
    assert len(rows) == len(list(DATASETS[name].read(root)))
    assert all(row.size for row in rows)
    assert any(row.fields for row in rows) or name in ("coco", "mass_collection")


def test_the_command_line_says_where_the_report_is(tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = CliRunner().invoke(main, ["data", "explore", "rsna_subset", str(rsna_of(tmp_path)), "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert f"wrote {out / 'exploration.html'}" in done.output


@pytest.mark.parametrize(("name", "said"), [("nothing", "is no data set"), ("rsna_subset", "expected rsna_subset.csv")])
def test_what_cannot_be_explored_is_told_in_words(name: str, said: str, tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["data", "explore", name, str(tmp_path), "--out", str(tmp_path / "out")])
    assert done.exit_code != 0
    assert said in done.output
    assert not (tmp_path / "out").exists()
