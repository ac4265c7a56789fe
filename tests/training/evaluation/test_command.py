"""`mammoscope evaluate` on drawn mammograms laid out as INbreast, through the shipped networks."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from models.weights import SHIPPED, cards, write_card
from pipeline.finding import Kind
from tests.training.test_datasets import inbreast_folder, inbreast_row
from training.datasets.base import Example
from training.evaluation.analyses import Networks, Refused, Task, analysed, weights_key
from training.evaluation.command import main, named, parser
from training.evaluation.patients import Chosen
from training.evaluation.values import Case
from training.phantom import draw_phantom, write_png
from training.split import fold_of

pytestmark = pytest.mark.slow

IMAGES = 5
WOMEN = [name for name in (f"woman {i}" for i in range(80)) if fold_of("inbreast", name) == 0][: IMAGES + 1]
OTHERS = [name for name in (f"woman {i}" for i in range(20)) if fold_of("inbreast", name) != 0][:2]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five held-out women with one drawn view each, a sixth whose picture is empty, and two of other folds."""
    root = tmp_path_factory.mktemp("data")
    (root / "inbreast" / "images").mkdir(parents=True)
    rows, masses = [], {}
    for i in range(IMAGES):
        phantom = draw_phantom(i, size=(624, 480), masses=1, clusters=0, malignant=i % 2 == 0)
        write_png(phantom, root / "inbreast" / "images" / f"{i}.png", bits=8)
        masses[f"{i}"] = [lesion.outline.tolist() for lesion in phantom.lesions if lesion.kind is Kind.MASS]
        birads = "5" if i % 2 == 0 else "2"
        side = phantom.laterality.value
        rows.append(inbreast_row(f"{i}", WOMEN[i], birads=birads, laterality=side, density=f"{i % 3 + 1}.0"))
    cv2.imwrite(str(root / "inbreast" / "images" / "5.png"), np.zeros((624, 480), np.uint8))
    rows.append(inbreast_row("5", WOMEN[5], mass_status="no_mass"))
    rows += [inbreast_row("0", other) for other in OTHERS]
    inbreast_folder(root / "inbreast", *rows, masses=masses)
    return root


@pytest.fixture(scope="module")
def judging(tmp_path_factory: pytest.TempPathFactory) -> Networks:
    """The shipped networks, whose cards say that they left fold 0 out: nobody learned from the drawn women. The
    committee keeps its card, by which its five experts together know everybody."""
    folder = tmp_path_factory.mktemp("weights")
    (folder / "weights").symlink_to(SHIPPED / "weights")
    for card in cards():
        held_out = {**card.training, "split": "by patient; fold 0 of 5 by SHA-256 of the patient validates"}
        told = card if card.task == "microcalcification" else replace(card, training=held_out)
        write_card(told, folder / "cards" / f"{card.name}.toml")
    return Networks(folder, left_out=("microcalcification",))


def arguments(data: Path, out: Path, *more: str) -> list[str]:
    return ["--data", str(data), "--sets", "inbreast", "--out", str(out), "--draws", "50", "--jobs", "1", *more]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory, data: Path, judging: Networks) -> Path:
    folder = tmp_path_factory.mktemp("out")
    assert main(arguments(data, folder, "--weights", str(judging.directory))) == 0
    return folder


def told(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / "report.json").read_text())
    return found


def test_the_report_is_of_the_held_out_women_and_names_who_was_refused(out: Path) -> None:
    found = told(out)["sets"]["inbreast"]
    assert (found["images"], found["patients"], found["refused"]) == (5, 5, ["5: unsupported_image"])
    assert found["figures"]["masses.ap50"]["n"] == 5
    assert "cancer.auc" in found["figures"]
    assert "masking.balanced_accuracy" in found["figures"]
    assert found["figures"]["runtime.p95"]["value"] > 0


def test_the_weights_are_named_as_their_cards_do(out: Path) -> None:
    weights = {entry["task"]: entry["sha256"] for entry in told(out)["weights"]}
    assert weights == {card.task: card.sha256 for card in Networks().cards}


def test_no_folder_of_this_machine_is_in_the_report(out: Path, data: Path) -> None:
    for name in ("report.html", "report.json"):
        text = (out / name).read_text()
        assert str(data) not in text
        assert str(out) not in text
    assert f"--data {data.name} --sets inbreast" in told(out)["command"]


@pytest.mark.parametrize(
    ("typed", "told"), [("/a/b/data/", "data"), ("--out=/a/b", "--out=b"), ("f/{fold}", "{fold}"), ("--jobs", "--jobs")]
)
def test_of_a_path_only_its_last_part_is_told(typed: str, told: str) -> None:
    assert named([typed]) == [told]


def test_a_second_run_only_draws_again(
    out: Path, data: Path, judging: Networks, capsys: pytest.CaptureFixture[str]
) -> None:
    """The kept documents decide: one that is said to have taken an hour took an hour."""
    kept = sorted((out / "analyses" / weights_key(judging)).glob("*.json"))
    assert len(kept) == IMAGES + 1
    before = {path: path.read_text() for path in kept}
    changed = next(path for path in kept if "document" in json.loads(before[path]))
    changed.write_text(json.dumps(json.loads(before[changed]) | {"milliseconds": 3_600_000.0}))
    try:
        assert main(arguments(data, out, "--no-pictures", "--weights", str(judging.directory))) == 0
        assert told(out)["sets"]["inbreast"]["figures"]["runtime.p95"]["value"] == 3600
        assert "image/jpeg" not in (out / "report.html").read_text()
        printed = capsys.readouterr().out
        assert "| inbreast: Masses: detection: AP at IoU 0.5 |" in printed
        assert "| NF1 | seconds an image, 95th percentile | ≤ 30 | 3600.000" in printed
    finally:
        changed.write_text(before[changed])
    assert {path: path.read_text() for path in kept} == before


def test_two_processes_say_what_one_says(data: Path, out: Path, tmp_path: Path) -> None:
    picture = data / "inbreast" / "images" / "1.png"
    tasks = [Task(Example("drawn", f"{i}", f"{i}", picture), Networks()) for i in range(2)]
    cases = [
        case
        for folder, jobs in ((tmp_path / "a", 1), (tmp_path / "b", 2))
        for case in analysed(tasks, folder, jobs, "")
    ]
    boxes = [[finding.box for finding in case.analysis.findings] for case in cases if isinstance(case, Case)]
    assert len(boxes) == 4
    assert boxes[0] == boxes[1] == boxes[2] == boxes[3]


def test_an_empty_picture_is_refused_and_stays_refused(data: Path, tmp_path: Path) -> None:
    task = Task(Example("drawn", "5", "5", data / "inbreast" / "images" / "5.png"), Networks())
    for _ in range(2):
        assert analysed([task], tmp_path, 1, "") == [Refused("5", "unsupported_image")]


def test_women_whom_the_weights_learned_from_are_not_judged(
    data: Path, judging: Networks, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments(data, tmp_path, "--weights", str(judging.directory), "--held-out", "1")) == 1
    said = capsys.readouterr().err
    assert "inbreast is not judged: the card compact-detector left out fold 0 of 5; fold 1 of 5" in said
    assert not (tmp_path / "report.html").exists()


def test_a_missing_data_set_is_said_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments(tmp_path, tmp_path / "out")) == 1
    assert "inbreast.csv" in capsys.readouterr().err


def test_the_shipped_weights_are_judged_unless_others_are_named() -> None:
    options = parser().parse_args([])
    assert (options.weights, options.models, options.held_out, options.out) == (None, None, "0", Path("runs/evaluate"))
    assert Chosen().of(3) == Networks()
