"""Where to cut a probability of cancer: chosen on inner validation patients, told on the held-out ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.draws import Draws, Floats
from training.figures import share
from training.judge import auc, auc_within
from training.metrics import Estimate
from training.sweep.answers import Answers

SCREENING = 0.005  # share of women screened who have cancer, a round figure; images here are counted, not women
LEAST_SENSITIVITY = 0.8
STEPS = 101


@dataclass(frozen=True, eq=False)
class Curves:
    """Over thresholds (T,), each (1 + draws, T): row 0 is measured, the others are its patient bootstrap."""

    thresholds: Floats
    sensitivity: Floats
    specificity: Floats
    ppv: Floats  # at the set's own share of cancers
    ppv_screening: Floats  # at SCREENING
    f1: Floats


@dataclass(frozen=True)
class Cut:
    """A threshold with its reason, and what it gives."""

    rule: str
    threshold: float
    inner: dict[str, float]  # figures on those who chose it
    held_out: dict[str, Estimate]


@dataclass(frozen=True, eq=False)
class Study:
    inner: Curves
    held_out: Curves
    cuts: tuple[Cut, ...]
    figures: dict[str, Estimate]  # of the held-out: auc, auc_within_machine
    shares: tuple[float, float]  # of cancer images, inner and held out


def study(inner: Answers, held: Answers) -> Study | None:
    """None where either side lacks a class."""
    if min(len(set(side.truth.tolist())) for side in (inner, held)) < 2:
        return None
    edges = np.quantile(inner.said[:, 0], np.linspace(0, 1, STEPS))
    thresholds = np.unique(np.append(edges, 0.5))
    chosen_on, told_on = curves(inner, thresholds), curves(held, thresholds)
    cuts = tuple(
        Cut(rule, float(thresholds[at]), _figures(chosen_on, at), _estimates(told_on, at, len(held.truth)))
        for rule, at in _chosen(chosen_on).items()
    )
    return Study(chosen_on, told_on, cuts, ranking(held), (float(inner.truth.mean()), float(held.truth.mean())))


def ranking(answers: Answers) -> dict[str, Estimate]:
    """What needs no cut."""
    truth = [bool(label) for label in answers.truth]
    return {
        "auc": auc(answers.patients, truth, answers.said[:, 0]),
        "auc_within_machine": auc_within(answers.patients, truth, answers.said[:, 0], answers.strata),
    }


def figures_at(answers: Answers, threshold: float) -> dict[str, Estimate]:
    """The ranking, and what one cut gives."""
    found = _estimates(curves(answers, np.array([threshold])), 0, len(answers.truth))
    return ranking(answers) | {f"{name}_at_{threshold:g}": found[name] for name in ("sensitivity", "specificity", "f1")}


def curves(answers: Answers, thresholds: Floats) -> Curves:
    """Called cancer from each threshold up."""
    weights = Draws.of(answers.patients).weights(answers.patients)
    called = (answers.said[:, :1] >= thresholds[None]).astype(np.float64)  # (N, T)
    truth = answers.truth.astype(np.float64)[:, None]
    hits, false = weights @ (called * truth), weights @ (called * (1 - truth))
    positives, negatives = weights @ truth, weights @ (1 - truth)
    sensitivity, alarms = share(hits, positives), share(false, negatives)
    return Curves(
        thresholds,
        sensitivity,
        1 - alarms,
        share(hits, hits + false),
        at_prevalence(sensitivity, 1 - alarms, SCREENING),
        share(2 * hits, hits + false + positives),
    )


def at_prevalence(sensitivity: Floats, specificity: Floats, prevalence: float) -> Floats:
    """Positive predictive value by Bayes' rule: the share of cancers among the called at another share of cancers."""
    true = sensitivity * prevalence
    return share(true, true + (1 - specificity) * (1 - prevalence))


def _chosen(inner: Curves) -> dict[str, int]:
    """rule -> row of the thresholds."""
    found = np.flatnonzero(inner.sensitivity[0] >= LEAST_SENSITIVITY)
    return {
        "0.5, not moved": int(np.flatnonzero(inner.thresholds == 0.5)[0]),
        "largest sensitivity + specificity (Youden 1950)": int(np.argmax((inner.sensitivity + inner.specificity)[0])),
        "largest F1": int(np.nanargmax(inner.f1[0])),
        f"sensitivity of {LEAST_SENSITIVITY} or more": int(found[-1]),
    }


NAMES = ("sensitivity", "specificity", "ppv", "ppv_screening", "f1")


def _figures(curve: Curves, at: int) -> dict[str, float]:
    return {name: float(getattr(curve, name)[0, at]) for name in NAMES}


def _estimates(curve: Curves, at: int, n: int) -> dict[str, Estimate]:
    return {name: Draws.estimate(getattr(curve, name)[:, at], n) for name in NAMES}
