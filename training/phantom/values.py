"""What a drawn mammogram consists of, and what is true about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pipeline.finding import Kind
from pipeline.geometry import Box, Points
from pipeline.mammogram import Laterality

ViewPosition = Literal["CC", "MLO"]
FloatImage = NDArray[np.float32]  # (rows, columns)


class Density(StrEnum):
    """BI-RADS breast composition (5th edition): almost fatty, scattered, heterogeneous, extremely dense."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


class Margin(StrEnum):
    """Margin of a mass in BI-RADS words."""

    SMOOTH = "smooth"  # circumscribed
    LOBULATED = "lobulated"  # microlobulated
    INDISTINCT = "indistinct"
    SPICULATED = "spiculated"


@dataclass(frozen=True, eq=False)
class Lesion:
    """One lesion as it was drawn; coordinates in acquired pixels, pixel i covering [i, i + 1)."""

    kind: Kind
    malignant: bool
    outline: Points  # (N, 2) x, y: core of a mass without its spicules; hull of a cluster's spots
    diameter_mm: float  # of the circle a mass was shaped from; largest extent of a cluster
    margin: Margin | None = None  # None for clusters
    spots: NDArray[np.float64] | None = None  # (N, 3) x, y, diameter of each calcification; None for masses

    @property
    def box(self) -> Box:
        return Box.around(self.outline)


@dataclass(frozen=True, eq=False)
class Phantom:
    """One drawn view of one drawn breast. Denser is brighter, air is 0, a burnt-in label `white`."""

    pixels: NDArray[np.uint16]  # (rows, columns), 0..white, read-only
    bits_stored: int  # 12 or 14
    laterality: Laterality
    view: ViewPosition
    spacing_mm: tuple[float, float]  # (row, column) at the detector
    density: Density
    percent_density: float  # 0..100: glandular share of the breast's area, pectoral muscle left out
    breast: NDArray[np.bool_]  # (rows, columns): breast and pectoral muscle, nipple included
    lesions: tuple[Lesion, ...]
    seed: int
    patient: int  # phantoms of one patient share body, study and lesion kinds
    burnt_in: bool
    size_mm: tuple[float, float]  # breast: (height, depth from the chest wall to the nipple)

    def __post_init__(self) -> None:
        self.pixels.setflags(write=False)
        self.breast.setflags(write=False)

    @property
    def white(self) -> int:
        return int(2**self.bits_stored - 1)

    @property
    def rows(self) -> int:
        return int(self.pixels.shape[0])

    @property
    def columns(self) -> int:
        return int(self.pixels.shape[1])
