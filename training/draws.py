"""Patients drawn with replacement, all draws at once: a figure is computed for every draw by weighing its rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.metrics import Estimate

Floats = NDArray[np.float64]
DRAWS = 1000


@dataclass(frozen=True, eq=False)
class Draws:
    """Row 0 holds everybody once, so entry 0 of a figure is the figure itself and the others are its bootstrap."""

    place: Mapping[str, int]  # patient -> column
    counts: Floats  # (1 + draws, patients) how often each was drawn

    @classmethod
    def of(cls, patients: Iterable[str], draws: int = DRAWS, seed: int = 0) -> Draws:
        """`draws` samples as large as the number of different `patients`. Raises ValueError without patients."""
        place = {patient: i for i, patient in enumerate(sorted(set(patients)))}
        if not place:
            raise ValueError("nobody to draw from")
        drawn = np.random.default_rng(seed).multinomial(len(place), np.full(len(place), 1 / len(place)), size=draws)
        return cls(place, np.concatenate([np.ones((1, len(place))), drawn]).astype(np.float64))

    def weights(self, patients: Sequence[str]) -> Floats:
        """(1 + draws, rows): how often the patient of each row was drawn."""
        return self.counts[:, [self.place[patient] for patient in patients]]

    @staticmethod
    def estimate(values: Floats, n: int) -> Estimate:
        """`values` (1 + draws,): the figure and its 2.5th to 97.5th percentile; nan draws, undefined, do not count.

        The interval is stretched to hold the figure: a calibration error grows when rows come twice, so its draws can
        all lie above it.
        """
        known = values[1:][np.isfinite(values[1:])]
        low, high = np.percentile(known, [2.5, 97.5]) if len(known) else (np.nan, np.nan)
        return Estimate(float(values[0]), float(np.fmin(low, values[0])), float(np.fmax(high, values[0])), n)
