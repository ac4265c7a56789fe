"""What the tests measure on a phantom."""

from __future__ import annotations

from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import Points
from training.phantom import Lesion, Phantom, draw_phantom

SMALL = (832, 640)
TINY = (208, 160)
Mask = NDArray[np.bool_]


@cache
def drawn(seed: int = 1, **asked: Any) -> Phantom:
    """A tiny phantom, drawn once for all tests that only look at it."""
    return draw_phantom(seed, **{"size": TINY, **asked})


def inside(outline: Points, shape: tuple[int, ...]) -> Mask:
    mask = np.zeros(shape[:2], dtype=np.uint8)
    cv2.fillPoly(mask, [np.round((outline - 0.5) * 16).astype(np.int32)], 1, shift=4)
    return mask > 0


def ring_around(mask: Mask, width: int) -> Mask:
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * width + 1, 2 * width + 1))
    return (cv2.dilate(mask.astype(np.uint8), kernel) > 0) & ~mask


def contrast(phantom: Phantom, lesion: Lesion) -> float:
    """Mean inside the outline less the mean of a 4 mm ring around it, as a share of white."""
    mask = inside(lesion.outline, phantom.pixels.shape)
    ring = ring_around(mask, max(2, round(4.0 / phantom.spacing_mm[0])))
    return float(phantom.pixels[mask].mean() - phantom.pixels[ring].mean()) / phantom.white
