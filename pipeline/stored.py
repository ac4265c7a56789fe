"""The values of an image as its file stored them, for a reader to window on all their 8 to 16 bits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ALL_VALUES = "All values"


@dataclass(frozen=True)
class Window:
    """Window Center (0028,1050) and Width (0028,1051) in the values of a StoredImage. DICOM PS3.3 C.11.2.1.2."""

    name: str
    center: float
    width: float
    function: str = "LINEAR"  # VOI LUT Function (0028,1056): LINEAR, LINEAR_EXACT or SIGMOID

    @classmethod
    def over(cls, name: str, low: float, high: float) -> Window:
        """The LINEAR one whose darkest value is `low` and whose brightest is `high`."""
        return cls(name, (low + high + 1) / 2, high - low + 1)


@dataclass(frozen=True, eq=False)
class StoredImage:
    """Every value that the file tells apart stays apart; nothing is clipped, stretched or rounded."""

    values: NDArray[np.uint16]  # (rows, columns), below 2**bits, denser brighter, padding 0, read-only
    bits: int  # 8..16
    windows: tuple[Window, ...]  # at least one; the first shows the image as pipeline.read does

    def __post_init__(self) -> None:
        if self.values.ndim != 2 or self.values.dtype != np.uint16:
            raise ValueError(f"expected uint16 (rows, columns), received {self.values.dtype} {self.values.shape}")
        if not self.windows:
            raise ValueError("expected at least one window")
        self.values.setflags(write=False)

    def to_bytes(self) -> memoryview:
        """Row by row, little-endian; a view and no copy, except on a big-endian machine."""
        return np.ascontiguousarray(self.values, "<u2").reshape(-1).view(np.uint8).data


def stored_samples(
    samples: NDArray[np.uint8] | NDArray[np.uint16], shown: tuple[int, int], negative: bool
) -> StoredImage:
    """Of PNG and the like. `shown` is the range of samples that black and white stand for; a negative is inverted."""
    full = int(np.iinfo(samples.dtype).max)
    low, high = (full - shown[1], full - shown[0]) if negative else shown
    values = (full - samples if negative else samples).astype(np.uint16, copy=False)
    present = Window.over(ALL_VALUES, float(values.min()), float(values.max()))
    return StoredImage(values, full.bit_length(), distinct((Window.over("All bits", low, high), present)))


def distinct(windows: Iterable[Window]) -> tuple[Window, ...]:
    """Without those that another one before them already is, but for its name."""
    found: dict[tuple[float, float, str], Window] = {}
    for window in windows:
        found.setdefault((window.center, window.width, window.function), window)
    return tuple(found.values())
