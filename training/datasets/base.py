"""What every data-set reader gives."""

from __future__ import annotations

import dataclasses
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pipeline.finding import MaskingLevel
from pipeline.geometry import Box, Points
from pipeline.mammogram import Laterality, Mammogram
from pipeline.read import read

MASKING_OF_DENSITY = {"A": MaskingLevel.LOW, "B": MaskingLevel.MEDIUM, "C": MaskingLevel.HIGH, "D": MaskingLevel.HIGH}
OfficialSplit = Literal["train", "test"]
MASKING_OF_TISSUE = {"F": MaskingLevel.LOW, "G": MaskingLevel.MEDIUM, "D": MaskingLevel.HIGH}


@dataclass(frozen=True, eq=False)
class MassTruth:
    """One mass, or one cluster of calcifications, as a reader marked it, in acquired pixels."""

    box: Box
    outline: Points | None = None  # (N, 2) x, y; None where the data set only has a box or a circle
    malignant: bool | None = None  # biopsy where the set has it, else BI-RADS >= 4 as a stand-in: the reader says which

    @classmethod
    def around(cls, outline: Points, malignant: bool | None = None) -> MassTruth:
        return cls(Box.around(outline), outline, malignant)


@dataclass(frozen=True, eq=False)
class Example:
    """One image with what is known about it. `None` is unknown, an empty tuple of masses is "looked, none there"."""

    dataset: str
    image_id: str
    patient: str  # the unit of every split
    path: Path
    masses: tuple[MassTruth, ...] | None = None
    masking: MaskingLevel | None = None  # from density, a stand-in
    cancer: bool | None = None
    machine: str | None = None
    laterality: Laterality | None = None
    view: str | None = None
    spacing_mm: tuple[float, float] | None = None  # (row, column)
    official_split: OfficialSplit | None = None  # as the data set was published; None where it was published whole
    group: tuple[str, str] | None = None  # (data set, patient) under whose name the patient is known elsewhere too
    calcifications: tuple[MassTruth, ...] | None = None  # clusters, as `masses`
    calcified: bool | None = None  # any calcification, where clusters are not marked or the image is a patch
    tissue_mask: Path | None = None  # PNG of the image's size, its values as the data set defines them

    @property
    def unit(self) -> tuple[str, str]:
        """(data set, patient): what a split may not divide, the same for copies and patients of two data sets."""
        return self.group or (self.dataset, self.patient)

    def load(self) -> Mammogram:
        """The image through the same reader as the app's, with what the table knows where the file is silent."""
        mammogram = read(self.path.read_bytes())
        return dataclasses.replace(
            mammogram,
            laterality=self.laterality or mammogram.laterality,
            view=self.view or mammogram.view,
            spacing_mm=self.spacing_mm or mammogram.spacing_mm,
        )


def data_root() -> Path:
    """Where the data sets lie: MAMMOSCOPE_DATA_ROOT, else ../shared/data beside the checkout. Need not exist."""
    named = os.environ.get("MAMMOSCOPE_DATA_ROOT")
    return Path(named) if named else Path(__file__).resolve().parents[3] / "shared" / "data"
