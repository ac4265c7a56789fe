"""What is known of each image of a data set: its reader's fields, its table's, and its file's size."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pydicom
from PIL import Image, UnidentifiedImageError
from pydicom.errors import InvalidDicomError

from training.datasets.base import Example
from training.datasets.registry import DATASETS
from training.exploration.tables import Texts, told

OF_READERS = ("side", "view", "machine", "masking", "masses", "clusters", "calcified", "official split")
HEADER = ("Rows", "Columns", "PatientAge", "ManufacturerModelName")


@dataclass(frozen=True)
class Facts:
    """One image. Fields that the whole data set is silent about are not among `fields`."""

    patient: str  # "data set/patient", never shown
    positive: bool | None  # cancer; for patches, calcified
    fields: Mapping[str, str | None]
    size: tuple[int, int] | None  # columns, rows of the file; None where it is missing or does not open
    age: float | None  # years


def facts(name: str, root: Path) -> list[Facts]:
    """Every image of the data set. Raises WrongLayout or KeyError for an unknown `name`."""
    table, examples = told(name, root), list(DATASETS[name].read(root))
    rows = [_facts(example, table) for example in examples]
    known = {field for row in rows for field, value in row.fields.items() if value is not None}
    return [_trimmed(row, known) for row in rows]


def _trimmed(row: Facts, known: set[str]) -> Facts:
    fields = {field: value for field, value in row.fields.items() if field in known}
    return Facts(row.patient, row.positive, fields, row.size, row.age)


def _facts(example: Example, table: Mapping[str, Texts]) -> Facts:
    size, header = measured(example.path)
    fields = dict(_of_reader(example)) | dict(table.get(example.image_id, {}))
    if fields.get("machine") is None:
        fields["machine"] = header.get("ManufacturerModelName")
    age = years(fields.pop("age", None) or header.get("PatientAge"))
    fields["age"] = None if age is None else decade(age)
    positive = example.calcified if example.cancer is None else example.cancer
    return Facts("/".join(example.unit), positive, fields, size, age)


def _of_reader(example: Example) -> Iterable[tuple[str, str | None]]:
    yield "side", example.laterality.value if example.laterality else None
    yield "view", example.view
    yield "machine", example.machine or None
    yield "masking", example.masking.value if example.masking else None
    yield "masses", _any(example.masses)
    yield "clusters", _any(example.calcifications)
    yield "calcified", None if example.calcified is None else _yes(example.calcified)
    yield "official split", example.official_split


def _any(marks: tuple[object, ...] | None) -> str | None:
    return None if marks is None else _yes(bool(marks))


def _yes(truth: bool) -> str:
    return "yes" if truth else "no"


def years(text: str | None) -> float | None:
    """57, 57.0 or the 057Y of a DICOM Age String (PS3.5 6.2); None for anything else, months and days too."""
    try:
        return float((text or "").removesuffix("Y"))
    except ValueError:
        return None


def decade(age: float) -> str:
    return f"{int(age // 10 * 10)}-{int(age // 10 * 10) + 9}"


def measured(path: Path) -> tuple[tuple[int, int] | None, dict[str, str]]:
    """(columns, rows), read without decoding, and what else the head of a DICOM file tells."""
    if path.suffix.lower() in (".dcm", ".dicom", ""):
        return _of_dicom(path)
    try:
        with Image.open(path) as image:
            return image.size, {}
    except (OSError, UnidentifiedImageError):
        return None, {}


def _of_dicom(path: Path) -> tuple[tuple[int, int] | None, dict[str, str]]:
    try:
        head = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=list(HEADER))
    except (OSError, InvalidDicomError):
        return None, {}
    told = {name: str(head[name].value).strip() for name in HEADER if name in head and head[name].value}
    size = (int(told["Columns"]), int(told["Rows"])) if "Rows" in told and "Columns" in told else None
    return size, told
