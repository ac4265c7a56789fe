"""A probability against yes or no, and levels against levels: what every classifier of the analysis is judged by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.finding import MaskingLevel
from training.evaluation import plots
from training.evaluation.values import Case, Figure, Judged, Section, Table
from training.figures import (
    Floats,
    Operating,
    accuracy,
    balanced_accuracy,
    bins_for,
    brier,
    calibration_error,
    confusion,
    equal_mass_bins,
    f1,
    share,
)

CUT = 0.5  # of a probability: from here on the answer counts as yes
SPECIFICITIES = (0.8, 0.9)
FEWEST = 4  # rows below which nothing is said


@dataclass(frozen=True, eq=False)
class Question:
    """Rows of one yes-or-no question."""

    key: str
    title: str
    note: str
    yes: str  # what a positive row is called
    no: str
    cases: tuple[Case, ...]  # of each row, a case may come more than once
    truth: Floats
    said: Floats  # probabilities


def section(question: Question, judged: Judged) -> Section | None:
    """None where one of the two answers does not occur, or hardly anything was asked."""
    rows = len(question.truth)
    if rows < FEWEST or not 0 < question.truth.sum() < rows:
        return None
    weights = judged.weights(question.cases)
    curve = Operating.of(question.said, question.truth, weights)
    table = confusion(question.truth, question.said >= CUT, 2, weights)
    return Section(
        question.title,
        question.note,
        _figures(question, judged, curve, table, weights),
        (_confusion(question, table),),
        (
            plots.roc(curve, f"ROC: {question.title}"),
            plots.precision_recall(curve, f"Precision and recall: {question.title}"),
            plots.reliability(question.said, question.truth, weights, f"Reliability: {question.title}"),
        ),
    )


def _figures(
    question: Question, judged: Judged, curve: Operating, table: Floats, weights: Floats
) -> tuple[Figure, ...]:
    count = bins_for(len(question.said))
    bins = equal_mass_bins(question.said, count)
    recalls = share(np.diagonal(table, axis1=1, axis2=2), table.sum(axis=2))
    found = {
        "auc": ("AUC", curve.auc()),
        "average_precision": ("average precision (area under precision and recall)", curve.average_precision()),
        "accuracy": (f"accuracy at a probability of {CUT}", accuracy(table)),
        "f1": (f"F1 at {CUT}", f1(table)[:, 1]),
        "sensitivity": (f"sensitivity at {CUT}", recalls[:, 1]),
        "specificity": (f"specificity at {CUT}", recalls[:, 0]),
        **{
            f"sensitivity_at_specificity_{level:g}": (
                f"sensitivity at specificity {level:g}",
                curve.sensitivity_at(level),
            )
            for level in SPECIFICITIES
        },
        "brier": ("Brier score (0 is best)", brier(question.said, question.truth, weights)),
        "ece": (
            f"expected calibration error, {count} bins of equal mass",
            calibration_error(question.said, question.truth, weights, bins),
        ),
    }
    return tuple(
        Figure(f"{question.key}.{key}", label, judged.draws.estimate(values, len(question.truth)))
        for key, (label, values) in found.items()
    )


def _confusion(question: Question, table: Floats) -> Table:
    cells = table[0].astype(int)
    return Table(
        f"Confusion at {CUT}: {question.title}",
        ("", f"said {question.no}", f"said {question.yes}"),
        (
            (f"truly {question.no}", int(cells[0, 0]), int(cells[0, 1])),
            (f"truly {question.yes}", int(cells[1, 0]), int(cells[1, 1])),
        ),
    )


LEVELS = list(MaskingLevel)


def masking(judged: Judged) -> Section | None:
    """Three levels against density."""
    cases = [case for case in judged.cases if case.example.masking and case.analysis.masking]
    if len(cases) < FEWEST:
        return None
    truth = [LEVELS.index(case.example.masking) for case in cases if case.example.masking]
    said = [LEVELS.index(case.analysis.masking.level) for case in cases if case.analysis.masking]
    table = confusion(truth, said, len(LEVELS), judged.weights(cases))
    words = [level.value for level in LEVELS]
    return Section(
        "Masking level",
        "Truth is density, a stand-in: A low, B medium, C and D high; F, G, D of mini-MIAS likewise. Chance is 0.33.",
        _level_figures(table, judged, len(cases)),
        (
            Table(
                "Confusion: masking level",
                ("", *(f"said {word}" for word in words)),
                tuple((f"truly {word}", *map(int, row)) for word, row in zip(words, table[0], strict=True)),
            ),
        ),
    )


def _level_figures(table: Floats, judged: Judged, n: int) -> tuple[Figure, ...]:
    present = table[0].sum(axis=1) > 0
    found = {
        "balanced_accuracy": ("balanced accuracy", balanced_accuracy(table)),
        "accuracy": ("accuracy", accuracy(table)),
        "macro_f1": ("macro F1", f1(table)[:, present].mean(axis=1)),
        **{
            f"recall_{level.value}": (f"recall of {level.value}", share(table[:, i, i], table[:, i].sum(axis=1)))
            for i, level in enumerate(LEVELS)
            if present[i]
        },
    }
    return tuple(
        Figure(f"masking.{key}", label, judged.draws.estimate(values, n)) for key, (label, values) in found.items()
    )


def within_groups(question: Question, groups: Sequence[str], judged: Judged) -> Figure:
    """AUC over pairs of one group only, so that telling the groups apart gains nothing (pairs weigh alike)."""
    weights, names = judged.weights(question.cases), np.asarray(groups)
    wins, pairs = np.zeros(len(weights)), np.zeros(len(weights))
    for name in np.unique(names):
        inside = names == name
        curve = Operating.of(question.said[inside], question.truth[inside], weights[:, inside])
        count = curve.positives * curve.negatives
        wins, pairs = wins + np.nan_to_num(curve.auc()) * count, pairs + count
    estimate = judged.draws.estimate(share(wins, pairs), len(names))
    return Figure(f"{question.key}.auc_within_machine", "AUC within machine", estimate)
