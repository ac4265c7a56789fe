"""Whole-image cancer, biopsy-proven: a linear head on the detector's features, or a network of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np
from sklearn.metrics import roc_auc_score

from models.cancer import build_cancer
from pipeline.classify import squashed
from training.cache import PreparedExample
from training.cancer_head import export, features_of, fitted, trained_detector
from training.fit import Judge, fit, pictures_of
from training.judge import auc, auc_within
from training.recipes.values import TrainingRecipe
from training.run import Run, Verdict, opened, with_calibration, write_verdict
from training.ship import ship
from training.whole_image import Labelled, WholeView, draws, labelled


@dataclass(frozen=True)
class DetectorHead:
    """Logistic regression on what a trained detector says of a whole view."""

    detector: str  # name of the detector's weights; its run lies in the same --out
    ridges: tuple[float, ...]  # inverse strengths that are tried, by cross-validation over the training patients
    flat: float  # features that vary less over the training views are left out


@dataclass(frozen=True, kw_only=True)
class CancerRecipe(TrainingRecipe):
    """One of `head` and `view`: what is trained."""

    head: DetectorHead | None = None
    view: WholeView | None = None

    def __post_init__(self) -> None:
        if (self.head is None) == (self.view is None):
            raise ValueError("expected either a table [head] or a table [view]")


RECIPE = CancerRecipe


def train(run: Run[CancerRecipe]) -> None:
    recipe = run.recipe
    known = [example for example in run.examples() if example.cancer is not None]
    choose = recipe.view.schedule.choose if recipe.view else "last"
    parts = run.parts(known, choose)
    views = run.prepared(parts.training)
    if recipe.head is not None:
        (height, width), taught_on = _train_head(run, recipe.head, views)
    else:
        assert recipe.view is not None
        (height, width), taught_on = _train_network(run, recipe.view, views, run.prepared(parts.choosing)), ()
    validation = run.prepared(parts.validation)
    said = f"{len(views)} views of {', '.join(recipe.data.readers)}; {len(validation)} views validate"
    input = {"names": ["image"], "height": height, "width": width}
    verdict = Verdict(input, said, choose=choose, also_learnt_from=taught_on)
    write_verdict(run, judged(run, verdict, validation) if validation else verdict)


def _train_head(
    run: Run[CancerRecipe], how: DetectorHead, views: Sequence[PreparedExample]
) -> tuple[tuple[int, int], tuple[str, ...]]:
    """(height and width of the detector's input, the data sets it was taught on)."""
    model, taught = trained_detector(run, how.detector)
    size = (taught.network.height, taught.network.width)
    truth, patients = [bool(view.example.cancer) for view in views], [view.example.patient for view in views]
    head = fitted(features_of(model, views, *size), truth, patients, how.ridges, how.flat)
    export(model, head, *size, run.weight_file)
    return size, taught.data.readers


def _train_network(
    run: Run[CancerRecipe], how: WholeView, views: Sequence[PreparedExample], choosing: Sequence[PreparedExample]
) -> tuple[int, int]:
    recipe = run.recipe
    model = build_cancer(recipe.preset, how.height, how.width)
    labels = [_view(item, how) for item in views]
    draw = draws(labels, 2, how)
    if how.batch_norms == "frozen":
        run.start(model)
    else:
        run.start_measured(model, pictures_of(draw, recipe.seed))
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    schedule = how.schedule.for_images(len(labels), how.batch)
    judge = _area(choosing, how) if choosing else None
    fit(model, draw, loss, schedule, run.folder, recipe.seed, judge)
    ship(model, run.weight_file)
    return how.height, how.width


def _area(choosing: Sequence[PreparedExample], how: WholeView) -> Judge:
    """AUC on the choosing patients; chance where only one class is among them."""
    truth = [bool(item.example.cancer) for item in choosing]
    images = np.stack([squashed(item.pixels, how.height, how.width)[..., None] for item in choosing])

    def judge(model: Any) -> float:
        return float(roc_auc_score(truth, model.predict(images, verbose=0))) if len(set(truth)) == 2 else 0.5

    return judge


def _view(item: PreparedExample, how: WholeView) -> Labelled:
    stratum = str(item.example.machine or item.example.dataset)
    return labelled(item.pixels, int(bool(item.example.cancer)), stratum, how.height, how.width)


def judged(run: Run[CancerRecipe], verdict: Verdict, validation: Sequence[PreparedExample]) -> Verdict:
    model, _ = opened(run, verdict.input)
    height, width = verdict.input["height"], verdict.input["width"]
    views = [squashed(item.pixels, height, width)[None, :, :, None] for item in validation]
    logits = np.array([model(view)[0][0, 0] for view in views], np.float64)
    truth = [bool(item.example.cancer) for item in validation]
    if len(set(truth)) < 2:
        return verdict
    patients = [item.example.patient for item in validation]
    machines = [str(item.example.machine) for item in validation]
    figures = {"auc": auc(patients, truth, logits), "auc_within_machine": auc_within(patients, truth, logits, machines)}
    return with_calibration(replace(verdict, metrics=figures), logits, truth, patients, run.recipe.calibration)
