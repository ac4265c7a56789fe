"""Tissue of digitised film, pixel by pixel: the prepared part of DDSM.

Values of the masks: 64 background, 128 fat, 192 fibroglandular, 255 pectoral muscle.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipeline.mammogram import Laterality
from training.datasets.base import Example, OfficialSplit
from training.datasets.layout import expected
from training.datasets.tables import table

COLUMNS = ("image_file", "mask_file", "split", "ddsm_case", "laterality", "view")
PARTS: dict[str, OfficialSplit] = {"train_valid": "train", "test": "test"}


def ddsm_tissue_seg(root: Path) -> Iterator[Example]:
    """One film a case. Cases have the name, and so the fold, of the other sets cut from DDSM."""
    for row in table(expected(root, "ddsm_tissue_seg.csv"), *COLUMNS):
        path = root / row["image_file"]
        yield Example(
            dataset="ddsm_tissue_seg",
            image_id=path.stem,
            patient=row["ddsm_case"],
            path=path,
            laterality=Laterality(row["laterality"]),
            view=row["view"],
            official_split=PARTS[row["split"]],
            group=("ddsm", row["ddsm_case"]),
            tissue_mask=root / row["mask_file"],
        )
