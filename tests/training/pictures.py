"""Small scenes with a mass where we say it is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import Points, Transform
from training.augment import Grey, Ranges
from training.cache import PreparedExample
from training.datasets.base import Example, MassTruth

CALM = Ranges(gamma=(1, 1), contrast=(1, 1), noise=0, blur=0.31)


def circle(x: float, y: float, radius: float, corners: int = 64) -> Points:
    angles = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    return np.stack([x + radius * np.cos(angles), y + radius * np.sin(angles)], axis=1)


def disc(rows: int, columns: int, at: tuple[float, float], radius: float, ground: int = 60, bright: int = 220) -> Grey:
    """A bright disc around (x, y); pixel i covers [i, i + 1)."""
    y, x = np.mgrid[:rows, :columns] + 0.5
    return np.where(np.hypot(x - at[0], y - at[1]) <= radius, bright, ground).astype(np.uint8)


def center_of(bright: NDArray[np.bool_]) -> tuple[float, float]:
    y, x = np.nonzero(bright)
    return float(x.mean() + 0.5), float(y.mean() + 0.5)


def prepared_example(pixels: Grey, *masses: MassTruth, dataset: str = "set", patient: str = "p") -> PreparedExample:
    """Prepared as it was acquired."""
    example = Example(dataset, "image", patient, Path("nowhere.png"), masses)
    return PreparedExample(example, pixels, Transform(pixels.shape[1]))
