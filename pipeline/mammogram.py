"""What we were given: one view of one breast."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


class Laterality(StrEnum):
    """The patient's side, never the screen's. DICOM Image Laterality (0020,0062)."""

    LEFT = "L"
    RIGHT = "R"


@dataclass(frozen=True, eq=False)
class Mammogram:
    """One view of one breast as acquired. Denser is brighter, whatever the file's photometry."""

    pixels: NDArray[np.float32]  # (rows, columns), 0..1, read-only
    laterality: Laterality | None = None  # None where the file does not tell
    view: str | None = None  # DICOM View Position (0018,5101) or view code meaning: CC, MLO, ML, ...
    spacing_mm: tuple[float, float] | None = None  # (row, column) at the detector: (0018,1164)
    grey_levels: int = 65536  # distinct values the file could hold after decoding: 256 for 8-bit files
    warnings: tuple[str, ...] = ()  # what the reader had to assume, in words for a person
    magnification: float = 1.0  # 1 or more; in the breast a pixel is so many times smaller than spacing_mm

    def __post_init__(self) -> None:
        if self.pixels.ndim != 2:
            raise ValueError(f"expected pixels (rows, columns), received shape {self.pixels.shape}")
        if self.pixels.dtype != np.float32:
            raise ValueError(f"expected float32 pixels in 0..1, received {self.pixels.dtype}")
        self.pixels.setflags(write=False)

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    @property
    def size_spacing_mm(self) -> tuple[float, float] | None:
        """(row, column) of a pixel in the plane of the breast: what sizes in millimetres are measured with."""
        if self.spacing_mm is None:
            return None
        return self.spacing_mm[0] / self.magnification, self.spacing_mm[1] / self.magnification
