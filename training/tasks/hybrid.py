"""The second opinion on a mass: benign or malignant from the plain picture of it, by two backbones side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from models.export import export_model
from models.hybrid import build_hybrid, mobilenet_of
from pipeline.crop import crop_around
from pipeline.geometry import Box
from training.datasets.base import Example
from training.fit import Draw, Judge, fit, pictures_of
from training.judge import auc
from training.plain_cuts import plain_cuts
from training.recipes.values import BatchNorms, Schedule, TrainingRecipe
from training.regions import Look, Mass, masses_of
from training.run import Run
from training.verdict import Verdict, opened, with_calibration, write_verdict


@dataclass(frozen=True, kw_only=True)
class HybridRecipe(TrainingRecipe):
    side: int  # pixels of the square crops
    margin: float  # around the mass, of its longer side, on every side
    schedule: Schedule
    batch: int
    smoothing: float  # of the labels
    look: Look
    batch_norms: BatchNorms = "frozen"  # of the start weights; measured on our own cuts, they train


RECIPE = HybridRecipe


def train(run: Run[HybridRecipe]) -> None:
    recipe = run.recipe
    parts = run.parts(run.examples(), recipe.schedule.choose)
    masses = _masses(run, parts.training)
    model = build_hybrid(recipe.preset, recipe.side)
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    draw = plain_cuts(masses, recipe.batch, recipe.side, recipe.margin, recipe.smoothing, recipe.look)
    if recipe.preset == "compact":
        _start(run, mobilenet_of(model), draw)
    schedule = recipe.schedule.for_images(len(masses), recipe.batch)
    judge = _chooser(run, _masses(run, parts.choosing))
    fit(model, draw, loss, schedule, run.folder, recipe.seed, judge)
    export_model(model, run.weight_file)
    write_verdict(run, verdict_of(run, _masses(run, parts.validation), len(masses)))


def _start(run: Run[HybridRecipe], backbone: keras.Model, draw: Draw) -> None:
    """ImageNet weights, the backbone's batch norms as the recipe says."""
    if run.recipe.batch_norms == "frozen":
        run.start(backbone)
    else:
        run.start_measured(backbone, pictures_of(draw, run.recipe.seed))


def verdict_of(run: Run[HybridRecipe], validation: Sequence[Mass], trained_on: int) -> Verdict:
    """What the exported file says of the validation patients' masses."""
    recipe = run.recipe
    said = f"{trained_on} masses of {', '.join(recipe.data.readers)}; {len(validation)} masses validate"
    verdict = Verdict({"names": ["image"], "side": recipe.side, "margin": recipe.margin}, said)
    return judged(run, verdict, validation) if validation else verdict


def _masses(run: Run[HybridRecipe], found: Sequence[Example]) -> list[Mass]:
    """Those of which it is known whether they are malignant."""
    with_masses = [example for example in found if example.masses]
    return [mass for item in run.prepared(with_masses) for mass in masses_of(item) if mass.malignant is not None]


def _chooser(run: Run[HybridRecipe], masses: Sequence[Mass]) -> Judge | None:
    """AUC on patients kept out of the training, where the recipe chooses by it."""
    if len({mass.malignant for mass in masses}) < 2:
        return None
    truth = [bool(mass.malignant) for mass in masses]

    def figure(model: Any) -> float:
        logits = np.array([float(model(cut(mass, run.recipe), training=False)[0, 0]) for mass in masses])
        return auc([mass.patient for mass in masses], truth, logits).value

    return figure


def judged(run: Run[HybridRecipe], verdict: Verdict, masses: Sequence[Mass]) -> Verdict:
    model, _ = opened(run, verdict.input)
    logits = np.array([float(model(cut(mass, run.recipe))[0][0, 0]) for mass in masses])
    truth, patients = [bool(mass.malignant) for mass in masses], [mass.patient for mass in masses]
    metrics = {}
    for name in ("all", *run.recipe.data.readers):
        rows = [i for i, mass in enumerate(masses) if name in ("all", mass.dataset)]
        if len({truth[i] for i in rows}) == 2:
            metrics[f"auc_{name}"] = auc([patients[i] for i in rows], [truth[i] for i in rows], logits[rows])
    return with_calibration(replace(verdict, metrics=metrics), logits, truth, patients)


def cut(mass: Mass, recipe: HybridRecipe) -> NDArray[np.float32]:
    """(1, side, side, 1) as pipeline/second_opinion.py gives it."""
    return crop_around(mass.pixels, Box.around(mass.outline), recipe.side, recipe.margin).pixels[None, :, :, None]
