"""Malignancy over five folds: calibrated over all their marks, and its worth on the masses that were found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.weights import Card
from pipeline.calibration import Calibration
from pipeline.finding import Finding
from training.draws import Draws
from training.evaluation.questions import found_masses
from training.evaluation.values import Case, Judged
from training.fold_means import weighted_mean
from training.judge import auc, operating_points_of
from training.marks import fitted, marks_of, raw_logit
from training.metrics import Estimate
from training.split import FOLDS, fold_of
from training.verdict import rounded

WHERE = "on the masses that the detectors of five folds found on the patients whom they left out, as served"


def of_marks(card: Card, cases: Sequence[Case], folds: Sequence[Card]) -> Card:
    """The calibration over all marks, true and false, and the operating points on the found masses."""
    searched = [case for case in cases if case.example.masses is not None]
    marks = [
        mark
        for case in searched
        for mark in marks_of(case.example, case.analysis.findings, {card.task: folds[fold_of(*case.example.unit)]})
    ]
    fit = fitted(marks, card.task)
    answers = found_answers(searched, folds, Calibration.of(fit.calibration))
    truth, said = [one.malignant for one in answers], np.array([one.served for one in answers], np.float64)
    points = tuple({**point, "n": len(truth), "where": WHERE} for point in operating_points_of(truth, said))
    served = {"auc_found_masses_as_served": auc([one.patient for one in answers], truth, said)}
    more = {name: rounded(figure) for name, figure in {**fit.metrics, **served, **found_by_set(answers)}.items()}
    kept = {name: one for name, one in card.metrics.items() if not name.endswith("_cross_fitted")}  # of outlines alone
    return replace(card, calibration=fit.calibration, metrics={**kept, **more}, operating_points=points)


@dataclass(frozen=True)
class FoundMass:
    """What was said of a mass that a mark found."""

    dataset: str
    patient: str
    fold: int
    malignant: bool
    logit: float  # the network's own, before its fold's calibration, which may have been fitted on this very patient
    served: float  # probability by the calibration of all folds, the detector's confidence weighed in


def found_answers(searched: Sequence[Case], folds: Sequence[Card], curve: Calibration) -> list[FoundMass]:
    found = []
    for case, mass, mark in found_masses(everybody(searched)):
        answer, fold = answer_of(mark, folds[0].task), fold_of(*case.example.unit)
        if mass.malignant is None or answer is None:
            continue
        logit = raw_logit(answer, mark.confidence, Calibration.of(folds[fold].calibration))
        served = curve.judge(logit, mark.confidence).probability
        found.append(FoundMass(case.example.dataset, case.patient, fold, bool(mass.malignant), logit, served))
    return found


def found_by_set(answers: Sequence[FoundMass]) -> dict[str, Estimate]:
    """`auc_found_SET` of the network's own answers, all folds together; `mean_auc_found_SET` the mean over the folds
    that hold both classes, weighted by their masses; `auc_found_SET_as_served` of what the page shows."""
    figures: dict[str, Estimate] = {}
    for name in sorted({one.dataset for one in answers}):
        own = [one for one in answers if one.dataset == name]
        if len({one.malignant for one in own}) < 2:
            continue
        parts = [[one for one in own if one.fold == fold] for fold in range(FOLDS)]
        each = [rounded(_area(part)) for part in parts if len({one.malignant for one in part}) == 2]
        figures[f"auc_found_{name}"] = _area(own)
        figures |= {f"mean_auc_found_{name}": weighted_mean(each)} if each else {}
        served = np.array([one.served for one in own], np.float64)
        figures[f"auc_found_{name}_as_served"] = auc(
            [one.patient for one in own], [one.malignant for one in own], served
        )
    return figures


def _area(answers: Sequence[FoundMass]) -> Estimate:
    logits = np.array([one.logit for one in answers], np.float64)
    return auc([one.patient for one in answers], [one.malignant for one in answers], logits)


def answer_of(mark: Finding, task: str) -> float | None:
    """What the pathology network, or the hybrid, says of a mark."""
    if task == "pathology":
        return mark.malignant
    return mark.second_opinion.malignant if mark.second_opinion else None


def everybody(cases: Sequence[Case]) -> Judged:
    return Judged("folds", tuple(cases), (), Draws.of([case.patient for case in cases]))
