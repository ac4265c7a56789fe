"""Mammogram -> Prepared: the one place where an image becomes what a network sees, in the app and in training.

The published recipe (S-pipeline) with its faults repaired: every file type takes the same way, grey values saturate
instead of wrapping round, and CLAHE does not depend on how many bits the file happened to have.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.errors import UnsupportedImage
from pipeline.geometry import Transform
from pipeline.mammogram import Mammogram

Grey8 = NDArray[np.uint8]

MASK_SIDE = 512  # pixels of the longer side of the copy on which the breast is looked for
SMALLEST_BREAST = 0.02  # share of the image


@dataclass(frozen=True)
class Recipe:
    """How an image is prepared. It travels in every weight's card; weights made with another recipe do not load.

    `clahe_clip` counts in multiples of a flat histogram over the grey levels that the file holds, so an 8-bit copy of
    a 12-bit image is prepared alike; 0 leaves CLAHE out. `vertical_crop` is the share cut off above and below before
    anything else (scanner borders; 0.1 in the published program, which lost the masses near them).
    """

    vertical_crop: float = 0.01
    clahe_clip: float = 3.0
    clahe_tiles: int = 5
    mask_threshold: float = 0.08  # of the brightness range of the blurred image, background to 99th percentile


@dataclass(frozen=True, eq=False)
class Prepared:
    """The breast alone: chest wall on the left, background 0, still at acquired resolution."""

    pixels: Grey8  # (rows, columns), read-only
    transform: Transform  # acquired <-> prepared
    spacing_mm: tuple[float, float] | None  # (row, column) of an acquired pixel in the plane of the breast

    def __post_init__(self) -> None:
        self.pixels.setflags(write=False)


def preprocess(mammogram: Mammogram, recipe: Recipe) -> Prepared:
    """Cut rows, find the breast, equalise, put the chest wall on the left, cut to the breast, 8 bit.

    Raises UnsupportedImage when nothing in the picture could be a breast.
    """
    top = round(mammogram.height * recipe.vertical_crop)
    rows = mammogram.pixels[top : mammogram.height - top]
    mask = breast_mask(rows, recipe.mask_threshold)
    grey = np.where(mask, equalised(rows, mammogram.grey_levels, recipe), np.uint8(0))
    flipped = chest_wall_is_right(mask)
    if flipped:
        grey, mask = grey[:, ::-1], mask[:, ::-1]
    x, y, width, height = cv2.boundingRect(mask.astype(np.uint8))
    cut = np.ascontiguousarray(grey[y : y + height, x : x + width])
    return Prepared(cut, Transform(mammogram.width, flipped, x, top + y), mammogram.size_spacing_mm)


def mask_in_frame(mammogram: Mammogram, recipe: Recipe) -> NDArray[np.bool_]:
    """Where preprocess() finds the breast, in the frame of the sent image: the rows that it cuts off are no breast."""
    top = round(mammogram.height * recipe.vertical_crop)
    mask = np.zeros(mammogram.pixels.shape, np.bool_)
    mask[top : mammogram.height - top] = breast_mask(
        mammogram.pixels[top : mammogram.height - top], recipe.mask_threshold
    )
    return mask


def breast_mask(pixels: NDArray[np.float32], threshold: float) -> NDArray[np.bool_]:
    """Where the breast is: the largest bright region of the blurred image, its holes filled. Same shape as `pixels`."""
    rows, columns = pixels.shape
    scale = MASK_SIDE / max(rows, columns)
    if min(rows, columns) * scale < 1:
        raise UnsupportedImage("This picture is a mere strip, no breast fits in; send an original mammogram.")
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(small, (0, 0), MASK_SIDE / 128)
    dark, bright = np.percentile(blurred, 1), np.percentile(blurred, 99)
    bright_enough = (blurred > dark + threshold * (bright - dark)).astype(np.uint8)
    contours, _ = cv2.findContours(bright_enough, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    largest = max(contours, key=cv2.contourArea, default=None)
    if largest is None or cv2.contourArea(largest) < SMALLEST_BREAST * small.size:
        raise UnsupportedImage("No breast was found in this picture; send an original mammogram, one view a file.")
    filled = cv2.drawContours(np.zeros_like(bright_enough), [largest], -1, 1, cv2.FILLED)
    return np.asarray(cv2.resize(filled, (columns, rows), interpolation=cv2.INTER_NEAREST), np.bool_)


def equalised(pixels: NDArray[np.float32], grey_levels: int, recipe: Recipe) -> Grey8:
    """Contrast-limited adaptive histogram equalisation on 16 bits (Zuiderveld 1994), then 8 bit with saturation."""
    sixteen = np.clip(pixels * np.float32(65535.0) + np.float32(0.5), 0, 65535).astype(np.uint16)
    if recipe.clahe_clip > 0:
        tiles = (recipe.clahe_tiles, recipe.clahe_tiles)
        clip = recipe.clahe_clip * 65536 / grey_levels  # OpenCV counts over all 65536 bins, mostly empty ones
        sixteen = cv2.createCLAHE(clip, tiles).apply(sixteen)
    return np.asarray(sixteen >> 8, np.uint8)


def chest_wall_is_right(mask: NDArray[np.bool_]) -> bool:
    """Told by the picture, not by its tags: some machines store images mirrored against their laterality."""
    middle = mask.shape[1] // 2
    return bool(mask[:, -middle:].sum() > mask[:, :middle].sum())
