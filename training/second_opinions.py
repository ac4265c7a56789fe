"""How two networks judge the masses that the detector found on validation patients, as served; and where each begins
to say malignant. `python -m training.second_opinions --data ROOT` prints it, `--write` puts it into the two cards.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from models.weights import SHIPPED, Metric, read_card, write_card
from pipeline.analyze import analyze
from pipeline.finding import Finding
from pipeline.model_choice import chosen_networks
from pipeline.models import Models, load_models
from training.datasets.base import Example, MassTruth, data_root
from training.datasets.prepared import examples
from training.evaluation.analyses import Networks
from training.evaluation.patients import check_fold
from training.judge import auc, operating_points_of
from training.marks import ASKED
from training.metrics import Estimate, bootstrap, box_iou
from training.split import FOLDS, split

DATASETS = ("inbreast", "mini_mias")
FOUND_IOU = 0.2  # of the boxes: from here on a mass counts as found
WHERE = "on the masses that the detector found on the validation patients, as served"


@dataclass(frozen=True)
class Judged:
    """One found mass and what both networks say of it."""

    patient: str
    malignant: bool
    first: float
    second: float


def main(argv: Sequence[str] | None = None) -> int:
    options = parser().parse_args(argv)
    for name in DATASETS:
        check_fold(name, Networks(options.weights, options.models), options.held_out, ASKED)
    found: list[Example] = [example for example in examples(options.data, *DATASETS) if example.masses]
    _, validation = split(found, options.held_out)
    models = load_models(options.weights, choice=options.models)
    masses = [one for example in validation for one in judged(example, models)]
    if len({mass.malignant for mass in masses}) < 2:
        print("Too few masses were found to judge by, or no second network is set up.", file=sys.stderr)
        return 1
    figures, points = figures_of(masses), points_of(masses)
    for name, figure in figures.items():
        print(f"{name:<22} {figure.value:.3f} ({figure.low:.3f}-{figure.high:.3f}), n = {figure.n}")
    for task, found_points in points.items():
        print(f"{task:<22} {found_points}")
    if options.write:
        write(points, figures, options.weights or SHIPPED, options.models)
    return 0


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(prog="python -m training.second_opinions", description=__doc__)
    found.add_argument("--data", type=Path, default=data_root(), help="folder that holds the data sets")
    found.add_argument("--weights", type=Path, help="folder with cards/ and weights/; the shipped ones if not named")
    found.add_argument("--models", type=Path, help="a models.toml that names other networks")
    found.add_argument("--held-out", type=int, choices=range(FOLDS), default=0, help="fold of patients that validates")
    found.add_argument("--write", action="store_true", help="put figures and operating points into the two cards")
    return found


def judged(example: Example, models: Models) -> list[Judged]:
    """Each mass of the image that some mark found, by the mark that overlaps it most."""
    findings = analyze(example.load(), models).findings
    return [_of(example, mass, mark) for mass in example.masses or () if (mark := _best(mass, findings))]


def _best(mass: MassTruth, findings: Sequence[Finding]) -> Finding | None:
    marks = [(box_iou(mass.box, f.box), -i) for i, f in enumerate(findings) if f.second_opinion]
    overlap, place = max(marks, default=(0.0, 0))
    return findings[-place] if overlap >= FOUND_IOU and mass.malignant is not None else None


def _of(example: Example, mass: MassTruth, mark: Finding) -> Judged:
    assert mark.malignant is not None
    assert mark.second_opinion is not None
    return Judged(example.patient, bool(mass.malignant), mark.malignant, mark.second_opinion.malignant)


def figures_of(masses: Sequence[Judged]) -> dict[str, Estimate]:
    patients, truth = [mass.patient for mass in masses], [mass.malignant for mass in masses]
    first, second = (points[0]["probability"] for points in points_of(masses).values())
    apart = np.array([(mass.first >= first) != (mass.second >= second) for mass in masses], float)
    return {
        "pathology_auc_found": auc(patients, truth, np.array([mass.first for mass in masses])),
        "hybrid_auc_found": auc(patients, truth, np.array([mass.second for mass in masses])),
        "disagreement_found": bootstrap(patients, lambda rows: float(apart[list(rows)].mean())),
    }


def points_of(masses: Sequence[Judged]) -> dict[str, tuple[Mapping[str, float], ...]]:
    truth = [mass.malignant for mass in masses]
    return {
        "pathology": operating_points_of(truth, np.array([mass.first for mass in masses])),
        "hybrid": operating_points_of(truth, np.array([mass.second for mass in masses])),
    }


def write(
    points: Mapping[str, tuple[Mapping[str, float], ...]],
    figures: Mapping[str, Estimate],
    folder: Path,
    choice: Path | None,
) -> None:
    """Into the cards of `folder` whose networks were judged; other files are left alone."""
    names = {task: network.card.name for task, network in chosen_networks(folder, choice).items()}
    for path in sorted(folder.glob("cards/*.toml")):
        card = read_card(path)
        if card.task in points and names[card.task] == card.name:
            figure = figures[f"{card.task}_auc_found"]
            metric = Metric(round(figure.value, 4), round(figure.low, 4), round(figure.high, 4), figure.n)
            said = tuple({**point, "n": figure.n, "where": WHERE} for point in points[card.task])
            metrics = {**card.metrics, "auc_found_masses_as_served": metric}
            write_card(replace(card, metrics=metrics, operating_points=said), path)


if __name__ == "__main__":
    sys.exit(main())
