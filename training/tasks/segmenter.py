"""Outlines of masses: the reader's own contours, and phantoms, whose outlines are exact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.segmenter import Sizes, build_segmenter
from pipeline.crop import crop_around
from pipeline.geometry import Box
from pipeline.models import UNetSegmenter
from pipeline.segment import filled, outline_of
from training.choosing import by, mean_iou
from training.datasets.base import Example
from training.fit import Judge, fit
from training.losses import OutlineLoss, outline_loss
from training.metrics import Estimate, bootstrap
from training.recipes.read import RecipeError
from training.recipes.values import Schedule, TrainingRecipe
from training.regions import Look, Mass, masses_of, outlines
from training.run import Run
from training.ship import ship
from training.verdict import Verdict, opened, write_verdict


@dataclass(frozen=True, kw_only=True)
class SegmenterRecipe(TrainingRecipe):
    side: int  # pixels of the square crop
    network: Sizes
    schedule: Schedule
    batch: int  # real masses
    phantom_batch: int  # drawn ones beside them
    loss: OutlineLoss
    look: Look


RECIPE = SegmenterRecipe


def train(run: Run[SegmenterRecipe]) -> None:
    recipe = run.recipe
    parts = run.parts(run.examples(), recipe.schedule.choose)
    real, drawn = _masses(run, parts.training), _masses(run, run.phantoms())
    if not real:
        raise RecipeError(f"no outlined mass to train on in {', '.join(recipe.data.readers)}")
    model = build_segmenter(recipe.preset, recipe.side, recipe.network)
    groups, shares = ((real, drawn), (recipe.batch, recipe.phantom_batch)) if drawn else ((real,), (recipe.batch,))
    schedule = recipe.schedule.for_images(len(real), recipe.batch)
    draw = outlines(groups, shares, recipe.side, recipe.look)
    judge = _chooses(_masses(run, parts.choosing), recipe.side) if recipe.schedule.choose == "best" else None
    fit(model, draw, outline_loss(recipe.loss), schedule, run.folder, recipe.seed, judge)
    ship(model, run.weight_file)
    validation = _masses(run, parts.validation)
    said = f"{len(real)} masses of {', '.join(recipe.data.readers)} and {len(drawn)} of phantoms"
    verdict = Verdict(
        {"names": ["crop"], "side": recipe.side},
        f"{said}; {len(validation)} masses validate",
        choose=recipe.schedule.choose,
    )
    write_verdict(run, judged(run, verdict, validation) if validation else verdict)


def _masses(run: Run[SegmenterRecipe], found: Sequence[Example]) -> list[Mass]:
    """Those that somebody outlined: a circle or a box is no outline to learn from."""
    with_masses = [example for example in found if example.masses]
    return [mass for item in run.prepared(with_masses) for mass in masses_of(item) if mass.outlined]


def _chooses(masses: Sequence[Mass], side: int) -> Judge:
    """Mean IoU in squares around the true masses. Raises RecipeError without a mass."""
    if not masses:
        raise RecipeError('no outlined mass to choose the epoch by; use more patients, or choose = "last"')
    crops = [crop_around(mass.pixels, Box.around(mass.outline), side) for mass in masses]
    truth = np.stack([filled(mass.outline, crop) for mass, crop in zip(masses, crops, strict=True)])[..., None] > 0
    return by(mean_iou(truth), np.stack([crop.pixels for crop in crops])[..., None])


def judged(run: Run[SegmenterRecipe], verdict: Verdict, masses: Sequence[Mass]) -> Verdict:
    network = UNetSegmenter(*opened(run, verdict.input))
    overlaps = [intersection_over_union(mass, network) for mass in masses]
    ious, dices = np.array(overlaps), np.array([2 * iou / (1 + iou) for iou in overlaps])
    patients = [mass.patient for mass in masses]
    return replace(verdict, metrics={"iou_roi": _mean(patients, ious), "dice_roi": _mean(patients, dices)})


def intersection_over_union(mass: Mass, network: UNetSegmenter) -> float:
    """Of the served outline with the reader's, in the network's square around the true mass."""
    crop = crop_around(mass.pixels, Box.around(mass.outline), network.side)
    outline = outline_of(network(crop.pixels))
    truth = filled(mass.outline, crop)
    said = np.zeros_like(truth) if outline is None else filled(crop.to_prepared(outline), crop)
    return float((truth & said).sum() / (truth | said).sum())


def _mean(patients: list[str], values: NDArray[np.float64]) -> Estimate:
    return bootstrap(patients, lambda rows: float(values[list(rows)].mean()))
