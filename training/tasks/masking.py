"""Masking level from density: A low, B medium, C and D high (F, G, D of MIAS likewise). A stand-in, and named so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import keras
import numpy as np
from numpy.typing import NDArray

from models.masking import PUBLISHED, build_masking
from pipeline.classify import squashed
from pipeline.finding import MaskingLevel
from pipeline.models import LiteRtMasking
from training.cache import PreparedExample
from training.choosing import by, log_likelihood
from training.fit import Judge, fit
from training.judge import balanced_accuracy, calibrate_levels
from training.recipes.read import RecipeError
from training.recipes.values import TrainingRecipe
from training.run import Run
from training.ship import ship
from training.verdict import Verdict, opened, write_verdict
from training.whole_image import Labelled, WholeView, draws, labelled

LEVELS = list(MaskingLevel)


@dataclass(frozen=True, kw_only=True)
class MaskingRecipe(TrainingRecipe):
    view: WholeView
    widths: tuple[int, ...] = PUBLISHED  # of the paper preset's convolutions


RECIPE = MaskingRecipe


def train(run: Run[MaskingRecipe]) -> None:
    recipe, how = run.recipe, run.recipe.view
    known = [example for example in run.examples() if example.masking is not None]
    parts = run.parts(known, how.schedule.choose)
    model = build_masking(recipe.preset, how.height, how.width, recipe.widths)
    run.start(model)
    views = [_view(item, how) for item in run.prepared(parts.training)]
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    schedule = how.schedule.for_images(len(views), how.batch)
    judge = _chooses(run.prepared(parts.choosing), how) if how.schedule.choose == "best" else None
    fit(model, draws(views, len(LEVELS), how), loss, schedule, run.folder, recipe.seed, judge)
    ship(model, run.weight_file)
    validation = run.prepared(parts.validation)
    said = f"{len(views)} views of {', '.join(recipe.data.readers)}; {len(validation)} views validate"
    verdict = Verdict({"names": ["image"], "height": how.height, "width": how.width}, said, choose=how.schedule.choose)
    write_verdict(run, judged(run, verdict, validation) if validation else verdict)


def _chooses(choosing: Sequence[PreparedExample], how: WholeView) -> Judge:
    """Raises RecipeError without a view."""
    if not choosing:
        raise RecipeError('no view to choose the epoch by; use more patients, or choose = "last"')
    labels = [LEVELS.index(level) for item in choosing if (level := item.example.masking)]
    return by(
        log_likelihood(labels), np.stack([squashed(x.pixels, how.height, how.width) for x in choosing])[..., None]
    )


def _view(item: PreparedExample, how: WholeView) -> Labelled:
    assert item.example.masking is not None
    return labelled(item.pixels, LEVELS.index(item.example.masking), item.example.dataset, how.height, how.width)


def judged(run: Run[MaskingRecipe], verdict: Verdict, validation: Sequence[PreparedExample]) -> Verdict:
    network, how = LiteRtMasking(*opened(run, verdict.input)), run.recipe.view
    shares = np.array([network(squashed(item.pixels, how.height, how.width)) for item in validation], np.float64)
    said = shares.argmax(axis=1).tolist()
    metrics = {}
    for name in ("all", *run.recipe.data.readers):
        rows = [i for i, item in enumerate(validation) if name in ("all", item.example.dataset)]
        patients = [validation[i].example.patient for i in rows]
        truth = [LEVELS.index(level) for i in rows if (level := validation[i].example.masking)]
        if rows:
            metrics[f"balanced_accuracy_{name}"] = balanced_accuracy(patients, truth, [said[i] for i in rows])
    return _calibrated(replace(verdict, metrics=metrics), np.log(np.maximum(shares, 1e-12)), validation)


def _calibrated(verdict: Verdict, logits: NDArray[np.float64], validation: Sequence[PreparedExample]) -> Verdict:
    """With one temperature for the three; the level said stays the same."""
    truth = [LEVELS.index(level) for item in validation if (level := item.example.masking)]
    try:
        found = calibrate_levels(logits, truth, [item.example.patient for item in validation])
    except ValueError as error:
        print(f"no calibration: {error}")
        return verdict
    return replace(verdict, calibration=found.calibration, metrics={**verdict.metrics, **found.metrics})
