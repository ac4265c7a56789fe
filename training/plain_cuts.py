"""Batches for a network that looks at one mass and its surroundings as they are, nothing masked."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from training.augment import regreyed
from training.fit import Batch, Draw
from training.regions import Look, Mass, random_square, shrunk_and_warped


def plain_cuts(masses: Sequence[Mass], size: int, side: int, margin: float, smoothing: float, look: Look) -> Draw:
    """Benign and malignant in turn, data sets by their size. Images (B, side, side, 1).

    Raises ValueError where a data set lacks benign or malignant masses: the set alone would then tell the class.
    """
    names = sorted({mass.dataset for mass in masses})
    shares = np.array([sum(mass.dataset == name for mass in masses) for name in names]) / len(masses)
    groups = {(n, m): [x for x in masses if (x.dataset, x.malignant) == (n, m)] for n in names for m in (False, True)}
    if lacking := sorted({name for (name, _), group in groups.items() if not group}):
        raise ValueError(f"expected benign and malignant masses of each set; {', '.join(lacking)} lacks one")

    def draw(rng: np.random.Generator) -> Batch:
        drawn = [groups[names[rng.choice(len(names), p=shares)], i % 2 == 1] for i in range(size)]
        chosen = [group[int(rng.integers(len(group)))] for group in drawn]
        images = np.stack([_cut(rng, mass, side, margin, look) for mass in chosen])[..., None]
        labels = np.array([[mass.malignant] for mass in chosen], np.float32)
        return images, labels * (1 - smoothing) + np.float32(smoothing / 2), np.ones(size, np.float32)

    return draw


def _cut(rng: np.random.Generator, mass: Mass, side: int, margin: float, look: Look) -> NDArray[np.float32]:
    square = random_square(rng, mass.outline, side, margin, look.square)
    image = regreyed(rng, shrunk_and_warped(mass.pixels, square, side), look.greys)
    return np.asarray(image / np.float32(255), np.float32)
