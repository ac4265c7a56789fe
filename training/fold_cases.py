"""Patients of five folds, each judged by the weights of the fold that left her out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.weights import Card, WeightsError, by_task
from pipeline.detect import detect
from pipeline.finding import Analysis
from pipeline.inference import LiteRtModel, open_model
from pipeline.mammogram import Mammogram
from pipeline.models import RetinaNetDetector
from pipeline.preprocess import Recipe, preprocess
from training.datasets.base import Example
from training.datasets.registry import DATASETS
from training.evaluation.analyses import analysed
from training.evaluation.patients import Chosen, NotHeldOut, leaves_out, tasks
from training.evaluation.values import Case
from training.split import FOLDS, split

UNSEEN = Mammogram(np.zeros((1, 1), np.float32))  # a case holds no pixels


@dataclass(frozen=True)
class Folds:
    """Weights of every fold, and whom they judge."""

    data: Path
    chosen: Chosen
    kept: Path  # where analyses are kept
    jobs: int

    def cards(self, task: str) -> list[Card]:
        """One a fold. Raises WeightsError where one is missing."""
        by_fold = [by_task(self.chosen.of(fold).cards) for fold in range(FOLDS)]
        found = [known[task] for known in by_fold if task in known]
        if len(found) < FOLDS:
            raise WeightsError(f"{task}: there are {len(found)} folds of it, expected {FOLDS}")
        return found

    def left_out(
        self, task: str, name: str, known: Callable[[Example], bool]
    ) -> Iterator[tuple[Card, LiteRtModel, list[Example]]]:
        """Of every fold its card, its opened network and the views of the set `name` that it left out, where `known`.

        Raises NotHeldOut.
        """
        views = [example for example in DATASETS[name].read(self.data / name) if known(example)]
        for fold, card in enumerate(self.cards(task)):
            if not leaves_out(card, name, fold):
                raise NotHeldOut(f"the card {card.name} of fold {fold} may have learned from its patients")
            yield card, open_model(card, directory=self.chosen.of(fold).directory), split(views, fold)[1]

    def detected(self, name: str) -> list[Case]:
        """Every searched view of the set `name` through reading, preprocessing and the detector of its fold alone.

        Raises NotHeldOut.
        """
        cases: list[Case] = []
        for card, file, views in self.left_out("detector", name, lambda example: example.masses is not None):
            network = RetinaNetDetector(file, card)
            cases += [detected(example, network, Recipe(**card.recipe)) for example in views]
        return cases

    def analysed(self, name: str) -> list[Case]:
        """Every view of the set through the whole analysis by the weights of its fold. Raises NotHeldOut."""
        planned = tasks(name, list(DATASETS[name].read(self.data / name)), "all", False, self.chosen)
        return [case for case in analysed(planned, self.kept, self.jobs, name) if isinstance(case, Case)]


def detected(example: Example, network: RetinaNetDetector, recipe: Recipe) -> Case:
    mammogram = example.load()
    findings = detect(preprocess(mammogram, recipe), network)
    height, width = mammogram.pixels.shape
    return Case(example, Analysis(UNSEEN, findings, None, None), width, height, 0.0)
