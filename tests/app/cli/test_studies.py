"""`mammoscope analyze` on studies, and spacing given by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from app.settings import Settings
from tests.app.conftest import Conforms
from tests.app.stubs import StubAnalyst, png
from tests.pipeline.studies import HUNG, four_views, laid_out, packed, tomosynthesis, view


@pytest.fixture(autouse=True)
def stub_pipeline(monkeypatch: pytest.MonkeyPatch, analyst: StubAnalyst) -> None:
    def stub(settings: Settings) -> StubAnalyst:
        return analyst

    monkeypatch.setattr("app.cli.reading.analyst", stub)
    monkeypatch.setattr("app.cli.reading.quiet", lambda: None)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def documents(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_zip_gives_a_document_for_each_image_by_its_path_inside(tmp_path: Path, conforms: Conforms) -> None:
    (tmp_path / "study.zip").write_bytes(packed(four_views()))
    result = run("analyze", tmp_path / "study.zip", "--json")
    assert result.exit_code == 0
    found = documents(result)
    assert [document["file"] for document in found] == HUNG
    for document in found:
        conforms(document, "Document")


def test_a_folder_gives_paths_that_can_be_opened_in_the_same_order(tmp_path: Path) -> None:
    laid_out(tmp_path, four_views())
    result = run("analyze", tmp_path, "--json")
    assert [document["file"] for document in documents(result)] == [str(tmp_path / name) for name in HUNG]


def test_a_volume_is_refused_with_the_image_in_its_place_and_the_status_says_so(tmp_path: Path) -> None:
    flat = view("L", "CC", ImageType=["DERIVED", "PRIMARY", "GENERATED_2D"])
    (tmp_path / "study.zip").write_bytes(packed({"flat.dcm": flat, "volume.dcm": tomosynthesis()}))
    result = run("analyze", tmp_path / "study.zip", "--json")
    good, bad = documents(result)
    assert (result.exit_code, good["image"]["view"]) == (1, "CC")
    assert bad["error"]["code"] == "unsupported_image"
    assert "flat.dcm" in bad["error"]["message"]


def test_an_archive_that_cannot_be_opened_is_one_error_and_the_rest_is_done(tmp_path: Path) -> None:
    (tmp_path / "bad.zip").write_bytes(packed(four_views())[:100])
    (tmp_path / "good.png").write_bytes(png())
    bad, good = documents(run("analyze", tmp_path / "bad.zip", tmp_path / "good.png", "--json"))
    assert (bad["file"], bad["error"]["code"]) == (str(tmp_path / "bad.zip"), "unreadable_archive")
    assert good["image"]["pixel_spacing_mm"] is None


def test_spacing_by_hand_is_used_where_it_can_be(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png())
    (document,) = documents(run("analyze", tmp_path / "a.png", "--json", "--spacing", "0.05,0.06"))
    assert document["image"]["pixel_spacing_mm"] == [0.05, 0.06]
    refused = run("analyze", tmp_path / "a.png", "--spacing", "50")
    assert (refused.exit_code, "0.01 to 1 mm" in refused.output) == (2, True)


def test_a_batch_with_another_spacing_is_another_batch(tmp_path: Path, analyst: StubAnalyst) -> None:
    laid_out(tmp_path / "in", {"a.png": png()})
    for spacing in ("0.1", "0.1", "0.2"):
        assert run("batch", tmp_path / "in", "--out", tmp_path / "out", "--spacing", spacing).exit_code == 0
    assert analyst.analyses == 2
    line = json.loads((tmp_path / "out" / "results.jsonl").read_text())
    assert (line["image"]["pixel_spacing_mm"], line["spacing_by_hand_mm"]) == ([0.2, 0.2], [0.2, 0.2])


def test_a_batch_with_other_networks_is_another_batch(tmp_path: Path, analyst: StubAnalyst) -> None:
    laid_out(tmp_path / "in", {"a.png": png()})
    (tmp_path / "models.toml").write_text('hybrid = "none"\n')
    for options in ([], [], ["--no-second-opinion"], ["--models", str(tmp_path / "models.toml")]):
        assert run("batch", tmp_path / "in", "--out", tmp_path / "out", *options).exit_code == 0
    assert analyst.analyses == 2  # the last two ask the same networks
