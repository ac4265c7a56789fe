"""VinDr-Mammo: 5,000 digital examinations of four views, boxes around findings that need follow-up.

On disk: breast-level_annotations.csv, finding_annotations.csv, images/<study>/<image>.dicom.
Nguyen et al. 2023, doi:10.1038/s41597-023-02100-7.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from pipeline.geometry import Box
from pipeline.mammogram import Laterality
from training.datasets.base import MASKING_OF_DENSITY, Example, MassTruth, OfficialSplit
from training.datasets.layout import expected
from training.datasets.tables import Row, table

OF_IMAGE = ("study_id", "image_id", "laterality", "view_position", "breast_birads", "breast_density", "split")
OF_FINDING = ("image_id", "finding_categories", "finding_birads", "xmin", "ymin", "xmax", "ymax")
PARTS: dict[str, OfficialSplit] = {"training": "train", "test": "test"}
MASS, CALCIFICATION = "Mass", "Suspicious Calcification"


def vindr_mammo(root: Path) -> Iterator[Example]:
    """BI-RADS 4 and 5 stand in for malignancy: there is no pathology. Only findings of BI-RADS 3 or more are boxed.

    A study is taken for a patient; the set names no one who came twice. Official training and test parts.
    """
    findings: dict[str, list[Row]] = defaultdict(list)
    for row in table(expected(root, "finding_annotations.csv"), *OF_FINDING):
        findings[row["image_id"]].append(row)
    images = expected(root, "images", "dicom", "png")
    for row in table(expected(root, "breast-level_annotations.csv"), *OF_IMAGE):
        yield _example(row, findings[row["image_id"]], images / row["study_id"])


def _example(row: Row, findings: list[Row], folder: Path) -> Example:
    return Example(
        dataset="vindr_mammo",
        image_id=row["image_id"],
        patient=row["study_id"],
        path=_file(folder, row["image_id"]),
        masses=_boxes(findings, MASS),
        calcifications=_boxes(findings, CALCIFICATION),
        masking=MASKING_OF_DENSITY.get(row["breast_density"][-1:]),
        cancer=_suspicious(row["breast_birads"]),
        laterality=Laterality(row["laterality"]),
        view=row["view_position"],
        official_split=PARTS[row["split"]],
    )


def _file(folder: Path, image_id: str) -> Path:
    named = [folder / f"{image_id}{suffix}" for suffix in (".dicom", ".dcm", ".png")]
    return next((path for path in named if path.is_file()), named[0])


def _suspicious(birads: str) -> bool:
    return birads.strip()[-1:] >= "4"  # of "BI-RADS 4"


def _boxes(findings: list[Row], category: str) -> tuple[MassTruth, ...]:
    return tuple(
        MassTruth(_box(row), None, _suspicious(row["finding_birads"]))
        for row in findings
        if row["xmin"] and category in ast.literal_eval(row["finding_categories"])
    )


def _box(row: Row) -> Box:
    return Box.from_corners(*(float(row[side]) for side in ("xmin", "ymin", "xmax", "ymax")))
