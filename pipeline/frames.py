"""A map in the frame of the prepared image -> the frame of the image as it was sent."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.preprocess import Prepared

Floats = NDArray[np.float32]


def in_acquired_frame(canvas: Floats, prepared: Prepared, shape: tuple[int, int]) -> Floats:
    """`canvas` covers the prepared image at any scale; (rows, columns) of `shape`, 0 where nothing was prepared."""
    scale_y, scale_x = (small / full for small, full in zip(canvas.shape, prepared.pixels.shape, strict=True))
    way = prepared.transform.resized(scale_x, scale_y)
    turn, start = (-1.0, float(way.acquired_width)) if way.flipped else (1.0, 0.0)
    matrix = np.array(
        [
            [turn * way.scale_x, 0, (start + 0.5 * turn - way.left) * way.scale_x - 0.5],
            [0, way.scale_y, (0.5 - way.top) * way.scale_y - 0.5],
        ]
    )
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(canvas, matrix, shape[::-1], flags=how), np.float32)
