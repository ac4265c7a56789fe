"""Figures for classifiers with their interval over patients; calibrations that turn logits into probabilities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from pipeline.calibration import Calibration
from training.draws import Draws
from training.figures import Operating, bins_for, brier, calibration_error, confusion, equal_mass_bins, mean, share
from training.figures import balanced_accuracy as recall_of_classes
from training.metrics import Estimate

Floats = NDArray[np.float64]
Method = Literal["temperature", "platt", "isotonic"]
METHODS: tuple[Method, ...] = ("temperature", "platt", "isotonic")
FITS = 500  # patient-bootstrap fits behind the variances of a calibration
CROSS_FITS = 5  # groups of patients; each is judged by the calibration of the others
STRENGTH = 10.0  # scikit-learn's C of Platt's regression: lightly held, so that a perfect ranking stays finite
LEAST_SCALE = 0.05  # a calibration never turns the ranking round
LARGEST_LOGIT = 60.0
LEAST_PROBABILITY = 1e-3  # isotonic ones stay this far from 0 and 1: a few patients make nothing certain


def auc(patients: Sequence[str], truth: Sequence[bool], scores: Floats) -> Estimate:
    """Area under the ROC curve; nan draws (one class only) do not count."""
    draws = Draws.of(patients)
    return draws.estimate(Operating.of(scores, truth, draws.weights(patients)).auc(), len(patients))


def auc_within(patients: Sequence[str], truth: Sequence[bool], scores: Floats, strata: Sequence[str]) -> Estimate:
    """AUC over pairs of one stratum only, so that telling the strata apart gains nothing (pairs weigh alike)."""
    labels, groups = np.asarray(truth), np.asarray(strata)
    draws = Draws.of(patients)
    weights = draws.weights(patients)
    wins, pairs = np.zeros(len(weights)), np.zeros(len(weights))
    for name in np.unique(groups):
        inside = groups == name
        curve = Operating.of(scores[inside], labels[inside], weights[:, inside])
        count = curve.positives * curve.negatives
        wins, pairs = wins + np.where(count > 0, np.nan_to_num(curve.auc()) * count, 0), pairs + count
    return draws.estimate(share(wins, pairs), len(patients))


def balanced_accuracy(patients: Sequence[str], truth: Sequence[int], said: Sequence[int]) -> Estimate:
    """Mean of the classes' recalls; chance is 1 / classes."""
    draws, classes = Draws.of(patients), max(*truth, *said) + 1
    table = confusion(truth, said, classes, draws.weights(patients))
    return draws.estimate(recall_of_classes(table), len(patients))


@dataclass(frozen=True)
class Calibrated:
    """What a card stores of a calibration, and what it is worth on patients that it was not fitted on."""

    calibration: Mapping[str, Any]  # for Card.calibration
    metrics: Mapping[str, Estimate]  # brier_cross_fitted, ece_cross_fitted


def calibrate(
    logits: Floats, truth: Sequence[bool], patients: Sequence[str], method: Method = "platt", seed: int = 0
) -> Calibrated:
    """Fitted on all rows for the card; the metrics cross-fitted over groups of patients, so no row judges itself.

    Raises ValueError where one class is missing, or fewer than two patients have it: nothing can be cross-fitted.
    """
    probabilities = cross_fitted(logits, truth, patients, method)
    labels = np.asarray(truth, np.float64)
    draws = Draws.of(patients, seed=seed)
    weights, bins = draws.weights(patients), equal_mass_bins(probabilities, bins_for(len(labels)))
    metrics = {
        "brier_cross_fitted": draws.estimate(brier(probabilities, labels, weights), len(labels)),
        "ece_cross_fitted": draws.estimate(calibration_error(probabilities, labels, weights, bins), len(labels)),
    }
    return Calibrated(fitted(logits, truth, patients, method), metrics)


def fitted(logits: Floats, truth: Sequence[bool], patients: Sequence[str], method: Method) -> dict[str, Any]:
    """The card's calibration by one method: `scale` and `offset` of the logit, or `knots` behind its sigmoid."""
    if method == "platt":
        return platt(logits, truth, patients)
    if method == "temperature":
        return temperature(logits, truth, patients)
    return {"knots": isotonic(logits, truth)}


def platt(logits: Floats, truth: Sequence[bool], patients: Sequence[str] | None = None) -> dict[str, float]:
    """Scale and offset for logits (Platt 1999), lightly held; the scale is never negative.

    `var_scale`, `var_offset` and `cov` say how far both move when other patients are drawn (bootstrap); without
    `patients` every row is a patient of her own. Draws with one class only, which fix no offset, are left out.
    """
    labels = np.asarray(truth, np.float64)
    rows = [str(i) for i in range(len(labels))] if patients is None else patients
    fit = LogisticRegression(C=STRENGTH, tol=1e-8).fit(logits[:, None], labels.astype(int))
    scale, offset = max(float(fit.coef_[0, 0]), LEAST_SCALE), float(fit.intercept_[0])
    drawn = logistic_fits(logits, labels, Draws.of(rows, FITS).weights(rows)[1:])
    return {"scale": round(scale, 4), "offset": round(offset, 4)} | _spread(drawn)


def temperature(logits: Floats, truth: Sequence[bool], patients: Sequence[str] | None = None) -> dict[str, float]:
    """Scale alone (Guo et al. 2017, one over their temperature), with its variance over patients."""
    labels = np.asarray(truth, np.float64)
    rows = [str(i) for i in range(len(labels))] if patients is None else patients
    weights = Draws.of(rows, FITS).weights(rows)
    scales = logistic_fits(logits, labels, weights, with_offset=False)
    return {"scale": round(float(scales[0, 0]), 4), "offset": 0.0} | _spread(scales[1:])


def _spread(drawn: Floats) -> dict[str, float]:
    known = drawn[np.isfinite(drawn).all(axis=1)]
    spread = np.cov(known, rowvar=False) if len(known) > 1 else np.zeros((2, 2))
    return {"var_scale": _short(spread[0, 0]), "var_offset": _short(spread[1, 1]), "cov": _short(spread[0, 1])}


def _short(value: float) -> float:
    return float(f"{value:.4g}")


def logistic_fits(logits: Floats, labels: Floats, weights: Floats, with_offset: bool = True) -> Floats:
    """(draws, 2) scale and offset of the same regression for every row of weights (draws, rows), by Newton's method.

    nan for draws in which a class is missing. Scales are at least LEAST_SCALE.
    """
    both = ((weights @ labels) > 0) & ((weights @ (1 - labels)) > 0)
    found = np.tile([1.0, 0.0], (len(weights), 1))
    for _ in range(50):
        step = _newton_step(found, logits, labels, weights)
        if not with_offset:
            step = np.stack([_scale_step(found[:, 0], logits, labels, weights), np.zeros(len(weights))], axis=1)
        step = np.clip(np.where(both[:, None], step, 0.0), -1.0, 1.0)  # short steps: no overshooting on few rows
        found = found - step
        if np.abs(step).max(initial=0.0) < 1e-8:
            break
    found[:, 0] = np.maximum(found[:, 0], LEAST_SCALE)
    return np.where(both[:, None], found, np.nan)


def _newton_step(at: Floats, x: Floats, labels: Floats, weights: Floats) -> Floats:
    said = _sigmoid(at[:, :1] * x + at[:, 1:])
    miss, curve = weights * (said - labels), weights * said * (1 - said)
    slope = np.stack([miss @ x + at[:, 0] / STRENGTH, miss.sum(axis=1)], axis=1)
    xx, x1, one = curve @ (x * x) + 1 / STRENGTH, curve @ x, curve.sum(axis=1) + 1e-9
    found = np.stack([one * slope[:, 0] - x1 * slope[:, 1], xx * slope[:, 1] - x1 * slope[:, 0]], axis=1)
    return np.asarray(found / (xx * one - x1 * x1)[:, None], np.float64)


def _scale_step(scale: Floats, x: Floats, labels: Floats, weights: Floats) -> Floats:
    said = _sigmoid(scale[:, None] * x)
    slope = (weights * (said - labels)) @ x + scale / STRENGTH
    return np.asarray(slope / ((weights * said * (1 - said)) @ (x * x) + 1 / STRENGTH), np.float64)


def isotonic(logits: Floats, truth: Sequence[bool]) -> dict[str, list[float]]:
    """Knots `x` (the logits' sigmoid, rising) and `y` (probabilities, never falling); straight lines between them."""
    fit = IsotonicRegression(y_min=LEAST_PROBABILITY, y_max=1 - LEAST_PROBABILITY, out_of_bounds="clip")
    fit.fit(_sigmoid(logits), np.asarray(truth, np.float64))
    x = [round(float(value), 6) for value in fit.X_thresholds_]
    y = [round(float(value), 4) for value in fit.y_thresholds_]
    return {"x": x, "y": y}


def probabilities_of(logits: Floats, calibration: Mapping[str, Any]) -> Floats:
    """What the pipeline makes of logits with a card's calibration."""
    served = Calibration.of(calibration)
    return np.array([served.judge(float(logit)).probability for logit in logits])


def cross_fitted(logits: Floats, truth: Sequence[bool], patients: Sequence[str], method: Method) -> Floats:
    """Every row's probability from a calibration fitted on other patients. Raises ValueError, see calibrate()."""
    labels, women = np.asarray(truth, bool), np.asarray(patients)
    groups = min(CROSS_FITS, *(len(set(women[labels == known])) for known in (True, False)))
    if groups < 2:
        raise ValueError("a calibration needs two patients of each class at least")
    found = np.full(len(labels), np.nan)
    for others, held in GroupKFold(groups).split(logits, groups=women):
        if labels[others].all() or not labels[others].any():
            raise ValueError("a calibration needs two patients of each class at least")
        found[held] = probabilities_of(logits[held], _quick(logits[others], labels[others], method))
    return found


def _quick(logits: Floats, labels: NDArray[np.bool_], method: Method) -> dict[str, Any]:
    """The fit without its variances."""
    if method == "isotonic":
        return {"knots": isotonic(logits, labels.tolist())}
    once = np.ones((1, len(labels)))
    (scale, offset) = logistic_fits(logits, labels.astype(np.float64), once, with_offset=method == "platt")[0]
    return {"scale": float(scale), "offset": float(offset)}


def calibrate_levels(logits: Floats, truth: Sequence[int], patients: Sequence[str], seed: int = 0) -> Calibrated:
    """The same for exclusive classes, logits (N, classes): one `scale` for all, the order of the classes unchanged.

    Brier's score sums over the classes (0..2); the calibration error is that of the class said. ValueError for fewer
    than two patients.
    """
    labels, women = np.asarray(truth, np.int64), np.asarray(patients)
    groups = min(CROSS_FITS, len(set(patients)))
    if groups < 2:
        raise ValueError("a calibration needs two patients at least")
    shares = np.zeros(logits.shape)
    for others, held in GroupKFold(groups).split(logits, groups=women):
        shares[held] = _softmax(logits[held] * softmax_temperature(logits[others], labels[others].tolist())["scale"])
    draws, rows = Draws.of(patients, seed=seed), np.arange(len(labels))
    weights, said = draws.weights(patients), shares.argmax(axis=1)
    distance = ((shares - (labels[:, None] == np.arange(logits.shape[1]))) ** 2).sum(axis=1)
    bins = equal_mass_bins(shares[rows, said], bins_for(len(labels)))
    error = calibration_error(shares[rows, said], (said == labels).astype(np.float64), weights, bins)
    metrics = {
        "brier_cross_fitted": draws.estimate(mean(distance, weights), len(labels)),
        "ece_cross_fitted": draws.estimate(error, len(labels)),
    }
    return Calibrated(softmax_temperature(logits, truth), metrics)


def _softmax(logits: Floats) -> Floats:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float64)


def softmax_temperature(logits: Floats, truth: Sequence[int]) -> dict[str, float]:
    """Scale for the logits (N, classes) of exclusive classes: of a fine grid, the one of least log loss."""
    rows, labels = np.arange(len(logits)), np.asarray(truth)
    scales = np.geomspace(LEAST_SCALE, 20.0, 600)
    losses = [_log_loss(scale * logits, rows, labels) for scale in scales]
    return {"scale": round(float(scales[int(np.argmin(losses))]), 4)}


def _log_loss(logits: Floats, rows: NDArray[np.int64], labels: NDArray[np.int64]) -> float:
    top = logits.max(axis=1)
    return float((top + np.log(np.exp(logits - top[:, None]).sum(axis=1)) - logits[rows, labels]).mean())


def operating_points_of(
    truth: Sequence[bool], probabilities: Floats, specificities: Sequence[float] = (0.8, 0.9)
) -> tuple[dict[str, float], ...]:
    """For a card: the least probability at which so many of the others are left alone, and what is found there."""
    labels = np.asarray(truth, bool)
    points = []
    for wanted in specificities:
        candidates = np.unique(np.append(probabilities, probabilities.max() + 1e-4))
        quiet = np.array([(probabilities[~labels] < at).mean() for at in candidates])
        at = float(candidates[np.argmax(quiet >= wanted)])
        points.append(
            {
                "probability": round(at, 4),
                "sensitivity": round(float((probabilities[labels] >= at).mean()), 4),
                "specificity": round(float((probabilities[~labels] < at).mean()), 4),
            }
        )
    return tuple(points)


def _sigmoid(logits: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -LARGEST_LOGIT, LARGEST_LOGIT))), np.float64)
