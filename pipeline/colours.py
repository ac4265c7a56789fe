"""A map of 0..1 -> colours over a grey image: perceptually even, safe for colour blindness, clear where it is low."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Rgba8 = NDArray[np.uint8]  # (rows, columns, 4), red first, alpha not premultiplied

# viridis (Smith and van der Walt 2015, CC0) at 17 even steps. Its greyscale cousin cividis would vanish on a mammogram.
VIRIDIS = (
    (68, 1, 84),
    (72, 24, 106),
    (71, 45, 123),
    (66, 64, 134),
    (59, 82, 139),
    (51, 99, 141),
    (44, 114, 142),
    (38, 130, 142),
    (33, 145, 140),
    (31, 160, 136),
    (40, 174, 128),
    (63, 188, 115),
    (94, 201, 98),
    (132, 212, 75),
    (173, 220, 48),
    (216, 226, 25),
    (253, 231, 37),
)
FROM, FULL = 0.15, 0.5  # nothing shows below the first, everything from the second on, so that tissue stays visible


def lookup_table() -> NDArray[np.uint8]:
    """(256, 3) red, green, blue of 0/255 to 255/255."""
    steps, even = np.linspace(0, 255, len(VIRIDIS)), np.arange(256)
    channels = [np.interp(even, steps, [colour[i] for colour in VIRIDIS]) for i in range(3)]
    return np.asarray(np.rint(np.stack(channels, axis=1)), np.uint8)


def coloured(levels: NDArray[np.uint8], opacity: float = 0.6) -> Rgba8:
    """Colours of a map in 256 steps; `opacity`, 0..1, is that of places from FULL on."""
    share = np.clip((np.arange(256) / 255 - FROM) / (FULL - FROM), 0, 1)
    alpha = np.rint(255 * opacity * share)[:, None].astype(np.uint8)
    table = np.concatenate([lookup_table(), alpha], axis=1)
    table[table[:, 3] == 0] = 0  # what is not seen packs better as nothing
    return np.asarray(cv2.LUT(cv2.merge([levels] * 4), table[None]), np.uint8)


def eight_bit(map_: Floats) -> NDArray[np.uint8]:
    """0..1 -> 0..255, rounded."""
    return np.asarray(np.clip(map_ * np.float32(255) + np.float32(0.5), 0, 255), np.uint8)
