"""Files of the kinds data sets are made of: a phantom as PNG, PGM, JPEG or DICOM, masks, tables, workbooks."""

from __future__ import annotations

import csv
import io
import struct
import zipfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import cv2
import numpy as np
from numpy.typing import NDArray
from pydicom.uid import SecondaryCaptureImageStorage

from training.phantom import dataset, draw_phantom

Corners = tuple[int, int, int, int]  # left, top, right, bottom

SIZE = (104, 80)  # rows, columns
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


@cache
def breast() -> NDArray[np.uint8]:
    phantom = draw_phantom(3, size=SIZE)
    return (phantom.pixels >> (phantom.bits_stored - 8)).astype(np.uint8)


@cache
def encoded(suffix: str, size: tuple[int, int] | None) -> bytes:
    pixels = breast() if size is None else cv2.resize(breast(), size[::-1])
    return bytes(cv2.imencode(suffix, pixels)[1])


def picture(path: Path, size: tuple[int, int] | None = None) -> Path:
    return written(path, encoded(path.suffix, size))


def written(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@cache
def dicom_bytes(description: str, mask: Corners | None = None, scale: float = 1.0) -> bytes:
    """A phantom as a secondary capture; given the corners of a square, a mask of 0 and 255, `scale` times as large."""
    made = dataset(draw_phantom(3, size=SIZE))
    made.SOPClassUID = made.file_meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    made.SeriesDescription = description
    if mask is not None:
        rows, columns = round(SIZE[0] * scale), round(SIZE[1] * scale)
        left, top, right, bottom = (round(side * scale) for side in mask)
        pixels = np.zeros((rows, columns), np.uint8)
        pixels[top:bottom, left:right] = 255
        made.Rows, made.Columns, made.PixelData = rows, columns, pixels.tobytes()
        made.BitsAllocated, made.BitsStored, made.HighBit = 8, 8, 7
    buffer = io.BytesIO()
    made.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


@cache
def crop_bytes(description: str) -> bytes:
    """A cut of the phantom with all its greys."""
    made = dataset(draw_phantom(3, size=SIZE))
    made.SeriesDescription = description
    cut = draw_phantom(3, size=SIZE).pixels[30:60, 10:40]
    made.Rows, made.Columns, made.PixelData = *cut.shape, cut.tobytes()
    buffer = io.BytesIO()
    made.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def table(path: Path, rows: Sequence[dict[str, Any]], delimiter: str = ",") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.DictWriter(lines, fieldnames=list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def workbook(path: Path, sheets: dict[str, Sequence[Sequence[str]]]) -> Path:
    """The least that is an .xlsx: texts shared between sheets, empty cells left out as Excel does."""
    shared = sorted({cell for rows in sheets.values() for row in rows for cell in row if cell})
    strings = "".join(f"<si><t>{escape(text)}</t></si>" for text in shared)
    names = "".join(f'<sheet name="{name}" sheetId="{i}" r:id="r{i}"/>' for i, name in enumerate(sheets, 1))
    relations = "".join(f'<Relationship Id="r{i}" Target="worksheets/s{i}.xml"/>' for i in range(1, len(sheets) + 1))
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("xl/sharedStrings.xml", f'<sst xmlns="{MAIN}">{strings}</sst>')
        book.writestr(
            "xl/workbook.xml", f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{names}</sheets></workbook>'
        )
        book.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{PACKAGE}">{relations}</Relationships>')
        for i, rows in enumerate(sheets.values(), 1):
            book.writestr(f"xl/worksheets/s{i}.xml", _sheet(rows, shared))
    return path


def _sheet(rows: Sequence[Sequence[str]], shared: list[str]) -> str:
    lines = [
        "".join(
            f'<c r="{chr(65 + column)}{number}" t="s"><v>{shared.index(cell)}</v></c>'
            for column, cell in enumerate(row)
            if cell
        )
        for number, row in enumerate(rows, 1)
    ]
    body = "".join(f"<row>{line}</row>" for line in lines)
    return f'<worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData></worksheet>'


def old_workbook(path: Path, rows: Sequence[Sequence[str | float]]) -> Path:
    """The least that is an .xls: one BIFF2 sheet of LABEL and NUMBER records ([MS-XLS] names their heirs)."""
    records = [_record(0x0009, struct.pack("<HH", 2, 0x10))]
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            at = struct.pack("<HH3x", y, x)
            if isinstance(cell, str):
                text = cell.encode("latin-1")
                records.append(_record(0x0004, at + struct.pack("<B", len(text)) + text))
            else:
                records.append(_record(0x0003, at + struct.pack("<d", cell)))
    return written(path, b"".join([*records, _record(0x000A, b"")]))


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content
