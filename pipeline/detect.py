"""Prepared -> findings: where something is that a reader should look at."""

from __future__ import annotations

from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.finding import Finding, Kind
from pipeline.geometry import Box
from pipeline.preprocess import Grey8, Prepared

FLOOR = 0.05  # an analysis keeps every candidate down to here; the slider filters later


class Detector(Protocol):
    """What detect() needs of a model: LiteRT behind pipeline/models.py, two lines of stub in a test."""

    @property
    def height(self) -> int: ...  # pixels of its input

    @property
    def width(self) -> int: ...

    def __call__(self, pixels: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(height, width) 0..1 -> boxes (N, 4) as y0, x0, y1, x1 in its pixels, and confidences (N,) in 0..1."""


def detect(prepared: Prepared, detector: Detector, floor: float = FLOOR) -> tuple[Finding, ...]:
    """Masses in acquired pixels, most confident first; none below `floor`, none outside the breast's rectangle."""
    scale = fit_scale(prepared.pixels.shape, detector.height, detector.width)
    boxes, confidences = detector(letterboxed(prepared.pixels, detector.height, detector.width))
    rows, columns = prepared.pixels.shape
    best_first = np.argsort(-confidences, kind="stable")  # stable: the same image always gives the same list
    findings = []
    for i in best_first:
        top, left, bottom, right = (float(edge) / scale for edge in boxes[i])
        box = Box.from_corners(left, top, right, bottom).clipped(columns, rows)
        if confidences[i] >= floor and box.area > 0:
            findings.append(Finding(Kind.MASS, prepared.transform.to_acquired(box), float(confidences[i])))
    return tuple(findings)


def fit_scale(shape: tuple[int, ...], height: int, width: int) -> float:
    """Network pixels per prepared pixel when an image of `shape` (rows, columns) just fits, aspect kept."""
    return min(height / shape[0], width / shape[1])


def letterboxed(pixels: Grey8, height: int, width: int) -> NDArray[np.float32]:
    """(height, width) 0..1: the image scaled to fit, at the top left, 0 around it."""
    scale = fit_scale(pixels.shape, height, width)
    scaled = (max(1, round(full * scale)) for full in pixels.shape)
    rows, columns = (min(side, fitting) for side, fitting in zip((height, width), scaled, strict=True))
    smaller = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    frame = np.zeros((height, width), np.float32)
    frame[:rows, :columns] = cv2.resize(pixels, (columns, rows), interpolation=smaller)
    return frame / np.float32(255)
