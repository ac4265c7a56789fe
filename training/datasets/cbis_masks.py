"""Which file of an abnormality's folder is its ROI mask, and what it outlines."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pydicom
from numpy.typing import NDArray

from pipeline.geometry import Points

MASK = "ROI mask images"  # Series Description (0008,103E)
HEADER = ["Rows", "Columns", "SeriesDescription"]


def outline_of(folder: Path, size: tuple[int, int]) -> Points | None:
    """(N, 2) x, y in pixels of the image of `size` (rows, columns); None where the folder holds no mask.

    Mask and cropped image of one abnormality have each other's name or series in part of the collection. A mask has
    two values and, but for some that were scanned at another size, the size of the image.
    """
    for path in sorted(folder.rglob("*.dcm"), key=lambda path: _unlike_a_mask(path, size)):
        pixels = np.asarray(pydicom.dcmread(path).pixel_array)
        if pixels.ndim == 2 and len(np.unique(pixels[::4, ::4])) <= 2 and len(np.unique(pixels)) == 2:
            return _largest(pixels > pixels.min(), size)
    return None


def size_of(path: Path) -> tuple[int, int]:
    """(rows, columns), from the header alone."""
    header = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=["Rows", "Columns"])
    return int(header.Rows), int(header.Columns)


def _unlike_a_mask(path: Path, size: tuple[int, int]) -> tuple[bool, bool, int]:
    header = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=HEADER)
    rows, columns = int(header.Rows), int(header.Columns)
    return (rows, columns) != size, header.get("SeriesDescription") != MASK, -rows * columns


def _largest(mask: NDArray[np.bool_], size: tuple[int, int]) -> Points:
    """The outline of the largest region, stretched where the mask was scanned at another size than the image."""
    outlines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    largest = max(outlines, key=cv2.contourArea)[:, 0].astype(np.float64) + 0.5  # centres of pixels
    return np.asarray(largest * (size[1] / mask.shape[1], size[0] / mask.shape[0]))
