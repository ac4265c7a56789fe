"""Grey values <-> PNG bytes, and the names of the pictures kept with an analysis."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.mammogram import Mammogram

Grey8 = NDArray[np.uint8]  # (rows, columns)
Rgb8 = NDArray[np.uint8]  # (rows, columns, 3), red first

ORIGINAL, PREPROCESSED, MASK = "original.png", "preprocessed.png", "mask.png"
FAST = [
    cv2.IMWRITE_PNG_COMPRESSION,
    1,
]  # zlib level 1: 12 megapixels in a tenth of a second, a tenth larger than level 6


def eight_bit(mammogram: Mammogram) -> Grey8:
    """The mammogram as a screen shows it: 0..1 to 0..255, rounded."""
    return np.asarray(np.clip(mammogram.pixels * np.float32(255) + np.float32(0.5), 0, 255), np.uint8)


def png(pixels: Grey8 | Rgb8) -> bytes:
    """PNG bytes of a grey or an RGB picture."""
    bgr = pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    written, data = cv2.imencode(".png", bgr, FAST)
    if not written:
        raise ValueError(f"no PNG can be made of shape {pixels.shape}")
    return bytes(data)


def grey_of_png(data: bytes) -> Grey8:
    """The picture in PNG bytes that we wrote."""
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    if pixels is None:
        raise ValueError("these bytes are not a PNG")
    return np.asarray(pixels, np.uint8)
