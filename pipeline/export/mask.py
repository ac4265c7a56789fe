"""Outline -> the pixels whose centres lie inside it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import Points

Mask = NDArray[np.uint8]  # (rows, columns), 0 or 1


def empty(rows: int, columns: int) -> Mask:
    return np.zeros((rows, columns), np.uint8)


def filled(outline: Points, rows: int, columns: int) -> Mask:
    """`outline` is (N, 2) x, y with pixel i covering [i, i + 1); inside by the even-odd rule.

    Exact, where cv2.fillPoly also fills every pixel that the line touches, half a pixel too much all round.
    """
    mask = empty(rows, columns)
    first = max(0, math.floor(outline[:, 1].min()))
    last = min(rows, math.ceil(outline[:, 1].max()))
    for row in range(first, last):
        crossings = _crossings(outline, row + 0.5)
        for left, right in zip(crossings[::2], crossings[1::2], strict=True):
            begin, end = max(0, math.ceil(left - 0.5)), min(columns, math.ceil(right - 0.5))
            mask[row, begin : max(begin, end)] = 1
    return mask


def _crossings(outline: Points, y: float) -> list[float]:
    """x where the closed outline crosses the horizontal line at `y`, from left to right; always an even number."""
    start, end = outline, np.roll(outline, -1, axis=0)
    crosses = (start[:, 1] <= y) != (end[:, 1] <= y)
    start, end = start[crosses], end[crosses]
    share = (y - start[:, 1]) / (end[:, 1] - start[:, 1])
    return sorted((start[:, 0] + share * (end[:, 0] - start[:, 0])).tolist())
