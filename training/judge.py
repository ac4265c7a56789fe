"""Figures for classifiers: AUC, balanced accuracy, Platt's calibration, each with its interval over patients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, roc_auc_score

from training.metrics import Estimate, bootstrap

Floats = NDArray[np.float64]


def auc(patients: Sequence[str], truth: Sequence[bool], scores: Floats) -> Estimate:
    """Area under the ROC curve; nan draws (one class only) do not count."""
    labels = np.asarray(truth)

    def figure(rows: Sequence[int]) -> float:
        chosen = labels[list(rows)]
        return float(roc_auc_score(chosen, scores[list(rows)])) if chosen.any() and not chosen.all() else float("nan")

    return bootstrap(patients, figure)


def auc_within(patients: Sequence[str], truth: Sequence[bool], scores: Floats, strata: Sequence[str]) -> Estimate:
    """AUC over pairs of one stratum only, so that telling the strata apart gains nothing (pairs weigh alike)."""
    labels, groups = np.asarray(truth), np.asarray(strata)

    def figure(rows: Sequence[int]) -> float:
        chosen = np.asarray(list(rows))
        wins, pairs = 0.0, 0
        for name in np.unique(groups[chosen]):
            inside = chosen[groups[chosen] == name]
            count = int(labels[inside].sum()) * int((~labels[inside]).sum())
            if count:
                wins, pairs = wins + count * float(roc_auc_score(labels[inside], scores[inside])), pairs + count
        return wins / pairs if pairs else float("nan")

    return bootstrap(patients, figure)


def balanced_accuracy(patients: Sequence[str], truth: Sequence[int], said: Sequence[int]) -> Estimate:
    """Mean of the classes' recalls; chance is 1 / classes."""
    labels, answers = np.asarray(truth), np.asarray(said)

    def figure(rows: Sequence[int]) -> float:
        chosen = list(rows)
        if len(np.unique(labels[chosen])) < len(np.unique(labels)):
            return float("nan")
        return float(balanced_accuracy_score(labels[chosen], answers[chosen]))

    return bootstrap(patients, figure)


def platt(logits: Floats, truth: Sequence[bool]) -> Mapping[str, float]:
    """Scale and offset for logits (Platt 1999), lightly held towards no change; the scale is never negative."""
    fitted = LogisticRegression(C=10.0).fit(logits[:, None], np.asarray(truth, int))
    return {"scale": round(max(float(fitted.coef_[0, 0]), 0.05), 4), "offset": round(float(fitted.intercept_[0]), 4)}
