"""Millimetres, the two grids a phantom is drawn on, and the primitives that draw on them.

Everything is drawn with the chest wall on the left, x in millimetres to the right and y downwards from the
detector's top edge. Smooth tissue is synthesised once on a coarse grid and enlarged, so a phantom costs little and
looks alike at every size; lines, lesions and grain are drawn at the size that was asked for.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import Points
from training.phantom.values import FloatImage

FIELD_MM = (282.88, 217.6)  # (height, width) of a 24 x 30 cm detector's image: 3328 x 2560 at 0.085 mm
COARSE_MM = 0.34
COARSE_SHAPE = (832, 640)


@dataclass(frozen=True)
class Canvas:
    """The grid of the finished image: (rows, columns) square pixels of `spacing_mm`."""

    shape: tuple[int, int]
    spacing_mm: float

    @classmethod
    def of_size(cls, size: tuple[int, int]) -> Canvas:
        """Square pixels just large enough for the whole field to fit."""
        rows, columns = size
        if rows < 64 or columns < 64:
            raise ValueError(f"a phantom needs at least 64 x 64 pixels, received {rows} x {columns}")
        return cls(size, max(FIELD_MM[0] / rows, FIELD_MM[1] / columns))

    def enlarge(self, field: FloatImage, field_mm: float = COARSE_MM, fill: float = 0.0) -> FloatImage:
        """A coarse field on this grid; `fill` where the field does not reach."""
        ratio = self.spacing_mm / field_mm
        if ratio > 1.0:
            field = blur(field, 0.4 * ratio)
        shift = 0.5 * ratio - 0.5
        matrix = np.array([[ratio, 0, shift], [0, ratio, shift]], dtype=np.float64)
        rows, columns = (min(int(np.ceil(n / ratio)), m) for n, m in zip(field.shape, self.shape, strict=True))
        flags = (cv2.INTER_CUBIC if ratio < 1.0 else cv2.INTER_LINEAR) | cv2.WARP_INVERSE_MAP
        drawn = cv2.warpAffine(field, matrix, (columns, rows), flags=flags, borderMode=cv2.BORDER_REPLICATE)
        out = np.full(self.shape, fill, dtype=np.float32)
        out[:rows, :columns] = drawn
        return out


def blur(image: FloatImage, sigma: float) -> FloatImage:
    """Gaussian blur, `sigma` in pixels."""
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), dtype=np.float32)


def smoothstep(value: FloatImage, low: float, high: float) -> FloatImage:
    """0 below `low`, 1 above `high`, a smooth cubic between."""
    t = np.clip((value - low) * (1.0 / (high - low)), 0.0, 1.0)
    return np.asarray(t * t * (3.0 - 2.0 * t), dtype=np.float32)


def filled(polygon_mm: Points, shape: tuple[int, int], spacing_mm: float) -> NDArray[np.uint8]:
    """1 inside a polygon, 0 outside."""
    fraction_bits = 4
    points = np.round((polygon_mm / spacing_mm - 0.5) * 2**fraction_bits).astype(np.int32)
    mask = np.zeros(shape, dtype=np.uint8)
    cv2.fillPoly(mask, [points], 1, shift=fraction_bits)
    return mask


def depth_below(polygon_mm: Points, shape: tuple[int, int], spacing_mm: float) -> FloatImage:
    """Signed distance in mm to a polygon's edge: positive inside. The image border is no edge."""
    inside = filled(polygon_mm, shape, spacing_mm)
    near = cv2.distanceTransform(inside, cv2.DIST_L2, cv2.DIST_MASK_5)
    far = cv2.distanceTransform(1 - inside, cv2.DIST_L2, cv2.DIST_MASK_5)
    return np.asarray((near - far) * spacing_mm, dtype=np.float32)


@dataclass(frozen=True, eq=False)
class Line:
    points_mm: Points  # (N, 2) x, y
    width_mm: float
    strength: float  # 0..1 brightness added at the middle of the line
    taper: bool = False  # thins out towards its end


def drawn_lines(lines: list[Line], canvas: Canvas) -> FloatImage:
    """Brightness added by the lines; where they cross, the stronger one shows."""
    layer = np.zeros(canvas.shape, dtype=np.uint8)
    for line in sorted(lines, key=lambda one: one.strength):
        _draw_line(layer, line, canvas.spacing_mm)
    return blur(layer.astype(np.float32) / 255.0, max(0.5, 0.12 / canvas.spacing_mm))


def _draw_line(layer: NDArray[np.uint8], line: Line, spacing_mm: float) -> None:
    points = np.round((line.points_mm / spacing_mm - 0.5) * 16).astype(np.int32)
    pieces = 4 if line.taper else 1
    ends = np.linspace(0, len(points) - 1, pieces + 1).astype(int)
    for piece in reversed(range(pieces)):
        width_mm = line.width_mm * (1.0 - 0.75 * piece / pieces)
        thickness = max(1, round(width_mm / spacing_mm))
        strength = line.strength * (1.0 - 0.6 * piece / pieces) * min(1.0, width_mm / (thickness * spacing_mm))
        part = points[ends[piece] : ends[piece + 1] + 1]
        cv2.polylines(layer, [part], False, round(255 * min(strength, 1.0)), thickness, cv2.LINE_AA, 4)
