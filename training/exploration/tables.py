"""Columns of the data sets' own tables that no training needs but a reader of the report does: site, age, implants …"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from training.datasets.layout import optional
from training.datasets.tables import table

Texts = Mapping[str, str | None]


@dataclass(frozen=True)
class Told:
    """Where a data set's table lies, the column that names the image, and field -> column of what else it tells."""

    names: tuple[str, ...]
    key: str
    columns: Mapping[str, str]


RSNA = {
    "site": "site_id",
    "age": "age",
    "density": "density",
    "BI-RADS": "BIRADS",
    "implant": "implant",
    "biopsy": "biopsy",
    "invasive": "invasive",
    "difficult negative": "difficult_negative_case",
}
PREPARED = {"inverted (guess)": "inverted_guess", "breast lies": "breast_side_in_image"}
TABLES = {
    "rsna": Told(("train.csv",), "image_id", RSNA),
    "rsna_subset": Told(("rsna_subset.csv",), "image_id", RSNA | PREPARED),
    "inbreast": Told(("inbreast.csv",), "image_id", {"density": "density", "BI-RADS": "birads"}),
    "inbreast_release": Told(
        ("INbreast.csv", "INbreast.xls"),
        "File Name",
        {"density": "ACR", "BI-RADS": "Bi-Rads", "age": "Patient age", "acquired": "Acquisition date"},
    ),
    "mini_mias": Told(("mini_mias.csv",), "image_id", {"density": "tissue_FGD", "abnormality": "abnormality"}),
    "vindr_mammo": Told(
        ("breast-level_annotations.csv",), "image_id", {"density": "breast_density", "BI-RADS": "breast_birads"}
    ),
    "cdd_cesm": Told(
        ("Radiology-manual-annotations.xlsx", "Radiology-manual-annotations.csv"),
        "Image_name",
        {"density": "Breast density (ACR)", "age": "Age", "BI-RADS": "BIRADS", "machine": "Machine"},
    ),
}
UNKNOWN = ("", "nan", "none", "removed", "n/a")


def told(name: str, root: Path) -> dict[str, Texts]:
    """image -> field -> text, None where the cell says nothing; empty for a set that has no such table.

    Columns that a release of the set does not have are left out.
    """
    known = TABLES.get(name)
    path = optional(root, *known.names) if known else None
    if known is None or path is None:
        return {}
    rows = table(path, known.key, sheet="all")
    there = {field: column for field, column in known.columns.items() if rows and column in rows[0]}
    return {row[known.key].strip(): {field: text_of(row[column]) for field, column in there.items()} for row in rows}


def text_of(cell: str) -> str | None:
    """57.0 is the age 57; an empty cell, or what stands for one, is None."""
    text = cell.strip()
    if text.lower() in UNKNOWN:
        return None
    return text[:-2] if text.endswith(".0") and text[:-2].isdigit() else text
