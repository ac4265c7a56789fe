"""How the findings weigh beside the image in a view's probability of cancer. `python -m training.together --data ROOT
--weights DIR/{fold} --into OUT` fits it on the patients of five folds, each analysed by networks that left her out, and
prints it; `--write` puts it into the cancer card of OUT, whose calibrations have to be final (training.folds).
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from models.weights import Card, by_task, cards, write_card
from pipeline.calibration import Calibration
from pipeline.classify import raised
from pipeline.finding import Finding
from pipeline.together import Evidence, Together
from training.datasets.base import data_root
from training.evaluation.patients import PATTERN, Chosen
from training.evaluation.values import Case
from training.fold_cases import Folds
from training.fold_means import weighted_mean
from training.judge import STRENGTH, calibrate, platt
from training.marks import raw_logit
from training.metrics import Estimate
from training.split import fold_of
from training.verdict import rounded
from training.view_answers import Answered, areas_by_set

SETS = ("inbreast", "mini_mias")  # whose masses the detector learned from other women, at whole resolution
LEAST_ROWS = 528  # three quarters of what the compact detector sees: coarser images are enlarged for it
WEIGHTS = ("image", "masses", "clusters")
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class View:
    """A view fine enough, whose truth is known, and what networks that never saw the woman say of it."""

    truth: Answered  # its logit is the image's, calibrated
    findings: tuple[Finding, ...]  # with the probabilities that the final calibrations give
    fold: int

    @property
    def evidence(self) -> Evidence:
        return Evidence.of(_sigmoid(self.truth.logit), self.findings)


def main(argv: Sequence[str] | None = None) -> int:
    options = parser().parse_args(argv)
    folds = Folds(options.data, Chosen(options.weights), options.out / "analyses", options.jobs)
    final = by_task(cards(options.into))
    views = [view for name in SETS for view in views_of(folds, name, final)]
    said, figures = told(final["cancer"], views)
    print(f"{said.name} {dict(said.together)}", *(f"  {name} {figure}" for name, figure in figures.items()), sep="\n")
    if options.write:
        write_card(said, options.into / "cards" / f"{said.name}.toml")
    return 0


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(prog="python -m training.together", description=__doc__)
    found.add_argument("--data", type=Path, default=data_root(), help="folder that holds the data sets")
    found.add_argument("--weights", required=True, help=f"DIR/{PATTERN}: cards/ and weights/ of each fold")
    found.add_argument("--into", type=Path, required=True, help="folder with the cards that the fit is for")
    found.add_argument("--out", type=Path, default=Path("runs/evaluate"), help="where analyses are kept")
    found.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="analyses at once")
    found.add_argument("--write", action="store_true", help="put it into the cancer card of --into")
    return found


def views_of(folds: Folds, name: str, final: Mapping[str, Card]) -> list[View]:
    """Every known view of the set. Raises NotHeldOut."""
    own = {task: folds.cards(task) for task in ("cancer", "pathology")}
    found = []
    for case in folds.analysed(name):
        fold = fold_of(*case.example.unit)
        if case.example.cancer is not None and case.height >= LEAST_ROWS:
            found.append(_view(case, fold, {task: own[task][fold] for task in own}, final))
    return found


def _view(case: Case, fold: int, own: Mapping[str, Card], final: Mapping[str, Card]) -> View:
    """With every probability as the final card would give it: a fold's own calibration is undone."""
    assert case.analysis.cancer is not None
    curve = {task: Calibration.of(card.calibration) for task, card in own.items()}
    last = {task: Calibration.of(final[task].calibration) for task in own}
    image = last["cancer"].judge(raw_logit(case.analysis.cancer.image, 0.5, curve["cancer"])).probability

    def anew(finding: Finding) -> Finding:
        if finding.malignant is None:
            return finding
        logit = raw_logit(finding.malignant, finding.confidence, curve["pathology"])
        return replace(finding, malignant=last["pathology"].judge(logit, finding.confidence).probability)

    truth = Answered.of(case.example, float(np.log(image / (1 - image))))
    return View(truth, tuple(anew(finding) for finding in case.analysis.findings), fold)


def told(card: Card, views: Sequence[View]) -> tuple[Card, dict[str, Estimate]]:
    """The card with the fit over all views, and what it is worth: each fold judged by the fit of the four others."""
    fit = fitted(views)
    served = [replace(view.truth, logit=logit) for view, logit in zip(views, cross_fitted(views), strict=True)]
    figures = areas_by_set(served, "served_") | fold_means(views, served)
    labels, patients = [one.cancer for one in served], [one.woman for one in served]
    worth = calibrate(np.array([one.logit for one in served]), labels, patients).metrics
    figures |= {f"served_{name}": figure for name, figure in worth.items()}
    metrics = {name: rounded(one) for name, one in figures.items()}
    return replace(card, together=fit, metrics={**card.metrics, **metrics}), figures


def fold_means(views: Sequence[View], served: Sequence[Answered]) -> dict[str, Estimate]:
    """`served_mean_auc_SET`: the mean over the folds, weighted by their views, where every fold has both classes."""
    folds = sorted({view.fold for view in views})
    of_fold = [[one for one, view in zip(served, views, strict=True) if view.fold == fold] for fold in folds]
    areas = [{name: rounded(one) for name, one in areas_by_set(part, "served_mean_").items()} for part in of_fold]
    names = [name for name in areas[0] if all(name in others for others in areas)]
    return {name: weighted_mean([others[name] for others in areas]) for name in names}


def fitted(views: Sequence[View]) -> dict[str, Any]:
    """What a card's [together] says. The weights are fixed first, none negative; then their sum is calibrated."""
    rows, labels = _rows(views), np.array([view.truth.cancer for view in views], int)
    weights = weights_of(rows, labels)
    curve = platt(rows @ weights, labels.astype(bool).tolist(), [view.truth.woman for view in views])
    return {**{name: float(one) for name, one in zip(WEIGHTS, weights, strict=True)}, "least_rows": LEAST_ROWS, **curve}


def weights_of(rows: Floats, labels: NDArray[np.int_]) -> Floats:
    """(3,) of a logistic regression; one that came out negative is 0, and the others are fitted without it."""
    kept = np.arange(rows.shape[1])
    while len(kept):
        found = LogisticRegression(C=STRENGTH).fit(rows[:, kept], labels).coef_[0]
        if found.min() >= 0:
            weights = np.zeros(rows.shape[1])
            weights[kept] = found.round(4)
            return weights
        kept = kept[found >= 0]
    raise ValueError("nothing that was said of the views tells cancer from none")


def cross_fitted(views: Sequence[View]) -> list[float]:
    """The logit of every view's probability as served, its fold by the fit of the others."""
    by_fold = {fold: fitted([view for view in views if view.fold != fold]) for fold in {view.fold for view in views}}
    return [_served(view, by_fold[view.fold]) for view in views]


def _served(view: View, fit: Mapping[str, Any]) -> float:
    together = Together.of(fit)
    assert together is not None
    said = raised(together.judge(view.evidence), view.findings)[0]
    return float(np.log(said / (1 - said)))


def _rows(views: Sequence[View]) -> Floats:
    return np.array([[getattr(view.evidence, name) for name in WEIGHTS] for view in views], np.float64)


def _sigmoid(logit: float) -> float:
    return float(1 / (1 + np.exp(-logit)))


if __name__ == "__main__":
    sys.exit(main())
