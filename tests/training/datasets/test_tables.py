"""Tables as data sets keep them, and what is said when one is not as expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.datasets.drawing import old_workbook, table, workbook, written
from training.datasets.layout import WrongLayout, contents, expected
from training.datasets.tables import table as read

ROWS = [["File Name", "Mass ", "ACR"], ["20586908", "", " 2 "], ["20586934", "X", "3"]]
READ = [{"File Name": "20586908", "Mass": "", "ACR": "2"}, {"File Name": "20586934", "Mass": "X", "ACR": "3"}]


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_csv_with_either_delimiter_and_a_byte_order_mark(delimiter: str, tmp_path: Path) -> None:
    text = "\n".join(delimiter.join(row) for row in ROWS)
    path = written(tmp_path / "a.csv", b"\xef\xbb\xbf" + text.encode())
    assert read(path, "File Name") == READ


def test_old_excel_keeps_whole_numbers_whole(tmp_path: Path) -> None:
    rows: list[list[str | float]] = [[*ROWS[0]], [20586908.0, "", " 2 "], [20586934.0, "X", 3.0]]
    assert read(old_workbook(tmp_path / "a.xls", rows)) == READ


def test_new_excel_by_the_name_of_the_sheet(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"other": [["a"], ["b"]], "all": ROWS})
    assert read(path, sheet="all") == READ
    assert read(path) == [{"a": "b"}]


def test_a_column_that_is_missing_is_named_with_what_is_there(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", [{"image": 1, "label": 2}])
    with pytest.raises(WrongLayout, match=r"expected the column 'patient' in .*a\.csv; found image, label"):
        read(path, "image", "patient")


def test_a_folder_is_told_from_what_lies_in_it(tmp_path: Path) -> None:
    for name in "abcdefgh":
        written(tmp_path / f"{name}.txt", b"")
    with pytest.raises(WrongLayout, match=r"expected x\.csv or y/\*\.csv in .*; found a\.txt, .*f\.txt, …"):
        expected(tmp_path, "x.csv", "y/*.csv")
    assert contents(tmp_path / "nowhere") == "there is no such folder"
