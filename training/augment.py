"""Exact transforms of a prepared image with its outlines, and the random draws that choose them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import Box, Points

Matrix = NDArray[np.float64]  # (2, 3) affine, x y columns
Grey = NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True)
class Greys:
    """How far another machine's look may go. Gammas are drawn evenly in their logarithm."""

    gamma: tuple[float, float] = (0.65, 1.5)
    contrast: tuple[float, float] = (0.75, 1.25)
    brightness: float = 0.08  # of the whole range
    noise: float = 6.0  # grey levels
    blur: float = 1.0  # pixels


@dataclass(frozen=True, kw_only=True)
class Ranges(Greys):
    """How far a draw may go. Scales are drawn evenly in their logarithm, rotations in degrees."""

    scale: tuple[float, float] = (0.8, 1.3)
    rotation: float = 15.0
    shear: float = 0.1
    shift: float = 0.08  # of the frame
    flip: float = 0.5  # chance of an upside-down copy; the chest wall stays on the left


def fit_matrix(shape: tuple[int, ...], height: int, width: int) -> Matrix:
    """Scales an image of `shape` (rows, columns) to fit `height` x `width`, aspect kept, anchored at the top left."""
    scale = min(height / shape[0], width / shape[1])
    return np.array([[scale, 0, 0], [0, scale, 0]], dtype=np.float64)


def then(first: Matrix, second: Matrix) -> Matrix:
    """The affine that does `first`, then `second`."""
    return np.asarray(second @ np.vstack([first, [0, 0, 1]]), np.float64)


def random_affine(rng: np.random.Generator, height: int, width: int, ranges: Ranges) -> Matrix:
    """Rotation, scale, shear, shift and perhaps an upside-down flip about the middle of a `height` x `width` frame."""
    angle = np.deg2rad(rng.uniform(-ranges.rotation, ranges.rotation))
    scale = np.exp(rng.uniform(*np.log(ranges.scale)))
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    bend = np.array([[1, rng.uniform(-ranges.shear, ranges.shear)], [0, -1 if rng.random() < ranges.flip else 1]])
    middle = np.array([width / 2, height / 2])
    shift = rng.uniform(-ranges.shift, ranges.shift, 2) * (width, height)
    linear = turn @ bend
    return np.hstack([linear, (middle + shift - linear @ middle)[:, None]])


def warped(pixels: Grey, matrix: Matrix, height: int, width: int) -> Grey:
    """Grey values at the new places; 0 where nothing was. Pixel i covers [i, i + 1), so centers are moved by half."""
    half = np.array([0.5, 0.5])
    shifted = matrix.copy()
    shifted[:, 2] += matrix[:, :2] @ half - half
    return np.asarray(cv2.warpAffine(pixels, shifted, (width, height), flags=cv2.INTER_LINEAR), np.uint8)


def moved(points: Points, matrix: Matrix) -> Points:
    return np.asarray(points @ matrix[:, :2].T + matrix[:, 2], np.float64)


def ellipse(box: Box, corners: int = 32) -> Points:
    """The outline that stands in for a mass of which only a box or a circle is known."""
    angles = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    x, y = box.center
    return np.stack([x + np.cos(angles) * box.width / 2, y + np.sin(angles) * box.height / 2], axis=1)


def visible_boxes(outlines: Sequence[Points], height: int, width: int, least: float = 0.4) -> list[Box]:
    """Boxes of the outlines cut to the frame; those of which less than `least` is left are dropped."""
    found = []
    for outline in outlines:
        whole = Box.around(outline)
        cut = whole.clipped(width, height)
        if cut.area >= least * whole.area and min(cut.width, cut.height) >= 4:
            found.append(cut)
    return found


def regreyed(rng: np.random.Generator, pixels: Grey, ranges: Greys) -> Grey:
    """Another machine's look: gamma, contrast, brightness, blur and noise; background 0 stays background."""
    inside = pixels > 0
    gamma = np.float32(np.exp(rng.uniform(*np.log(ranges.gamma))))
    value: NDArray[np.float32] = np.asarray((pixels / np.float32(255)) ** gamma, np.float32)
    contrast, brightness = (
        np.float32(rng.uniform(*ranges.contrast)),
        np.float32(rng.uniform(-ranges.brightness, ranges.brightness)),
    )
    value = np.asarray((value - 0.5) * contrast + 0.5 + brightness, np.float32)
    if rng.random() < 0.3 and ranges.blur > 0:
        value = np.asarray(cv2.GaussianBlur(value, (0, 0), rng.uniform(0.3, max(0.3, ranges.blur))), np.float32)
    if rng.random() < 0.5:
        value = value + rng.normal(0, rng.uniform(0, ranges.noise) / 255, value.shape).astype(np.float32)
    return np.where(inside, np.clip(value * 255, 1, 255), 0).astype(np.uint8)
