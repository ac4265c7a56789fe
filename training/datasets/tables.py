"""Tables of data sets as text: CSV with commas or semicolons, old Excel (.xls) through xlrd, new Excel (.xlsx)."""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.etree import ElementTree

from training.datasets.layout import WrongLayout

Row = dict[str, str]
SPREADSHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def table(path: Path, *columns: str, sheet: str | None = None) -> list[Row]:
    """One dictionary a row; headings and cells without blanks around them. Raises WrongLayout without `columns`."""
    if not path.is_file():
        raise WrongLayout(f"expected {path.name} in {path.parent}")
    cells = {".xls": _xls, ".xlsx": _xlsx}.get(path.suffix.lower(), _csv)(path, sheet)
    head, *body = [[cell.strip() for cell in row] for row in cells if any(row)] or [[]]
    missing = [column for column in columns if column not in head]
    if missing:
        raise WrongLayout(f"expected the column {missing[0]!r} in {path}; found {', '.join(head) or 'no heading'}")
    return [dict(zip(head, [*row, *[""] * (len(head) - len(row))], strict=False)) for row in body]


def _csv(path: Path, _: str | None) -> Iterable[Sequence[str]]:
    with path.open(newline="", encoding="utf-8-sig", errors="replace") as lines:
        head = lines.readline()
        lines.seek(0)
        return list(csv.reader(lines, delimiter=";" if head.count(";") > head.count(",") else ","))


def _xls(path: Path, sheet: str | None) -> Iterable[Sequence[str]]:
    """INbreast's own table. xlrd (BSD) reads this format and no other."""
    try:
        import xlrd
    except ModuleNotFoundError:
        raise WrongLayout(f"expected {path.stem}.csv in {path.parent}: .xls needs the package xlrd") from None
    book = xlrd.open_workbook(path)
    found = book.sheet_by_name(sheet) if sheet in book.sheet_names() else book.sheet_by_index(0)
    return [[_plain(cell.value) for cell in found.row(number)] for number in range(found.nrows)]


def _plain(value: object) -> str:
    """Excel keeps whole numbers as floats: 20586908.0 is the file 20586908."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _xlsx(path: Path, sheet: str | None) -> Iterable[Sequence[str]]:
    """ECMA-376 part 1, 18.3: values in the order of their columns; formulas by their last value."""
    with zipfile.ZipFile(path) as book:
        strings = _shared_strings(book)
        rows = ElementTree.fromstring(book.read(_sheet_file(book, sheet))).iter(f"{SPREADSHEET}row")
        return [_row(row, strings) for row in rows]


def _shared_strings(book: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in book.namelist():
        return []
    root = ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
    return ["".join(part.text or "" for part in item.iter(f"{SPREADSHEET}t")) for item in root]


def _sheet_file(book: zipfile.ZipFile, name: str | None) -> str:
    """The sheet of that name, else the first; sheets are named in the workbook and filed by their relation."""
    sheets = list(ElementTree.fromstring(book.read("xl/workbook.xml")).iter(f"{SPREADSHEET}sheet"))
    wanted = next((sheet for sheet in sheets if sheet.get("name") == name), sheets[0]).get(RELATION)
    relations = ElementTree.fromstring(book.read("xl/_rels/workbook.xml.rels"))
    target = next(relation.get("Target", "") for relation in relations if relation.get("Id") == wanted)
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _row(row: ElementTree.Element, strings: list[str]) -> list[str]:
    found: list[str] = []
    for cell in row.iter(f"{SPREADSHEET}c"):
        place = _column(cell.get("r", ""))
        found += [""] * (place - len(found)) if place is not None else []
        text = "".join(part.text or "" for part in cell.iter() if part.tag in (f"{SPREADSHEET}v", f"{SPREADSHEET}t"))
        found.append(strings[int(text)] if cell.get("t") == "s" and text else text)
    return found


def _column(reference: str) -> int | None:
    """0 for A7, 26 for AA7; None where a cell does not say where it stands."""
    letters = re.match("[A-Z]+", reference)
    if letters is None:
        return None
    number = 0
    for letter in letters.group():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
