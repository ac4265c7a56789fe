"""Square cuts around a finding, and the way back from their pixels."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import Box, Points
from pipeline.preprocess import Grey8

MARGIN = 0.3  # of the finding's longer side, on every side: the published ROI cut


@dataclass(frozen=True, eq=False)
class Crop:
    """A square of a prepared image, resampled to `side` x `side`."""

    pixels: NDArray[np.float32]  # (side, side), 0..1; 0 where it reaches over the image's edge
    left: int  # of the square, in prepared pixels; may be negative
    top: int
    size: int  # side of the square in prepared pixels

    def to_prepared(self, points: Points) -> Points:
        """(N, 2) x, y in the crop's pixels -> prepared pixels."""
        return np.asarray(points * (self.size / self.pixels.shape[0]) + (self.left, self.top), np.float64)

    def to_crop(self, points: Points) -> Points:
        """(N, 2) x, y in prepared pixels -> the crop's pixels."""
        return np.asarray((points - (self.left, self.top)) * (self.pixels.shape[0] / self.size), np.float64)


def crop_around(pixels: Grey8, box: Box, side: int, margin: float = MARGIN) -> Crop:
    """The square around `box` (prepared pixels) with `margin`, on whole pixels so that the way back is exact."""
    size = max(2, round(max(box.width, box.height) * (1 + 2 * margin)))
    left, top = (round(middle - size / 2) for middle in box.center)
    rows, columns = pixels.shape
    square = np.zeros((size, size), np.uint8)
    y0, y1, x0, x1 = max(top, 0), min(top + size, rows), max(left, 0), min(left + size, columns)
    if y1 > y0 and x1 > x0:
        square[y0 - top : y1 - top, x0 - left : x1 - left] = pixels[y0:y1, x0:x1]
    how = cv2.INTER_AREA if size > side else cv2.INTER_LINEAR
    return Crop(cv2.resize(square, (side, side), interpolation=how) / np.float32(255), left, top, size)
