"""Figures for many weightings of the same rows at once: weights (draws, rows) in, one value a draw out.

A row that weighs two counts twice, one that weighs nothing is not there, so integer weights give exactly what the usual
definition gives on the repeated rows; the tests hold every figure against scikit-learn or pycocotools. A figure that is
undefined in a draw (a class is missing) is nan there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BINS = 10
FEWEST_IN_BIN = 8  # rows; with fewer the share that was true says nothing
RECALLS = np.linspace(0, 1, 101)  # COCO's


def share(part: ArrayLike, whole: ArrayLike) -> Floats:
    """part / whole, nan where the whole is 0."""
    part, whole = np.broadcast_arrays(np.asarray(part, np.float64), np.asarray(whole, np.float64))
    return np.asarray(np.divide(part, whole, out=np.full(whole.shape, np.nan), where=whole > 0), np.float64)


def mean(values: ArrayLike, weights: Floats) -> Floats:
    """(draws,) weighted mean."""
    return share(weights @ np.asarray(values, np.float64), weights.sum(axis=1))


def quantile(values: ArrayLike, weights: Floats, at: float) -> Floats:
    """(draws,) the least value that at least the share `at` of the rows does not exceed."""
    array = np.asarray(values, np.float64)
    if array.size == 0:
        return np.full(len(weights), np.nan)
    order = np.argsort(array, kind="stable")
    below = weights[:, order].cumsum(axis=1)
    found = array[order][(below >= at * below[:, -1:] - 1e-9).argmax(axis=1)]
    return np.where(below[:, -1] > 0, found, np.nan)


@dataclass(frozen=True, eq=False)
class Operating:
    """What is called positive from every score down: the ROC and the precision-recall curve in every draw."""

    thresholds: Floats  # (T,) falling
    true: Floats  # (draws, T) weight of positives at or above the threshold
    false: Floats  # (draws, T) of negatives
    positives: Floats  # (draws,)
    negatives: Floats  # (draws,)

    @classmethod
    def of(cls, scores: ArrayLike, truth: ArrayLike, weights: Floats) -> Operating:
        values, labels = np.asarray(scores, np.float64), np.asarray(truth, np.float64)
        order = np.argsort(-values, kind="stable")
        ordered = values[order]
        last = np.append(ordered[1:] < ordered[:-1], True)[: len(ordered)]  # equal scores are called together
        true = (weights * labels)[:, order].cumsum(axis=1)[:, last]
        false = (weights * (1 - labels))[:, order].cumsum(axis=1)[:, last]
        return cls(ordered[last], true, false, weights @ labels, weights @ (1 - labels))

    @property
    def sensitivity(self) -> Floats:
        return share(self.true, self.positives[:, None])

    @property
    def false_positive_rate(self) -> Floats:
        return share(self.false, self.negatives[:, None])

    @property
    def precision(self) -> Floats:
        return share(self.true, self.true + self.false)

    def auc(self) -> Floats:
        """(draws,) area under the ROC curve by trapezes, that is: ties count half (Hanley and McNeil 1982)."""
        steps = np.diff(self.false, axis=1, prepend=0)
        before = np.concatenate([np.zeros((len(self.true), 1)), self.true[:, :-1]], axis=1)
        return share((steps * (self.true + before) / 2).sum(axis=1), self.positives * self.negatives)

    def average_precision(self) -> Floats:
        """(draws,) precision summed over steps of recall, as scikit-learn defines it; no interpolation."""
        gained = np.diff(self.true, axis=1, prepend=0)
        return share((gained * np.nan_to_num(self.precision)).sum(axis=1), self.positives)

    def sensitivity_at(self, specificity: float) -> Floats:
        """(draws,) the largest sensitivity at no less than that specificity."""
        allowed = self.false <= (1 - specificity) * self.negatives[:, None] + 1e-9
        found = np.where(allowed, self.true, 0).max(axis=1, initial=0)
        return np.where(self.negatives > 0, share(found, self.positives), np.nan)

    def roc(self, rates: Floats) -> Floats:
        """(draws, rates) sensitivity at no more than those rates of false positives, for a band around the curve."""
        return np.stack([self.sensitivity_at(1 - rate) for rate in rates], axis=1)


def confusion(truth: ArrayLike, said: ArrayLike, classes: int, weights: Floats) -> Floats:
    """(draws, classes, classes): rows are the truth, columns what was said."""
    cells = np.asarray(truth, np.int64) * classes + np.asarray(said, np.int64)
    onehot = (cells[:, None] == np.arange(classes * classes)).astype(np.float64)
    return np.asarray(weights @ onehot, np.float64).reshape(-1, classes, classes)


def accuracy(table: Floats) -> Floats:
    return share(np.trace(table, axis1=1, axis2=2), table.sum(axis=(1, 2)))


def balanced_accuracy(table: Floats) -> Floats:
    """(draws,) mean recall of the classes that occur in row 0; nan where one of those does not occur in a draw."""
    recalls = share(np.diagonal(table, axis1=1, axis2=2), table.sum(axis=2))
    return np.asarray(recalls[:, table[0].sum(axis=1) > 0].mean(axis=1), np.float64)


def f1(table: Floats) -> Floats:
    """(draws, classes) F1 of each class: 2 hits / (2 hits + misses + false ones)."""
    hits = np.diagonal(table, axis1=1, axis2=2)
    return share(2 * hits, table.sum(axis=1) + table.sum(axis=2))


def brier(probabilities: ArrayLike, truth: ArrayLike, weights: Floats) -> Floats:
    """(draws,) mean squared distance of the probability from what was true (Brier 1950)."""
    return mean((np.asarray(probabilities, np.float64) - np.asarray(truth, np.float64)) ** 2, weights)


def bins_for(rows: int) -> int:
    """How many bins a calibration of so many rows is judged by: 10, fewer where they would be all but empty."""
    return max(2, min(BINS, rows // FEWEST_IN_BIN))


def equal_mass_bins(probabilities: ArrayLike, bins: int = BINS) -> Ints:
    """(rows,) the bin of each row, as many rows in each as can be; equal probabilities share one."""
    values = np.asarray(probabilities, np.float64)
    order = np.argsort(values, kind="stable")
    found = np.empty(len(values), np.int64)
    found[order] = np.arange(len(values)) * bins // max(len(values), 1)
    _, group = np.unique(values, return_inverse=True)
    first = np.full(group.max(initial=-1) + 1, bins, np.int64)
    np.minimum.at(first, group, found)
    return first[group]


def binned(probabilities: ArrayLike, truth: ArrayLike, weights: Floats, bins: Ints) -> tuple[Floats, Floats, Floats]:
    """(draws, bins) each: mean probability, share of positives, weight. Bins that no row is in are left out."""
    onehot = (bins[:, None] == np.unique(bins)).astype(np.float64)
    values, labels = np.asarray(probabilities, np.float64), np.asarray(truth, np.float64)
    mass = weights @ onehot
    return share((weights * values) @ onehot, mass), share((weights * labels) @ onehot, mass), mass


def calibration_error(probabilities: ArrayLike, truth: ArrayLike, weights: Floats, bins: Ints) -> Floats:
    """(draws,) expected calibration error (Naeini et al. 2015): |probability - share| of the bins, by their mass."""
    said, true, mass = binned(probabilities, truth, weights, bins)
    return share((np.nan_to_num(np.abs(said - true)) * mass).sum(axis=1), mass.sum(axis=1))


def interpolated_precision(scores: ArrayLike, hits: ArrayLike, weights: Floats, lesions: Floats) -> Floats:
    """(draws,) COCO's average precision: the mean over 101 recalls of the best precision at that recall or beyond."""
    order = np.argsort(-np.asarray(scores, np.float64), kind="stable")
    true = (weights * np.asarray(hits, np.float64))[:, order].cumsum(axis=1)
    every = weights[:, order].cumsum(axis=1)
    precision = np.nan_to_num(share(true, every))
    best = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
    recall = share(true, lesions[:, None])
    found = np.full(len(weights), np.nan)
    for draw in np.flatnonzero(lesions > 0):
        places = np.searchsorted(recall[draw], RECALLS, side="left")
        found[draw] = np.append(best[draw], 0.0)[places].mean()
    return found
