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

from models.weights import Card, Metric, cards, write_card
from training.datasets.base import data_root
from training.evaluation.detection import coco_figures
from training.evaluation.patients import PATTERN, Chosen
from training.evaluation.values import Case
from training.fold_cases import Folds
from training.fold_levels import levelled, of_levels
from training.fold_marks import everybody, of_marks
from training.fold_means import over_folds
from training.fold_views import answered, of_views
from training.metrics import Estimate
from training.split import FOLDS
from training.tasks.detector import operating_points
from training.verdict import NO_FIGURES, rounded

SETS = ("inbreast", "mini_mias")
BIOPSIES = "rsna_subset"  # whose views judge cancer, and calibrate it
READ = "inbreast"  # whose views judge it too, by BI-RADS, which no cancer network learned
DENSITIES = ("inbreast", "mini_mias", "rsna_subset")  # whose views calibrate the masking level
SLIDER = "inbreast"  # whose views give the detector's operating points
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


if __name__ == "__main__":
    sys.exit(main())
