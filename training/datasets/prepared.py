"""The prepared sets of DATA.md: INbreast, mini-MIAS and the RSNA subset as tables with one row an image."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.geometry import Box
from pipeline.mammogram import Laterality
from pipeline.spots import linked
from training.datasets.base import MASKING_OF_DENSITY, MASKING_OF_TISSUE, Example, MassTruth
from training.datasets.layout import expected

Row = dict[str, str]
MASSES_OF_MIAS = ("CIRC", "SPIC", "MISC")  # circumscribed, spiculated, ill-defined; ARCH and ASYM are no masses


def inbreast(root: Path) -> Iterator[Example]:
    """INbreast (Moreira et al. 2012, doi:10.1016/j.acra.2011.09.014), BI-RADS 4-6 standing in for malignancy."""
    table = rows(root / "inbreast.csv")
    contours = json.loads(expected(root, "contours.json").read_text())
    for row in table:
        malignant = row["birads"][:1] >= "4"
        listed = contours.get(row["image_id"], {})
        outlines = [np.array(mass["points"]) for mass in listed.get("masses", [])]
        masses = tuple(MassTruth(Box.around(points), points, malignant) for points in outlines)
        spacing = float(row["pixel_mm"])
        yield Example(
            dataset="inbreast",
            image_id=row["image_id"],
            patient=row["patient"],
            path=root / row["file"],
            masses=None if row["mass_status"] == "not_annotated" else masses,
            masking=MASKING_OF_DENSITY["ABCD"[int(float(row["density"])) - 1]] if row["density"] else None,
            cancer=malignant,
            laterality=Laterality(row["laterality"]),
            view=row["view"],
            spacing_mm=(spacing, spacing),
            calcifications=_clusters(row, listed, spacing, malignant),
        )


def _clusters(row: Row, listed: Mapping[str, Any], spacing: float, malignant: bool) -> tuple[MassTruth, ...] | None:
    """Spots that lie together, as pipeline/spots.py links them; None where not every calcification is listed."""
    if row.get("has_calcification") == "False":
        return ()
    if not listed.get("complete"):
        return None
    spots = np.array(listed.get("calcifications", []), np.float64).reshape(-1, 2)
    return tuple(MassTruth.around(spots[rows], malignant) for rows in linked(spots * spacing))


def mini_mias(root: Path) -> Iterator[Example]:
    """mini-MIAS (Suckling et al. 1994): film, circles instead of outlines, benign or malignant by biopsy."""
    for row in rows(root / "mini_mias.csv"):
        kinds, severities = row["abnormality"].split(";"), row["severity"].split(";")  # one of each for every circle
        circles = json.loads(row["circles_topleft_xyr"])
        masses = tuple(
            MassTruth(Box(x - r, y - r, 2 * r, 2 * r), None, severity == "M")
            for kind, severity, (x, y, r) in zip(kinds, severities, circles, strict=False)
            if kind in MASSES_OF_MIAS
        )
        unplaced = len(circles) < len(kinds) and not set(kinds).isdisjoint(MASSES_OF_MIAS)
        unsure = unplaced or not set(kinds).isdisjoint(("ARCH", "ASYM"))
        yield Example(
            dataset="mini_mias",
            image_id=row["image_id"],
            patient=row["patient"],
            path=root / row["file"],
            masses=None if unsure else masses,
            masking=MASKING_OF_TISSUE[row["tissue_FGD"]],
            cancer=row["cancer"] == "1",
            laterality=Laterality(row["laterality"]),
            view=row["view"],
            spacing_mm=(0.2, 0.2),
        )


def rsna_subset(root: Path) -> Iterator[Example]:
    """RSNA 2022 challenge, enriched subset: biopsy-proven cancer, images squashed to 512 x 512."""
    for row in rows(root / "rsna_subset.csv"):
        yield Example(
            dataset="rsna_subset",
            image_id=row["image_id"],
            patient=row["patient"],
            path=root / row["file"],
            masking=MASKING_OF_DENSITY.get(row["density"]),
            cancer=row["cancer"] == "1",
            machine=row["machine_id"],
            laterality=Laterality(row["laterality"]),
            view=row["view"],
        )


READERS: dict[str, Callable[[Path], Iterator[Example]]] = {
    "inbreast": inbreast,
    "mini_mias": mini_mias,
    "rsna_subset": rsna_subset,
}


def rows(table: Path) -> list[Row]:
    """Raises FileNotFoundError naming the table when the folder does not look right."""
    if not table.is_file():
        raise FileNotFoundError(f"expected {table.name} in {table.parent}")
    with table.open(newline="") as lines:
        return list(csv.DictReader(lines))


def examples(root: Path, *names: str) -> list[Example]:
    """Every example of the named sets below `root`, in the order of their tables."""
    return [example for name in names for example in READERS[name](root / name)]
