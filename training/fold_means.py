"""Figures of five folds become one, with its interval."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.weights import Card, Metric
from training.metrics import Estimate


def over_folds(folds: Sequence[Card]) -> dict[str, Estimate]:
    """Mean of the folds' figures, weighted by what they count.

    Patients of two folds are different women, so the variances behind the intervals add up; every interval is
    taken as 1.96 standard errors to both sides. A figure that some fold could not give is left out.
    """
    names = [name for name in folds[0].metrics if all(name in card.metrics for card in folds)]
    return {name: weighted_mean([card.metrics[name] for card in folds]) for name in names}


def weighted_mean(figures: Sequence[Metric]) -> Estimate:
    counts = np.array([figure.n for figure in figures], np.float64)
    shares = counts / counts.sum()
    value = float(shares @ [figure.value for figure in figures])
    half = float(np.sqrt(((shares * [(figure.high - figure.low) / 2 for figure in figures]) ** 2).sum()))
    return Estimate(value, max(value - half, 0.0), min(value + half, 1.0), int(counts.sum()))
