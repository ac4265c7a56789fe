"""Occlusion sensitivity (Zeiler and Fergus 2014, arXiv:1311.2901): what an answer loses where a place is hidden.

Needs nothing of a network but its answers. Deterministic: the same picture always gives the same map.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

SHARE = 1 / 6  # of the picture's longer side: the side of what hides a place
STEP = 0.75  # of that side, from one place to the next


def occlusion(picture: Floats, answer: Callable[[Floats], float]) -> Floats:
    """(height, width) -> the same: by how much `answer` falls when that place is hidden, negative where it rises.

    A place is hidden behind the mean of its surroundings with soft edges, so that no new edges come in; where the
    picture is black (air) nothing is hidden.
    """
    side = max(4, round(max(picture.shape) * SHARE))
    filling, window = surroundings(picture, 3 * side), soft_square(side)
    whole = answer(picture)
    falls, asked = np.zeros_like(picture), np.zeros_like(picture)
    for top, left in places(picture, side):
        part = np.s_[top : top + side, left : left + side]
        hidden = picture.copy()
        hidden[part] += window * (filling[part] - picture[part])
        middle = (top + side // 2, left + side // 2)
        falls[middle], asked[middle] = whole - answer(hidden), 1
    return between(falls, asked, 0.6 * STEP * side)


def between(values: Floats, known: Floats, sigma: float) -> Floats:
    """Everywhere the mean of the known values, by a Gaussian of their distance."""
    total, weight = (cv2.GaussianBlur(part, (0, 0), sigma) for part in (values, known))
    return np.asarray(total / np.maximum(weight, 1e-9), np.float32)


def places(picture: Floats, side: int) -> list[tuple[int, int]]:
    """Top left corners, evenly spread, of squares in which at least a tenth is not black."""
    rows, columns = (
        np.unique(np.linspace(0, length - side, max(2, round((length - side) / (STEP * side)) + 1)).round().astype(int))
        for length in picture.shape
    )
    return [(t, s) for t in rows for s in columns if (picture[t : t + side, s : s + side] > 0).mean() >= 0.1]


def surroundings(picture: Floats, side: int) -> Floats:
    """Mean of what is not black within a square of `side` around each pixel; black stays black."""
    seen = (picture > 0).astype(np.float32)
    total, count = cv2.blur(picture, (side, side)), cv2.blur(seen, (side, side))
    return np.asarray(np.where(seen > 0, total / np.maximum(count, 1e-6), 0), np.float32)


def soft_square(side: int) -> Floats:
    """(side, side): 1 inside, falling to the edges over a quarter of the side."""
    edge = np.minimum(np.arange(side) + 0.5, side - np.arange(side) - 0.5) / (side / 4)
    line = np.clip(edge, 0, 1)
    return np.asarray(np.outer(line, line), np.float32)
