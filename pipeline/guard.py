"""Mammogram -> Look: is this a mammogram at all, and does it look like those that the networks learnt from?"""

from __future__ import annotations

from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.errors import NotAMammogram
from pipeline.finding import Look
from pipeline.mammogram import Mammogram

Floats = NDArray[np.float32]

BLACK, WHITE = 0.5, 99.8  # percentiles of the grey values that are stretched to 0 and 1


class Guard(Protocol):
    @property
    def side(self) -> int: ...

    def __call__(self, picture: Floats) -> Look:
        """as_seen() of a picture, (side, side) 0..1."""


WARNINGS = {
    "negative": "The picture looks like a negative: its breast is darker than its background. Send the positive.",
    "squashed": "The picture looks squashed or stretched: shapes and sizes may be wrong. Send the original.",
    "cropped": "The picture looks cropped: what lies outside of it was not judged. Send the whole view.",
}
ANSWERS = ("mammogram", "inside", "film", "negative", "squashed", "cropped")  # of the network, as models/guard.py
LOOKS = ("film", "digital", *WARNINGS)
REFUSAL = (
    "This does not look like a mammogram, so nothing was looked for in it. "
    "Send one view of one breast, whole, as it came from the machine."
)
DOUBT = (
    "This picture hardly looks like the mammograms that the networks learnt from: what follows may be wrong. "
    "Check that it is one view of one breast."
)


def guard(mammogram: Mammogram, network: Guard) -> tuple[Look, tuple[str, ...]]:
    """And what to warn of. Raises NotAMammogram for what is certainly none."""
    look = network(as_seen(mammogram.pixels, network.side))
    if look.refused:
        raise NotAMammogram(REFUSAL)
    doubt = (DOUBT,) if look.doubtful else ()
    return look, (*doubt, *(WARNINGS[word] for word in look.words if word in WARNINGS))


def as_seen(pixels: Floats, side: int) -> Floats:
    """(side, side) 0..1: the whole picture in its own proportions at the left, its brighter half there too.

    Grey values are stretched, since a window or a bit depth says nothing of what a picture shows.
    """
    rows, columns = pixels.shape
    scale = side / max(rows, columns)
    size = (max(1, round(columns * scale)), max(1, round(rows * scale)))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    black, white = np.percentile(small, (BLACK, WHITE))
    small = np.clip((small - black) / max(white - black, 1e-3), 0, 1)
    half = max(1, size[0] // 2)
    if small[:, -half:].sum() > small[:, :half].sum():
        small = small[:, ::-1]
    framed, top = np.zeros((side, side), np.float32), (side - size[1]) // 2
    framed[top : top + size[1], : size[0]] = small
    return framed
