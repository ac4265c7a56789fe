"""Masses cut from training images and set into other breasts, so that few masses are seen in many surroundings."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import Points
from training.augment import Grey


@dataclass(frozen=True, eq=False)
class Patch:
    """A mass with its feathered border."""

    pixels: Grey  # (rows, columns)
    alpha: NDArray[np.float32]  # (rows, columns), 1 inside the mass, 0 at the patch's edge
    outline: Points  # (N, 2) x, y in the patch


def cut_out(pixels: Grey, outline: Points, feather: float = 0.35) -> Patch:
    """The mass inside `outline` and `feather` of its size around it. `pixels` and `outline` share their frame."""
    low, high = outline.min(axis=0), outline.max(axis=0)
    border = (high - low).max() * feather
    left, top = np.maximum(np.floor(low - border), 0).astype(int)
    right, bottom = np.minimum(np.ceil(high + border), pixels.shape[::-1]).astype(int)
    inside = outline - (left, top)
    alpha = np.zeros((bottom - top, right - left), np.uint8)
    cv2.fillPoly(alpha, [np.round(inside).astype(np.int32)], 255)
    away = cv2.distanceTransform(255 - alpha, cv2.DIST_L2, 5) / max(border, 1.0)
    return Patch(pixels[top:bottom, left:right], np.clip(1 - away, 0, 1).astype(np.float32) ** 2, inside)


def paste(rng: np.random.Generator, pixels: Grey, patch: Patch) -> tuple[Grey, Points] | None:
    """(the picture with the mass in it, its outline there); None where no place inside the breast was found."""
    rows, columns = patch.alpha.shape
    if rows >= pixels.shape[0] or columns >= pixels.shape[1]:
        return None
    for _ in range(10):
        top, left = rng.integers(pixels.shape[0] - rows), rng.integers(pixels.shape[1] - columns)
        place = pixels[top : top + rows, left : left + columns]
        if (place > 0).mean() > 0.97:
            result = pixels.copy()
            result[top : top + rows, left : left + columns] = blended(place, patch, rng)
            return result, patch.outline + (left, top)
    return None


def blended(place: Grey, patch: Patch, rng: np.random.Generator) -> Grey:
    """The mass's own structure over the surroundings' brightness; sometimes the brighter of both, as X-rays add up."""
    ring = (patch.alpha > 0) & (patch.alpha < 1)
    lift = place[ring].mean() - patch.pixels[ring].mean() if ring.any() else 0.0
    mass = np.clip(patch.pixels + lift, 1, 255)
    if rng.random() < 0.5:
        mass = np.maximum(mass, place)
    return (place * (1 - patch.alpha) + mass * patch.alpha).astype(np.uint8)
