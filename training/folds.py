"""Figures for weights that learned from everybody: those of five trainings by the same recipe, each judged on the fifth
of the patients that it left out. `python -m training.folds --data ROOT --weights DIR/{fold} --into OUT` prints them,
`--write` puts them into the cards of OUT (`mammoscope train ... --all --out OUT`).
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.weights import Card, Metric, cards, write_card
from pipeline.calibration import Calibration
from pipeline.finding import Finding
from training.datasets.base import data_root
from training.draws import Draws
from training.evaluation.detection import coco_figures
from training.evaluation.patients import PATTERN, Chosen
from training.evaluation.questions import found_masses
from training.evaluation.values import Case, Judged
from training.fold_cases import Folds
from training.fold_levels import levelled, of_levels
from training.fold_views import answered, of_views
from training.judge import auc, operating_points_of
from training.marks import fitted, marks_of, raw_logit
from training.metrics import Estimate
from training.run import NO_FIGURES, rounded
from training.split import FOLDS, fold_of
from training.tasks.detector import operating_points

Floats = NDArray[np.float64]
SETS = ("inbreast", "mini_mias")
BIOPSIES = "rsna_subset"  # whose views judge cancer, and calibrate it
READ = "inbreast"  # whose views judge it too, by BI-RADS, which no cancer network learned
DENSITIES = ("inbreast", "mini_mias", "rsna_subset")  # whose views calibrate the masking level
SLIDER = "inbreast"  # whose views give the detector's operating points
WHERE = "on the masses that the detectors of five folds found on the patients whom they left out, as served"
NOBODY = re.compile(r"; 0 (\w+) validate")
SAID = (
    f"mean over {FOLDS} folds by patient, weighted by n, each judged by weights of the same recipe that left "
    "it out; calibration and operating points from the same patients, pooled; these weights learned from everybody"
)


def main(argv: Sequence[str] | None = None) -> int:
    options = parser().parse_args(argv)
    folds = Folds(options.data, Chosen(options.weights), options.out / "analyses", options.jobs)
    for card in cards(options.into):
        said = told(card, folds)
        print(f"{said.name}", *(f"  {name} {figure}" for name, figure in said.metrics.items()), sep="\n")
        print(f"  {dict(said.calibration)}", *(f"  {dict(point)}" for point in said.operating_points), sep="\n")
        if options.write:
            write_card(said, options.into / "cards" / f"{said.name}.toml")
    return 0


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(prog="python -m training.folds", description=__doc__)
    found.add_argument("--data", type=Path, default=data_root(), help="folder that holds the data sets")
    found.add_argument(
        "--weights", required=True, help=f"DIR/{PATTERN}: a folder with cards/ and weights/ for each fold"
    )
    found.add_argument("--into", type=Path, required=True, help="folder with cards/ of weights that everybody trained")
    found.add_argument("--out", type=Path, default=Path("runs/evaluate"), help="where analyses are kept")
    found.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="analyses at once")
    found.add_argument("--write", action="store_true", help="put the figures into the cards of --into")
    return found


def told(card: Card, folds: Folds) -> Card:
    """The card with the figures of the folds; calibration and operating points are of all their patients together."""
    each = folds.cards(card.task)
    metrics = {name: rounded(figure) for name, figure in over_folds(each).items()}
    judged = replace(
        card, training={**card.training, **everybody_trained(card, metrics), "figures": SAID}, metrics=metrics
    )
    if card.task == "detector":
        return of_slider(judged, folds.detected(SLIDER))
    if card.task in ("pathology", "hybrid"):
        return of_marks(judged, [case for name in SETS for case in folds.analysed(name)], each)
    if card.task == "cancer":
        found, figures = of_views(judged, answered(folds, BIOPSIES), answered(folds, READ))
        return _with(found, figures)
    if card.task == "masking":
        return _with(*of_levels(judged, [view for name in DENSITIES for view in levelled(folds, name)]))
    return judged


def _with(card: Card, figures: Mapping[str, Estimate]) -> Card:
    return replace(card, metrics={**card.metrics, **{name: rounded(one) for name, one in figures.items()}})


def everybody_trained(card: Card, metrics: Mapping[str, Metric]) -> dict[str, str]:
    """What the card says of its data and split, now that there are figures: nobody was left out, and who validates."""
    split, data = (str(card.training.get(name, "")) for name in ("split", "data"))
    count = max((figure.n for figure in metrics.values()), default=0)
    validates = NOBODY.sub(rf"; {count} \1 validate in five folds", data)
    return {"split": split.replace(NO_FIGURES, ""), "data": validates}


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


def of_slider(card: Card, searched: Sequence[Case]) -> Card:
    """COCO's figures over all folds, the slider's points, and on how many views they rest, as the server reads it."""
    learned = str(card.training.get("data", "")).split(";")[0]
    said = f"{learned}; {len(searched)} INbreast views validate in five folds"
    coco = coco_figures(everybody(searched))
    pooled = {f"pooled_{figure.key.split('.')[-1]}": rounded(figure.estimate) for figure in coco}
    return replace(
        card,
        training={**card.training, "data": said},
        metrics={**card.metrics, **pooled},
        operating_points=operating_points([case.scored for case in searched]),
    )


def of_marks(card: Card, cases: Sequence[Case], folds: Sequence[Card]) -> Card:
    """The calibration over all marks, true and false, and the operating points on the found masses."""
    searched = [case for case in cases if case.example.masses is not None]
    marks = [
        mark
        for case in searched
        for mark in marks_of(case.example, case.analysis.findings, {card.task: folds[fold_of(*case.example.unit)]})
    ]
    fit = fitted(marks, card.task)
    truth, said, patients = found_answers(searched, folds, Calibration.of(fit.calibration))
    points = tuple({**point, "n": len(truth), "where": WHERE} for point in operating_points_of(truth, said))
    metrics = {**fit.metrics, "auc_found_masses_as_served": auc(patients, truth, said)}
    more = {name: rounded(figure) for name, figure in metrics.items()}
    return replace(card, calibration=fit.calibration, metrics={**card.metrics, **more}, operating_points=points)


def found_answers(
    searched: Sequence[Case], folds: Sequence[Card], curve: Calibration
) -> tuple[list[bool], Floats, list[str]]:
    """Of every mass that a mark found: is it malignant, what `curve` makes of the network's answer, whose it is."""
    truth, said, patients = [], [], []
    for case, mass, mark in found_masses(everybody(searched)):
        answer = answer_of(mark, folds[0].task)
        if mass.malignant is None or answer is None:
            continue
        served = Calibration.of(folds[fold_of(*case.example.unit)].calibration)
        logit = raw_logit(answer, mark.confidence, served)
        truth.append(mass.malignant)
        said.append(curve.judge(logit, mark.confidence).probability)
        patients.append(case.patient)
    return truth, np.array(said, np.float64), patients


def answer_of(mark: Finding, task: str) -> float | None:
    """What the pathology network, or the hybrid, says of a mark."""
    if task == "pathology":
        return mark.malignant
    return mark.second_opinion.malignant if mark.second_opinion else None


def everybody(cases: Sequence[Case]) -> Judged:
    return Judged("folds", tuple(cases), (), Draws.of([case.patient for case in cases]))


if __name__ == "__main__":
    sys.exit(main())
