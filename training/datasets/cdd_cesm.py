"""CDD-CESM: low-energy images of contrast-enhanced mammography, whole and as the prepared part.

As released (Khaled et al. 2022, doi:10.7937/29kw-ae92): `Low energy images of CDD-CESM`,
Radiology-manual-annotations.xlsx (or .csv) and Radiology_hand_drawn_segmentations_v2.csv (VIA).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.geometry import Points
from pipeline.mammogram import Laterality
from training.datasets.base import MASKING_OF_DENSITY, Example, MassTruth
from training.datasets.layout import by_stem, expected, images_below
from training.datasets.tables import Row, table

PATHOLOGY = "Pathology Classification/ Follow up"
LOW_ENERGY = "Low energy images of CDD-CESM"
OTHERS = ("calcification", "distortion", "asymmetry", "enhancement", "postoperative", "chemotherapy")
AROUND = np.linspace(0, 2 * np.pi, 36, endpoint=False)


def cdd_cesm(root: Path) -> Iterator[Example]:
    """Low-energy images only: the subtracted ones are no mammograms. Pathology by biopsy or follow-up.

    The drawn regions do not say what they show: they are masses where the table names a mass and nothing else.
    """
    annotations = expected(root, "Radiology?manual?annotations.xlsx", "Radiology?manual?annotations.csv")
    regions = _regions(expected(root, "Radiology_hand_drawn_segmentations*.csv"))
    files = by_stem(images_below(expected(root, LOW_ENERGY, f"*/{LOW_ENERGY}")))
    of_image: dict[str, list[Row]] = defaultdict(list)
    for row in table(annotations, "Image_name", "Patient_ID", "Side", "View", "Findings", PATHOLOGY, sheet="all"):
        if "_DM_" in row["Image_name"]:
            of_image[row["Image_name"]].append(row)
    for name, rows in of_image.items():
        yield _example(name, rows, regions.get(name, []), files.get(name, root / LOW_ENERGY / f"{name}.jpg"))


def _example(name: str, rows: list[Row], regions: list[Points], path: Path) -> Example:
    first = rows[0]
    malignant = any(row[PATHOLOGY].lower().startswith("malignant") for row in rows)
    findings = " ".join(row["Findings"].lower() for row in rows)
    normal = all(row[PATHOLOGY].lower().startswith("normal") for row in rows)
    only_masses = "mass" in findings and not any(other in findings for other in OTHERS)
    masses = tuple(MassTruth.around(points, malignant) for points in regions)
    return Example(
        dataset="cdd_cesm",
        image_id=name,
        patient=first["Patient_ID"],
        path=path,
        masses=() if normal else masses if only_masses and masses else None,
        calcified="calcification" in findings or None,
        masking=MASKING_OF_DENSITY.get(first.get("Breast density (ACR)", "")[:1].upper()),
        cancer=malignant,
        laterality=Laterality(first["Side"][0].upper()),
        view=first["View"],
    )


def _regions(path: Path) -> dict[str, list[Points]]:
    """Image -> outlines. VGG Image Annotator writes one shape a row as JSON; some file names hold a blank."""
    found: dict[str, list[Points]] = defaultdict(list)
    for row in table(path, "#filename", "region_shape_attributes"):
        shape = json.loads(row["region_shape_attributes"] or "{}")
        if (points := _outline(shape)) is not None:
            found[Path(row["#filename"]).stem.strip()].append(points)
    return found


def _outline(shape: dict[str, Any]) -> Points | None:
    """(N, 2) x, y; None for single points and lines."""
    if shape.get("name") in ("polygon", "polyline") and len(shape["all_points_x"]) > 2:
        return np.array([shape["all_points_x"], shape["all_points_y"]], np.float64).T
    if shape.get("name") in ("circle", "ellipse"):
        radii = shape.get("rx", shape.get("r")), shape.get("ry", shape.get("r"))
        x, y = np.cos(AROUND) * radii[0], np.sin(AROUND) * radii[1]
        return np.stack([x + shape["cx"], y + shape["cy"]], axis=1)
    if shape.get("name") == "rect":
        x, y, width, height = (shape[side] for side in ("x", "y", "width", "height"))
        return np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height]], np.float64)
    return None


def cdd_cesm_cc(root: Path) -> Iterator[Example]:
    """The prepared hand-picked part, CC only. Its women are unknown: all of it stays on one side of a split."""
    for row in table(expected(root, "cdd_cesm_cc.csv"), "file", "image_id", "laterality", "view", "cancer"):
        yield Example(
            dataset="cdd_cesm_cc",
            image_id=row["image_id"],
            patient="women unknown",
            path=root / row["file"],
            cancer=row["cancer"] == "1",
            laterality=Laterality(row["laterality"]),
            view=row["view"],
        )
