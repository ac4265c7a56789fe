"""Small bright spots in a breast: the image at one sampling, where its spots may be, and which lie together.

Everything here is in pixels of the sampled copy (x to the right, y down, pixel i covers [i, i + 1)) or in millimetres.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import Points

Floats = NDArray[np.float32]

SPOT, AROUND = 1.2, 3.0  # pixels of 0.1 mm: a calcification's blur, and that of its surroundings
TEXTURE = 61  # pixels over which the usual detail is averaged
FAINTEST = 0.002  # of the range 0..1; half a grey level of 8 bits
LINK_MM = 5.0  # spots no farther apart lie together, so three linked ones lie within 1 cm
LEAST = 3  # spots of a cluster: three or more within 1 cm (Nishikawa 2007, doi:10.1016/j.compmedimag.2007.02.009)


@dataclass(frozen=True, eq=False)
class Sampled:
    """The breast at `spacing_mm` a pixel, turned and cut as the prepared image is, without its equalisation."""

    pixels: Floats  # (rows, columns), 0..1
    breast: NDArray[np.bool_]  # the same shape
    scale: tuple[float, float]  # its pixels per prepared pixel: x, y


@dataclass(frozen=True, eq=False)
class Spots:
    """N places that may be calcifications, in the order of their rows."""

    places: Points  # (N, 2) x, y, sampled pixels
    likely: Floats  # (N,) 0..1, what a committee says of each
    strength: Floats  # (N,) how far each stands out of the usual detail nearby, see detail()
    depth_mm: Floats  # (N,) to the nearest place outside the breast; where the picture ends, the breast goes on

    def of(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Spots:
        return Spots(self.places[rows], self.likely[rows], self.strength[rows], self.depth_mm[rows])


def detail(pixels: Floats) -> Floats:
    """Difference of two Gaussians, in units of its usual size nearby: bright spots of 0.1-0.6 mm stand out."""
    fine = cv2.GaussianBlur(pixels, (0, 0), SPOT) - cv2.GaussianBlur(pixels, (0, 0), AROUND)
    usual = cv2.blur(np.abs(fine), (TEXTURE, TEXTURE)) + np.float32(FAINTEST)
    return np.asarray(fine / usual, np.float32)


def candidates(pixels: Floats, inside: NDArray[np.bool_], least: float) -> tuple[Points, Floats]:
    """Centres (N, 2) x, y of pixels inside that are brightest of their 5 x 5 and stand out by `least`; by how much."""
    strength = detail(pixels)
    highest = cv2.dilate(strength, np.ones((5, 5), np.uint8))
    rows, columns = np.nonzero((strength == highest) & (strength >= least) & inside)
    return np.stack([columns + 0.5, rows + 0.5], axis=1).astype(np.float64), strength[rows, columns]


def depth_mm(sampled: Sampled, places: Points, spacing_mm: float) -> Floats:
    """(N,) of each place; as many mm as the picture is long where all of it is breast."""
    if sampled.breast.all():
        return np.full(len(places), max(sampled.breast.shape) * spacing_mm, np.float32)
    away = cv2.distanceTransform(sampled.breast.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    columns, rows = places.astype(np.int64).T
    return np.asarray(away[rows, columns] * np.float32(spacing_mm), np.float32)


def linked(points_mm: Points, link_mm: float = LINK_MM, least: int = LEAST) -> list[NDArray[np.int64]]:
    """Rows of every group of at least `least` points in which each lies within `link_mm` of another, in order."""
    near = np.linalg.norm(points_mm[:, None] - points_mm[None], axis=-1) <= link_mm
    free = np.ones(len(points_mm), np.bool_)
    groups = []
    for start in range(len(points_mm)):
        group = np.zeros(len(points_mm), np.bool_)
        group[start] = free[start]
        while (grown := near[group].any(axis=0) & free & ~group).any():
            group |= grown
        free &= ~group
        if group.sum() >= least:
            groups.append(np.flatnonzero(group))
    return groups


def extent(points_mm: Points) -> float:
    """Largest distance between two of the points."""
    return float(np.linalg.norm(points_mm[:, None] - points_mm[None], axis=-1).max())
