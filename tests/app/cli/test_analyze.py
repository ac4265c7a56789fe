from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from app.settings import Settings
from tests.app.conftest import Conforms
from tests.app.stubs import COLUMNS, StubAnalyst, png


@pytest.fixture(autouse=True)
def stub_pipeline(monkeypatch: pytest.MonkeyPatch, analyst: StubAnalyst) -> None:
    def stub(settings: Settings) -> StubAnalyst:
        return analyst

    monkeypatch.setattr("app.cli.reading.analyst", stub)
    monkeypatch.setattr("app.cli.reading.quiet", lambda: None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """b.png, a text that calls itself a.dcm, below/c.png, and a hidden file."""
    made = tmp_path / "images"
    (made / "below").mkdir(parents=True)
    (made / "b.png").write_bytes(png())
    (made / "a.dcm").write_bytes(b"not an image")
    (made / "below" / "c.png").write_bytes(png())
    (made / ".hidden").write_bytes(b"")
    return made


def run(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert "Traceback" not in result.output
    return result


def documents(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_one_document_a_line_in_input_order(folder: Path, conforms: Conforms) -> None:
    result = run("analyze", folder / "below" / "c.png", folder / "b.png", "--json")
    assert result.exit_code == 0
    found = documents(result)
    assert [document["file"] for document in found] == [str(folder / "below" / "c.png"), str(folder / "b.png")]
    for document in found:
        conforms(document, "Document")


def test_an_unreadable_file_fails_at_the_end_and_the_others_are_done(folder: Path) -> None:
    result = run("analyze", folder / "a.dcm", folder / "missing.png", folder / "b.png", "--json")
    bad, missing, good = documents(result)
    assert result.exit_code == 1
    assert set(bad) == {"file", "error"}
    assert (bad["file"], bad["error"]["code"]) == (str(folder / "a.dcm"), "unreadable_image")
    assert missing["error"] == {"code": "unreadable_file", "message": "No such file or directory."}
    assert good["image"]["width"] == COLUMNS


def test_a_folder_stands_for_the_files_below_it(folder: Path) -> None:
    found = documents(run("analyze", folder, "--json"))
    assert [Path(document["file"]).name for document in found] == ["a.dcm", "b.png", "c.png"]


def test_an_unforeseen_error_is_one_line_and_no_traceback(folder: Path, analyst: StubAnalyst) -> None:
    analyst.error = RuntimeError("Doe^Jane")
    result = run("analyze", folder / "b.png", folder / "below" / "c.png", "--json")
    assert [document["error"]["code"] for document in documents(result)] == ["internal_error"] * 2
    assert result.exit_code == 1
    assert "Doe" not in result.output


def test_the_table_is_for_people_and_says_what_the_numbers_stand_for(folder: Path) -> None:
    text = run("analyze", folder / "b.png").stdout
    assert "confidence  90%" in text
    assert "malignant     70%" in text
    assert "confidence  20%" not in text  # below the least that is shown
    assert "masking medium (70%); cancer 34%" in text
    assert "BI-RADS >= 4 standing in for malignancy" in text
    assert "not a medical device" in text


def test_a_batch_gives_json_lines_and_a_table(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = run("batch", folder, "--out", out)
    assert result.exit_code == 1  # one of them is no image
    lines = [json.loads(line) for line in (out / "results.jsonl").read_text().splitlines()]
    assert [line["file"] for line in lines] == ["a.dcm", "b.png", "below/c.png"]
    rows = list(csv.DictReader((out / "summary.csv").read_text().splitlines()))
    assert [row["error"] for row in rows] == ["unreadable_image", "", ""]
    assert (rows[1]["findings"], rows[1]["highest_confidence"], rows[1]["cancer"]) == ("2", "0.9", "0.34")
    assert "not a medical device" in (out / "NOTE.txt").read_text()
    assert sorted(path.name for path in out.iterdir()) == ["NOTE.txt", "results.jsonl", "summary.csv"]


def test_a_batch_that_is_run_again_does_what_is_new_or_changed(
    folder: Path, tmp_path: Path, analyst: StubAnalyst
) -> None:
    run("batch", folder, "--out", tmp_path / "out")
    assert analyst.analyses == 2
    (folder / "b.png").write_bytes(png(columns=COLUMNS + 8))
    (folder / "d.png").write_bytes(png())
    run("batch", folder, "--out", tmp_path / "out")
    assert analyst.analyses == 4
    assert len((tmp_path / "out" / "results.jsonl").read_text().splitlines()) == 4


def test_a_batch_that_was_stopped_goes_on_where_it_was(folder: Path, tmp_path: Path, analyst: StubAnalyst) -> None:
    out = tmp_path / "out"
    run("batch", folder, "--out", out)
    lines = (out / "results.jsonl").read_text().splitlines()
    (out / "results.jsonl").unlink()
    (out / "results.jsonl.part").write_text("\n".join([*lines[:2], lines[2][:40]]))  # stopped within a line
    run("batch", folder, "--out", out)
    assert analyst.analyses == 3
    assert (out / "results.jsonl").read_text().splitlines() == lines


def test_results_inside_the_folder_are_not_analysed_themselves(folder: Path) -> None:
    for _ in range(2):
        run("batch", folder, "--out", folder / "out")
    assert len((folder / "out" / "results.jsonl").read_text().splitlines()) == 3
