"""Whole-image cancer, biopsy-proven: a network of the whole view, which may start from what a detector learned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import keras
import numpy as np
from sklearn.metrics import roc_auc_score

from models.cancer import TrunkName, build_cancer, freeze_blocks, mean_of, standardise
from models.imagenet import FoldedLayer
from pipeline.classify import squashed
from pipeline.mirrored import as_declared
from training.beside import NETWORK, Beside, beside
from training.cache import PreparedExample
from training.fit import Draw, Judge, fit, pictures_of
from training.lesions import LesionRecipe, Lesions
from training.recipes.read import RecipeError
from training.recipes.values import TrainingRecipe
from training.run import Run
from training.ship import ship
from training.verdict import Verdict, opened, with_calibration, write_verdict
from training.view_answers import Answered, areas
from training.whole_image import Labelled, WholeView, draws, labelled, unaltered

OTHER = "cancer-efficientnet"  # recipe of what may stand beside the shipped one


@dataclass(frozen=True, kw_only=True)
class CancerRecipe(TrainingRecipe):
    view: WholeView
    detector: str = ""  # name of the weights whose backbone the network starts from, of a run in the same --out
    mirrored: bool = False  # served with the mean over a view and the same upside down
    frozen_blocks: int = 0  # up to this number the backbone's blocks keep what they start with
    trunk: TrunkName = "mobilenet_v2"  # the compact network's backbone
    beside: str = ""  # name of another cancer run in the same --out; the mean of both networks' logits is what ships
    lesions: LesionRecipe | None = None  # masses that are set into views without cancer; none: the views as they are

    def __post_init__(self) -> None:
        lite = self.trunk == "efficientnet_lite2"
        if lite and self.detector:
            raise ValueError("detector: its backbone is a MobileNetV2; another trunk starts from the file in `start`")
        if lite != (self.view.batch_norms == "kept"):
            raise ValueError('batch_norms = "kept" goes with trunk = "efficientnet_lite2", and no other')

    def with_sets(self, readers: Sequence[str]) -> Self:
        """Other sets' views as they are: those of the masses may not be at hand."""
        return replace(super().with_sets(readers), lesions=None)


RECIPE = CancerRecipe


def train(run: Run[CancerRecipe]) -> None:
    recipe, how = run.recipe, run.recipe.view
    layers, taught_on = backbone_of(run)  # before hours are spent
    lesions, other = lesions_of(run), beside_of(run)
    known = [example for example in run.examples() if example.cancer is not None]
    parts = run.parts(known, how.schedule.choose)
    views, choosing = run.prepared(parts.training), run.prepared(parts.choosing)
    model = build_cancer(recipe.preset, how.height, how.width, recipe.trunk)
    draw = draws([_view(item, how) for item in views], 2, how, lesions.altered if lesions else unaltered)
    started(run, model, draw, layers)
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    schedule = how.schedule.for_images(len(views), how.batch)
    fit(model, draw, loss, schedule, run.folder, recipe.seed, _area(choosing, how) if choosing else None)
    model.save(run.folder / NETWORK)
    ship(mean_of([model, other.network]) if other else model, run.weight_file)
    validation = run.prepared(parts.validation)
    said = f"{len(views)} views of {', '.join(recipe.data.readers)}"
    said += f" with {lesions.said} set into them" if lesions else ""
    input = {"names": ["image"], "height": how.height, "width": how.width}
    input |= {"taught": list(median_size(views))}
    input |= {"mirrored": True} if recipe.mirrored else {}
    others = (*taught_on, *(recipe.lesions.readers if recipe.lesions else ()), *(other.readers if other else ()))
    said += f"; so did the network beside it, {other.architecture}" if other else ""
    said += f"; {len(validation)} views validate"
    starts = (other.start,) if other else ()
    verdict = Verdict(input, said, choose=how.schedule.choose, also_learnt_from=others, other_starts=starts)
    write_verdict(run, judged(run, verdict, validation) if validation else verdict)


def median_size(views: Sequence[PreparedExample]) -> tuple[int, int]:
    """Median rows and columns of the prepared pictures."""
    rows, columns = np.median([item.pixels.shape for item in views], axis=0).round()
    return int(rows), int(columns)


def beside_of(run: Run[CancerRecipe]) -> Beside | None:
    """What the recipe wants beside its own network. Raises RecipeError where that cannot be had."""
    how = run.recipe.view
    return beside(run, run.recipe.beside, OTHER, (how.height, how.width)) if run.recipe.beside else None


def lesions_of(run: Run[CancerRecipe]) -> Lesions | None:
    """What the recipe sets into views, of nobody who chooses or validates. Raises WrongLayout or RecipeError."""
    recipe, how = run.recipe.lesions, run.recipe.view
    if recipe is None:
        return None
    who = run.parts(run.examples(recipe.sets), how.schedule.choose).training
    try:
        return Lesions.of(run.prepared(who), recipe, how.height, how.width)
    except ValueError as error:
        raise RecipeError(str(error)) from error


def backbone_of(run: Run[CancerRecipe]) -> tuple[list[FoldedLayer] | None, tuple[str, ...]]:
    """The convolutions that the recipe's detector learned, and the data sets that taught it; (None, ()) without one.

    Raises RecipeError where its run is not there, or its batch norms would be frozen.
    """
    if not run.recipe.detector:
        return None, ()
    if run.recipe.view.batch_norms == "frozen":
        raise RecipeError('detector: its backbone starts a network whose batch norms train, batch_norms = "measured"')
    from models.detector import folded_backbone  # Model Garden, which the other networks do without
    from training.tasks.detector import trained_detector

    try:
        model, taught = trained_detector(run, run.recipe.detector)
    except RecipeError as error:
        raise RecipeError(f"{error}; with an empty `detector` the network starts from the file in `start`") from error
    return folded_backbone(model), taught.data.readers


def started(run: Run[CancerRecipe], model: Any, draw: Draw, layers: Sequence[FoldedLayer] | None) -> None:
    """Fill `model` with what it starts from, and freeze what stays as it is."""
    if run.recipe.preset == "paper":
        run.start(model)
        return
    pictures = pictures_of(draw, run.recipe.seed)
    if run.recipe.view.batch_norms == "measured":
        run.start_measured(model, pictures, layers)
    else:
        run.start(model)
    standardise(model, pictures)
    freeze_blocks(model, run.recipe.frozen_blocks)


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
    model = as_declared(*opened(run, verdict.input))
    height, width = verdict.input["height"], verdict.input["width"]
    views = [squashed(item.pixels, height, width)[None, :, :, None] for item in validation]
    found = [Answered.of(item.example, model(view)[0][0, 0]) for item, view in zip(validation, views, strict=True)]
    if len({one.cancer for one in found}) < 2:
        return verdict
    truth, patients = [one.cancer for one in found], [one.woman for one in found]
    logits = np.array([one.logit for one in found], np.float64)
    return with_calibration(replace(verdict, metrics=areas(found)), logits, truth, patients, run.recipe.calibration)
