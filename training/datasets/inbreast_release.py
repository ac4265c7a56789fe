"""INbreast as released: full-field digital images of 115 women with a radiologist's contours.

On disk: AllDICOMs/<image>_<patient>_MG_<side>_<view>_ANON.dcm, AllXML/<image>.xml, and INbreast.csv or INbreast.xls.
Moreira et al. 2012, doi:10.1016/j.acra.2011.09.014.
"""

from __future__ import annotations

import plistlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.geometry import Points
from pipeline.mammogram import Laterality
from training.datasets.base import MASKING_OF_DENSITY, Example, MassTruth
from training.datasets.layout import WrongLayout, contents, expected
from training.datasets.tables import Row, table

NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
CORNERS = 3  # an outline has as many points or more; OsiriX also keeps single points and stray pairs


def inbreast_release(root: Path) -> Iterator[Example]:
    """BI-RADS 4 to 6 stand in for malignancy: there is no pathology. Folds are those of the prepared `inbreast`."""
    rows = {row["File Name"]: row for row in _table(root)}
    folder = expected(root, "AllDICOMs", "*/AllDICOMs")
    contours = expected(root, "AllXML", "*/AllXML")
    files = sorted(folder.glob("*.dcm"))
    if not files:
        raise WrongLayout(f"expected <image>_<patient>_MG_<side>_<view>_ANON.dcm in {folder}; {contents(folder)}")
    for path in files:
        image_id, patient, *_ = path.stem.split("_")
        if image_id in rows:
            yield _example(path, image_id, patient, rows[image_id], contours / f"{image_id}.xml")


def _table(root: Path) -> list[Row]:
    found = expected(root, "INbreast.csv", "INbreast.xls", "*/INbreast.csv", "*/INbreast.xls")
    return table(found, "File Name", "ACR", "Bi-Rads", "Laterality", "View")


def _example(path: Path, image_id: str, patient: str, row: Row, contours: Path) -> Example:
    suspicious = row["Bi-Rads"][:1] >= "4"
    regions = _regions(contours) if contours.is_file() else []
    masses = tuple(MassTruth.around(points, suspicious) for name, points in regions if _is(name, "mass", points))
    clusters = tuple(MassTruth.around(points, suspicious) for name, points in regions if _is(name, "cluster", points))
    unmarked = not masses and row.get("Mass", "").upper() == "X"  # the table flags one that nobody outlined
    return Example(
        dataset="inbreast_release",
        image_id=image_id,
        patient=patient,
        path=path,
        masses=None if unmarked else masses,
        calcifications=clusters,
        calcified=any("calc" in name.lower() or "cluster" in name.lower() for name, _ in regions),
        masking=MASKING_OF_DENSITY["ABCD"[int(float(row["ACR"])) - 1]] if row["ACR"] else None,
        cancer=suspicious,
        laterality=Laterality(row["Laterality"][0]),
        view=row["View"],
        group=("inbreast", patient),
    )


def _is(name: str, kind: str, points: Points) -> bool:
    return kind in name.lower() and len(points) >= CORNERS


def _regions(path: Path) -> list[tuple[str, Points]]:
    """Name and points (x, y) of every region OsiriX wrote; what it measured from them is left alone."""
    images: list[dict[str, Any]] = plistlib.loads(path.read_bytes())["Images"]
    return [(str(roi["Name"]), _points(roi["Point_px"])) for image in images for roi in image["ROIs"]]


def _points(texts: list[str]) -> Points:
    """(N, 2) of strings like `(2210.560059, 999.919983)`."""
    return np.array([[float(number) for number in NUMBER.findall(text)[:2]] for text in texts]).reshape(-1, 2)
