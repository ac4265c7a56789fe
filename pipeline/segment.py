"""Findings -> findings with outlines and sizes."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.crop import Crop, crop_around
from pipeline.finding import Finding, Size
from pipeline.geometry import Points
from pipeline.preprocess import Prepared

SIMPLIFIED_TO = 0.5  # pixels of the network's mask by which the outline may be moved to need fewer points


class Segmenter(Protocol):
    @property
    def side(self) -> int: ...

    def __call__(self, crop: NDArray[np.float32]) -> NDArray[np.float32]:
        """(side, side) 0..1 -> (side, side) probability that a pixel belongs to the mass in the middle."""


def segment(prepared: Prepared, findings: Sequence[Finding], segmenter: Segmenter) -> tuple[Finding, ...]:
    """The same findings in the same order, outlined; one whose mask is empty keeps `outline` None."""
    return tuple(_outlined(prepared, finding, segmenter) for finding in findings)


def _outlined(prepared: Prepared, finding: Finding, segmenter: Segmenter) -> Finding:
    crop = crop_around(prepared.pixels, prepared.transform.to_prepared(finding.box), segmenter.side)
    outline = outline_of(segmenter(crop.pixels))
    if outline is None:
        return finding
    acquired = prepared.transform.points_to_acquired(crop.to_prepared(outline))
    return dataclasses.replace(finding, outline=acquired, size=size_of(acquired, prepared.spacing_mm))


def outline_of(probabilities: NDArray[np.float32], threshold: float = 0.5) -> Points | None:
    """(N, 2) x, y of the largest region at or above `threshold`, in the mask's pixels; None when there is none.

    The mask is enlarged first, so that the outline follows the probabilities between pixels.
    """
    twice = cv2.resize(probabilities, None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR)
    contours, _ = cv2.findContours((twice >= threshold).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    largest = max(contours, key=cv2.contourArea, default=None)
    if largest is None or cv2.contourArea(largest) < 8:
        return None
    simplified = cv2.approxPolyDP(largest, SIMPLIFIED_TO * 2, closed=True)
    return np.asarray((simplified.reshape(-1, 2) + 0.5) / 2, np.float64)


def filled(outline: Points, crop: Crop) -> NDArray[np.bool_]:
    """(side, side) mask of `outline` (prepared pixels) in the crop."""
    mask = np.zeros(crop.pixels.shape, np.uint8)
    corners = np.round(crop.to_crop(outline) - 0.5).astype(np.int32)
    return np.asarray(cv2.fillPoly(mask, [corners], 1), np.bool_)


def size_of(outline: Points, spacing_mm: tuple[float, float] | None) -> Size | None:
    """Longest diameter and area in mm; None without spacing, because a guess would become a wrong size in a report."""
    if spacing_mm is None or len(outline) < 3:
        return None
    row_mm, column_mm = spacing_mm
    millimetres = (outline * (column_mm, row_mm)).astype(np.float32)
    hull = cv2.convexHull(millimetres).reshape(-1, 2)
    distances = np.linalg.norm(hull[:, None] - hull[None], axis=-1)
    return Size(float(distances.max()), float(cv2.contourArea(millimetres)))
