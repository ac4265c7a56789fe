"""Who of the experts may judge whom, and how much each has to say.

Expert k learns nothing of the folds k and k + 1 (of 5, in a circle), so every case, and every patient, is judged by two
experts that never saw it. With one fold left out each there would be a single judge of everything, and nothing to weigh
the experts by but what they were trained on.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from training.split import FOLDS

Floats = NDArray[np.float64]

EVEN = 0.02  # how strongly the weights are held towards each other: nats at log(2) times uneven


def left_out(expert: int) -> tuple[int, int]:
    """The folds that an expert (0-4) knows nothing of."""
    return expert, (expert + 1) % FOLDS


def judges(fold: int) -> tuple[int, int]:
    """The experts that know nothing of a fold."""
    return fold, (fold - 1) % FOLDS


def together(said: Floats, weights: Floats, folds: NDArray[np.int64]) -> Floats:
    """What those who may judge say of each row together; `said` (N, 5) holds every expert's probability."""
    may = np.zeros(said.shape)
    for fold in range(FOLDS):
        may[np.ix_(folds == fold, judges(fold))] = 1
    shares = may * weights
    return np.asarray((said * shares).sum(axis=1) / shares.sum(axis=1), np.float64)


def fitted_weights(said: Floats, truth: Sequence[bool], folds: NDArray[np.int64]) -> Floats:
    """(5,) none negative, sum 1: those under which out-of-fold truth is likeliest, lightly held towards even ones."""
    labels = np.asarray(truth, float)

    def cost(scores: Floats) -> float:
        share = np.clip(together(said, _softmax(scores), folds), 1e-4, 1 - 1e-4)
        likelihood = np.mean(labels * np.log(share) + (1 - labels) * np.log(1 - share))
        return float(-likelihood + EVEN * np.sum(np.square(scores - scores.mean())))

    return _softmax(np.asarray(minimize(cost, np.zeros(FOLDS), method="L-BFGS-B").x))


def nested(said: Floats, truth: Sequence[bool], folds: NDArray[np.int64]) -> Floats:
    """What the committee says of each row with weights fitted on the other folds."""
    answers, labels = np.zeros(len(said)), np.asarray(truth)
    for fold in range(FOLDS):
        own = folds == fold
        weights = fitted_weights(said[~own], labels[~own].tolist(), folds[~own])
        answers[own] = together(said[own], weights, folds[own])
    return answers


def _softmax(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max())
    return np.asarray(powers / powers.sum(), np.float64)
