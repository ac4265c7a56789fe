"""The pixels of an analysis as the file stored them, beside its pictures: as they travel, and what to know of them.

They are kept uncompressed: of 14 megapixels with 12 bits, zlib at its fastest takes a second to save a third.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from flask import json

from app import pictures
from pipeline.mammogram import Mammogram
from pipeline.stored import StoredImage, Window, stored_samples

Json = dict[str, Any]
PIXELS, ABOUT = "pixels.u16", "pixels.json"  # beside an analysis; uint16, little-endian, row by row
CHUNK = 1 << 20  # bytes
GZIP = 16 + zlib.MAX_WBITS  # zlib's way to ask for a gzip header


def pixel_files(mammogram: Mammogram, stored: StoredImage) -> Mapping[str, bytes | memoryview]:
    """What is kept of an image for readers to window: file name -> content."""
    spacing = mammogram.size_spacing_mm
    return {PIXELS: stored.to_bytes(), ABOUT: json.dumps(about(stored, spacing)).encode()}


def about(stored: StoredImage, spacing_mm: tuple[float, float] | None) -> Json:
    """`spacing_mm` is (row, column) of a pixel in the plane of the breast."""
    rows, columns = stored.values.shape
    return {
        "rows": int(rows),
        "columns": int(columns),
        "bits_stored": stored.bits,
        "pixel_spacing_mm": list(spacing_mm) if spacing_mm else None,
        "windows": [_window(window) for window in stored.windows],
    }


def _window(window: Window) -> Json:
    return {
        "name": window.name,
        "center": round(window.center, 3),
        "width": round(window.width, 3),
        "function": window.function,
    }


def kept(folder: Path, spacing_mm: tuple[float, float] | None) -> tuple[Json, Path | memoryview]:
    """What to know and the pixels. Of an analysis from before pixels were kept: the 8 bits of its picture.

    Raises FileNotFoundError where there is not even that.
    """
    if (folder / ABOUT).is_file() and (folder / PIXELS).is_file():
        return json.loads((folder / ABOUT).read_bytes()), folder / PIXELS
    grey = pictures.grey_of_png((folder / pictures.ORIGINAL).read_bytes())
    stored = stored_samples(grey, (0, 255), negative=False)
    return about(stored, spacing_mm), stored.to_bytes()


def gzipped(pixels: Path | memoryview) -> Iterator[bytes]:
    """Level 1, a chunk at a time, so that no second copy is held."""
    packer = zlib.compressobj(1, zlib.DEFLATED, GZIP)
    for chunk in _chunks(pixels):
        yield packer.compress(chunk)
    yield packer.flush()


def _chunks(pixels: Path | memoryview) -> Iterator[bytes | memoryview]:
    if isinstance(pixels, memoryview):
        yield from (pixels[start : start + CHUNK] for start in range(0, len(pixels), CHUNK))
        return
    with pixels.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def mask_picture(mask: np.ndarray[Any, np.dtype[np.bool_]]) -> bytes:
    """PNG bytes: 255 where the breast is, else 0."""
    return pictures.png(np.where(mask, np.uint8(255), np.uint8(0)))
