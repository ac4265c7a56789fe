"""The published filter for microcalcifications: a patch without its slow background and without its weak detail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pywt
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Wavelet:
    """S-calc's filter: sym3 or haar, three levels, details kept beyond 1.5 deviations."""

    family: Literal["sym3", "haar"] = "sym3"
    level: int = 3
    sigma: float = 1.5

    def __post_init__(self) -> None:
        if self.family not in ("sym3", "haar") or self.level < 1 or self.sigma < 0:
            raise ValueError("expected sym3 or haar, a level of 1 or more, and a sigma of 0 or more")


def filtered(patch: Floats, wavelet: Wavelet) -> Floats:
    """(rows, columns) 0..1 -> the same shape in 0..1, 0.5 where nothing stands out.

    The approximation of the last level is zeroed, and so are the coefficients of each level and direction that lie
    within `sigma` standard deviations of their mean (Mallat 1989's pyramid, PyWavelets' symmetric border).
    """
    background, *levels = pywt.wavedec2(patch, wavelet.family, level=wavelet.level)
    kept = [tuple(_beyond(part, wavelet.sigma) for part in level) for level in levels]
    detail = pywt.waverec2([np.zeros_like(background), *kept], wavelet.family)[: patch.shape[0], : patch.shape[1]]
    return np.asarray(np.clip(detail + np.float32(0.5), 0, 1), np.float32)


def _beyond(part: Floats, sigma: float) -> Floats:
    return np.where(np.abs(part - part.mean()) > sigma * part.std(), part, np.float32(0))
