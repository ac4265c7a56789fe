"""RSNA Screening Mammography Breast Cancer Detection 2022, the whole set: biopsy-proven cancer.

On disk: train.csv, and the images as train_images/<patient>/<image>.dcm, or as PNG (256 pixels and other sizes are in
circulation) in <folder>/<patient>/<image>.png or <folder>/<patient>_<image>.png.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipeline.mammogram import Laterality
from training.datasets.base import MASKING_OF_DENSITY, Example
from training.datasets.layout import WrongLayout, contents, expected, images_below
from training.datasets.tables import Row, table

COLUMNS = ("patient_id", "image_id", "laterality", "view", "cancer")
SUFFIXES = (".dcm", ".png")


def rsna(root: Path) -> Iterator[Example]:
    """The images that are there of those in train.csv, DICOM before PNG. Folds are those of the prepared subset.

    PNG of one fixed size are squashed: the aspect ratio is not the breast's.
    """
    rows = table(expected(root, "train.csv"), *COLUMNS)
    files = _files(root)
    found = [(row, path) for row in rows if (path := files.get((row["patient_id"], row["image_id"])))]
    if not found:
        raise WrongLayout(
            f"expected images as train_images/<patient>/<image>.dcm, <folder>/<patient>/<image>.png or "
            f"<folder>/<patient>_<image>.png in {root}; {contents(root)}"
        )
    for row, path in found:
        yield _example(row, path)


def _files(root: Path) -> dict[tuple[str, str], Path]:
    """(patient, image) -> file, from either naming."""
    found: dict[tuple[str, str], Path] = {}
    for path in sorted(images_below(root, SUFFIXES), key=lambda path: SUFFIXES.index(path.suffix.lower())):
        patient, _, image = path.stem.rpartition("_")
        found.setdefault((patient or path.parent.name, image), path)
    return found


def _example(row: Row, path: Path) -> Example:
    patient = row["patient_id"]
    return Example(
        dataset="rsna",
        image_id=row["image_id"],
        patient=patient,
        path=path,
        masking=MASKING_OF_DENSITY.get(row.get("density", "")),
        cancer=row["cancer"] == "1",
        machine=row.get("machine_id"),
        laterality=Laterality(row["laterality"]),
        view=row["view"],
        group=("rsna_subset", patient),
    )
