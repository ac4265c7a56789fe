"""How likely a mark, true or false, is a malignant mass: both networks' calibrations over all marks of validation
patients, with the detector's confidence weighed in. `python -m training.marks --data ROOT` prints it, `--write` puts
it into the two cards; run training.second_opinions after it, since the operating points move along.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from models.weights import SHIPPED, Card, read_card, write_card
from pipeline.analyze import analyze
from pipeline.calibration import Calibration, logit_of
from pipeline.finding import Finding, Kind
from pipeline.model_choice import chosen_networks
from pipeline.models import load_models
from training.datasets.base import Example, data_root
from training.datasets.prepared import examples
from training.evaluation.analyses import Networks
from training.evaluation.patients import check_fold
from training.judge import STRENGTH, auc, calibrate, platt
from training.metrics import Estimate, box_iou
from training.split import FOLDS, split
from training.verdict import rounded

DATASETS = ("inbreast", "mini_mias")
ASKED = ("detector", "segmenter", "pathology", "hybrid")  # nobody is judged by one of these that learned from her
FOUND_IOU = 0.2  # of the boxes: from here on a mark is of that mass
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Mark:
    """One mark of the detector. Logits are the networks' own, before any calibration."""

    patient: str
    malignant: bool  # on a malignant mass; False on a benign one and on none
    detector: float
    logits: Mapping[str, float]  # by task: pathology, hybrid


@dataclass(frozen=True)
class Fit:
    calibration: Mapping[str, Any]
    metrics: Mapping[str, Estimate]


def main(argv: Sequence[str] | None = None) -> int:
    options = parser().parse_args(argv)
    for name in DATASETS:
        check_fold(name, Networks(options.weights), options.held_out, ASKED)
    searched = [example for example in examples(options.data, *DATASETS) if example.masses is not None]
    _, validation = split(searched, options.held_out)
    models = load_models(options.weights)
    cards = {task: one.card for task, one in chosen_networks(options.weights, None).items()}
    marks = [mark for e in validation for mark in marks_of(e, analyze(e.load(), models).findings, cards)]
    for task in sorted(marks[0].logits):
        fit = fitted(marks, task)
        print(task, fit.calibration, *(f"{name} {figure}" for name, figure in fit.metrics.items()), sep="\n  ")
        if options.write:
            write(fit, options.weights or SHIPPED, cards[task].name)
    return 0


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(prog="python -m training.marks", description=__doc__)
    found.add_argument("--data", type=Path, default=data_root(), help="folder that holds the data sets")
    found.add_argument("--weights", type=Path, help="folder with cards/ and weights/; the shipped ones if not named")
    found.add_argument("--held-out", type=int, choices=range(FOLDS), default=0, help="fold of patients that validates")
    found.add_argument("--write", action="store_true", help="put calibrations and figures into the cards")
    return found


def marks_of(example: Example, findings: Sequence[Finding], cards: Mapping[str, Card]) -> list[Mark]:
    """Every outlined mass mark of a served analysis, with what those networks said that `cards` (task -> card) names.

    Marks on masses whose pathology nobody knows are left out.
    """
    judged = [finding for finding in findings if finding.kind is Kind.MASS and finding.malignant is not None]
    told = [(finding, _truth(finding, example)) for finding in judged]
    return [
        Mark(example.patient, truth, logit_of(finding.confidence), _logits(finding, cards))
        for finding, truth in told
        if truth is not None
    ]


def _truth(finding: Finding, example: Example) -> bool | None:
    hit = [mass for mass in example.masses or () if box_iou(mass.box, finding.box) >= FOUND_IOU]
    if any(mass.malignant is None for mass in hit):
        return None
    return any(mass.malignant for mass in hit)


def _logits(finding: Finding, cards: Mapping[str, Card]) -> dict[str, float]:
    said = {"pathology": finding.malignant}
    if finding.second_opinion is not None:
        said["hybrid"] = finding.second_opinion.malignant
    return {
        task: raw_logit(probability, finding.confidence, Calibration.of(cards[task].calibration))
        for task, probability in said.items()
        if probability is not None and task in cards
    }


def raw_logit(probability: float, confidence: float, calibration: Calibration) -> float:
    """What the network said before `calibration` (without knots) made `probability` of it."""
    if calibration.knots is not None:
        raise ValueError("a calibration with knots cannot be undone")
    return (logit_of(probability) - calibration.offset) / calibration.scale - calibration.confidence * logit_of(
        confidence
    )


def fitted(marks: Sequence[Mark], task: str) -> Fit:
    """Platt's regression over the network's logit and the detector's; the weight of the latter is fixed first.

    The metrics are cross-fitted over groups of patients, but for that one weight.
    """
    patients, truth = [mark.patient for mark in marks], [mark.malignant for mark in marks]
    own = np.array([mark.logits[task] for mark in marks])
    detector = np.array([mark.detector for mark in marks])
    weight = weight_of(own, detector, truth)
    both = own + weight * detector
    worth = calibrate(both, truth, patients).metrics
    area = {"auc_marks_as_served": auc(patients, truth, both)}
    return Fit(
        {"confidence": weight, **platt(both, truth, patients)},
        area | {f"{name}_marks": figure for name, figure in worth.items()},
    )


def weight_of(own: Floats, detector: Floats, truth: Sequence[bool]) -> float:
    """Of the detector's logit, in units of the network's; never negative."""
    fit = LogisticRegression(C=STRENGTH).fit(np.stack([own, detector], axis=1), np.asarray(truth, int))
    first, second = (float(weight) for weight in fit.coef_[0])
    return round(max(second, 0.0) / max(first, 1e-3), 4)


def write(fit: Fit, folder: Path, name: str) -> None:
    path = folder / "cards" / f"{name}.toml"
    card = read_card(path)
    metrics = {key: rounded(one) for key, one in fit.metrics.items()}
    write_card(replace(card, calibration=fit.calibration, metrics={**card.metrics, **metrics}), path)


if __name__ == "__main__":
    sys.exit(main())
