"""Malignancy of a mass: by biopsy where the data set has it; INbreast has BI-RADS 4-6 as a stand-in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import keras
import numpy as np

from models.export import export_model
from models.pathology import INPUTS, build_pathology
from pipeline.classify import three_inputs
from pipeline.crop import crop_around
from pipeline.geometry import Box
from pipeline.segment import filled
from training.datasets.base import Example
from training.fit import fit
from training.judge import auc
from training.recipes.values import Schedule, TrainingRecipe
from training.regions import Look, Mass, masses_of, pathologies
from training.run import Run, Verdict, opened, with_calibration, write_verdict


@dataclass(frozen=True, kw_only=True)
class PathologyRecipe(TrainingRecipe):
    side: int  # pixels of the square crops
    schedule: Schedule
    batch: int
    smoothing: float  # of the labels
    look: Look


RECIPE = PathologyRecipe


def train(run: Run[PathologyRecipe]) -> None:
    recipe = run.recipe
    parts = run.parts(run.examples(), recipe.schedule.choose)
    masses = _masses(run, parts.training)
    model = build_pathology(recipe.preset, recipe.side)
    run.start(model)
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    draw = pathologies(masses, recipe.batch, recipe.side, recipe.smoothing, recipe.look)
    schedule = recipe.schedule.for_images(len(masses), recipe.batch)
    fit(model, draw, loss, schedule, run.folder, recipe.seed)
    export_model(model, run.weight_file)
    validation = _masses(run, parts.validation)
    said = f"{len(masses)} masses of {', '.join(recipe.data.readers)}; {len(validation)} masses validate"
    verdict = Verdict({"names": list(INPUTS), "side": recipe.side}, said)
    write_verdict(run, judged(run, verdict, validation) if validation else verdict)


def _masses(run: Run[PathologyRecipe], found: Sequence[Example]) -> list[Mass]:
    """Those of which it is known whether they are malignant."""
    with_masses = [example for example in found if example.masses]
    return [mass for item in run.prepared(with_masses) for mass in masses_of(item) if mass.malignant is not None]


def judged(run: Run[PathologyRecipe], verdict: Verdict, masses: Sequence[Mass]) -> Verdict:
    model, _ = opened(run, verdict.input)
    logits = np.array([_logit(model, mass, run.recipe.side) for mass in masses])
    metrics = {}
    for name in ("all", *run.recipe.data.readers):
        rows = [i for i, mass in enumerate(masses) if name in ("all", mass.dataset)]
        chosen = [masses[i] for i in rows]
        if len({mass.malignant for mass in chosen}) == 2:
            metrics[f"auc_{name}"] = auc([m.patient for m in chosen], [bool(m.malignant) for m in chosen], logits[rows])
    truth, patients = [bool(mass.malignant) for mass in masses], [mass.patient for mass in masses]
    return with_calibration(replace(verdict, metrics=metrics), logits, truth, patients)


def _logit(model: object, mass: Mass, side: int) -> float:
    crop = crop_around(mass.pixels, Box.around(mass.outline), side)
    parts = three_inputs(crop.pixels, filled(mass.outline, crop))
    (logits, *_) = model(*(part[None, :, :, None] for part in parts))  # type: ignore[operator]
    return float(logits[0, 0])
