"""Malignancy of a mass: by biopsy where the data set has it; INbreast has BI-RADS 4-6 as a stand-in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from models.pathology import INPUTS, build_pathology, frozen, submodels
from pipeline.classify import three_inputs
from pipeline.crop import crop_around
from pipeline.geometry import Box
from pipeline.inference import LiteRtModel
from pipeline.segment import filled
from training.choosing import by, log_likelihood
from training.datasets.base import Example
from training.fit import Batch, Draw, Judge, fit
from training.judge import auc
from training.recipes.read import RecipeError
from training.recipes.values import Choice, Schedule, TrainingRecipe
from training.regions import Look, Mass, masses_of, pathologies
from training.run import Run
from training.ship import ship
from training.verdict import Verdict, opened, with_calibration, write_verdict


@dataclass(frozen=True, kw_only=True)
class PathologyRecipe(TrainingRecipe):
    """With `submodels` and `tuning` it goes as published: each picture's network is taught apart, then the head over
    the three, frozen, by `schedule`, then all of it. One draw turns and shifts the three pictures alike throughout.
    """

    side: int  # pixels of the square crops
    schedule: Schedule
    batch: int
    smoothing: float  # of the labels
    look: Look
    submodels: Schedule | None = None
    tuning: Schedule | None = None

    def __post_init__(self) -> None:
        if (self.submodels or self.tuning) and self.preset != "paper":
            raise ValueError("submodels and tuning are of the paper preset: the compact one has one backbone for all")


RECIPE = PathologyRecipe


def train(run: Run[PathologyRecipe]) -> None:
    recipe = run.recipe
    parts = run.parts(run.examples(), chosen_by(recipe))
    masses = _masses(run, parts.training)
    model = build_pathology(recipe.preset, recipe.side)
    run.start(model)
    teach(run, model, masses, _masses(run, parts.choosing))
    ship(model, run.weight_file)
    validation = _masses(run, parts.validation)
    said = f"{len(masses)} masses of {', '.join(recipe.data.readers)}; {len(validation)} masses validate"
    verdict = Verdict({"names": list(INPUTS), "side": recipe.side}, said, choose=chosen_by(recipe))
    write_verdict(run, judged(run, verdict, validation) if validation else verdict)


def chosen_by(recipe: PathologyRecipe) -> Choice:
    phases = [phase for phase in (recipe.submodels, recipe.schedule, recipe.tuning) if phase is not None]
    return "best" if any(phase.choose == "best" for phase in phases) else "last"


def teach(run: Run[PathologyRecipe], model: Any, masses: Sequence[Mass], choosing: Sequence[Mass]) -> None:
    """One phase or the published three; each resumes in a folder of its own."""
    recipe = run.recipe
    if recipe.submodels is None:
        _phase(run, model, recipe.schedule, masses, choosing, run.folder)
    else:
        backbones = submodels(model)
        for name, one in backbones.items():
            print(f"the network of {name} alone")
            _phase(run, one, recipe.submodels, masses, choosing, run.folder / name, name)
        print("the head over the three")
        with frozen(list(backbones.values())):
            _phase(run, model, recipe.schedule, masses, choosing, run.folder / "head")
    if recipe.tuning is not None:
        print("all of it")
        _phase(run, model, recipe.tuning, masses, choosing, run.folder / "tuning")


def _phase(
    run: Run[PathologyRecipe],
    model: Any,
    schedule: Schedule,
    masses: Sequence[Mass],
    choosing: Sequence[Mass],
    folder: Path,
    only: str | None = None,
) -> None:
    recipe = run.recipe
    draw = pathologies(masses, recipe.batch, recipe.side, recipe.smoothing, recipe.look)
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    judge = _chooses(choosing, recipe.side, only) if schedule.choose == "best" else None
    shown = draw if only is None else _one_picture(draw, only)
    fit(model, shown, loss, schedule.for_images(len(masses), recipe.batch), folder, recipe.seed, judge)


def _one_picture(draw: Draw, name: str) -> Draw:
    def one(rng: np.random.Generator) -> Batch:
        pictures, labels, weights = draw(rng)
        return pictures[name], labels, weights

    return one


def _chooses(masses: Sequence[Mass], side: int, only: str | None) -> Judge:
    """Raises RecipeError without a mass."""
    if not masses:
        raise RecipeError('no mass to choose the epoch by; use more patients, or choose = "last"')
    views = [_pictures(mass, side) for mass in masses]
    pictures = {name: np.stack(part)[..., None] for name, part in zip(INPUTS, zip(*views, strict=True), strict=True)}
    labels = [int(bool(mass.malignant)) for mass in masses]
    return by(log_likelihood(labels), pictures if only is None else pictures[only])


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
    return with_calibration(replace(verdict, metrics=metrics), logits, truth, patients, run.recipe.calibration)


def _logit(model: LiteRtModel, mass: Mass, side: int) -> float:
    (logits, *_) = model(*(part[None, :, :, None] for part in _pictures(mass, side)))
    return float(logits[0, 0])


def _pictures(mass: Mass, side: int) -> tuple[NDArray[np.float32], ...]:
    """Image, shape and margin as the pipeline cuts them, with the reader's outline."""
    crop = crop_around(mass.pixels, Box.around(mass.outline), side)
    return tuple(three_inputs(crop.pixels, filled(mass.outline, crop)))
