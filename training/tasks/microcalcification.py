"""Microcalcifications: five experts from INFN's patches and INbreast's listed calcifications, and their committee."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from models.export import export_function
from models.gradcam import CAM, answers_and_cam, side_by_side
from models.microcalcification import (
    CELLS,
    SHEET,
    SIDE,
    SPACING_MM,
    Hyper,
    build_committee,
    build_microcalcification,
    build_sheet,
    build_sheet_of_shares,
    build_stages,
)
from models.weights import SHIPPED, Card, digest, read_card, write_card
from pipeline.cluster_signs import signs_of
from pipeline.committee import STEPS, SheetCommittee
from pipeline.microcalcification import clusters_of
from pipeline.preprocess import preprocess
from pipeline.wavelet import Wavelet, filtered
from training.fit import fit
from training.judge import auc
from training.metrics import Estimate
from training.microcalcification.committee import fitted_weights, judges, left_out, nested
from training.microcalcification.data import Patch, Spotted, patches, spotted
from training.microcalcification.draws import Ranges, Shares, batches
from training.microcalcification.judge import hits_of
from training.microcalcification.losses import LOSSES
from training.microcalcification.weighing import SignedImage
from training.microcalcification.whole_images import judged
from training.recipes.read import RecipeError
from training.recipes.values import Schedule, TrainingRecipe
from training.run import Run
from training.split import FOLDS
from training.verdict import Verdict, opened, write_verdict

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Expert:
    """What each of the five sees and how long."""

    schedule: Schedule
    shares: Shares
    ranges: Ranges
    least_spot: float  # likelihood from which a place counts as a spot when clusters are formed
    least_promise: float  # what a place must still be able to reach after the weightiest expert, or it is settled
    hyper: Hyper = field(default_factory=Hyper)  # of the paper preset
    wavelet: Wavelet | None = None  # the published filter, on every patch


@dataclass(frozen=True, kw_only=True)
class MicrocalcificationRecipe(TrainingRecipe):
    expert: Expert
    detector: str = ""  # name of the weights on whose scale a cluster's confidence is put; its own where empty


RECIPE = MicrocalcificationRecipe


def train(run: Run[MicrocalcificationRecipe]) -> None:
    """Every patient trains three of five experts and is judged by the two others, whatever run.held_out says."""
    scale = detector_points(run)  # before hours are spent
    found, images = patches(run.data), spotted(run.data)
    experts = [trained(run, expert, found, images) for expert in range(FOLDS)]
    own = [patch for patch in found if patch.fold >= 0]
    said, folds = answers(run, experts, own), np.array([patch.fold for patch in own])
    truth = [patch.calcified for patch in own]
    weights = fitted_weights(said, truth, folds)
    export(experts, weights, run.weight_file)
    metrics = {"patches_auc": auc([patch.case for patch in own], truth, nested(said, truth, folds))}
    metrics |= other_patches(run, experts, weights, [patch for patch in found if patch.fold < 0])
    verdict = Verdict(
        {
            "names": ["patches"],
            "height": SHEET * SIDE,
            "width": SHEET * SIDE,
            "patch": SIDE,
            "spacing_mm": SPACING_MM,
            "least_spot": run.recipe.expert.least_spot,
            "least_promise": run.recipe.expert.least_promise,
            **({"wavelet": asdict(run.recipe.expert.wavelet)} if run.recipe.expert.wavelet else {}),
        },
        f"{len(own)} patches of INFN and {len(images)} views of INbreast, "
        f"{sum(len(image.spots) for image in images)} listed calcifications",
        metrics,
    )
    card = write_verdict(run, on_whole_images(run, verdict, experts, images, scale))
    rounded = [round(float(weight), 4) for weight in weights]
    training = {**card.training, "split": SPLIT, "expert_weights": rounded}
    write_card(replace(card, training=training), run.out / "cards" / f"{run.name}.toml")
    for fold in range(FOLDS):
        write_pair(run, card, fold)


SPLIT = (
    "by case and patient; expert k learns nothing of folds k and k+1 of 5 (SHA-256 of the patient), so each fold is "
    "judged by the two experts that never saw it, patches with weights fitted on the other folds, whole images by "
    "their mean; no checkpoint was chosen, the schedule was fixed beforehand. What ships is the five together, which "
    "nobody is left to judge"
)
PAIR = (
    "by case and patient; fold {fold} of {folds} by SHA-256 of the patient is known to neither of these two experts; "
    "calibration and operating points are those of all five folds"
)


def trained(
    run: Run[MicrocalcificationRecipe], expert: int, found: Sequence[Patch], images: Sequence[Spotted]
) -> keras.Model:
    """One expert (0-4), made or resumed."""
    recipe, how, hidden = run.recipe, run.recipe.expert, left_out(expert)
    keras.utils.set_random_seed(recipe.seed + expert)
    model = build_microcalcification(recipe.preset, **(asdict(how.hyper) if recipe.preset == "paper" else {}))
    learnt = [patch for patch in found if patch.fold >= 0 and patch.fold not in hidden]
    draw = batches(
        learnt,
        [image for image in images if image.fold not in hidden],
        CELLS if recipe.preset == "compact" else 1,
        how.shares,
        how.ranges,
        lambda pixels: filtered(pixels, how.wavelet) if how.wavelet else pixels,
    )
    schedule = how.schedule.for_images(len(learnt), how.shares.patches)  # by default every patch once an epoch
    fit(model, draw, LOSSES, schedule, run.folder / f"expert-{expert + 1}", recipe.seed + expert)
    return model


def answers(run: Run[MicrocalcificationRecipe], experts: Sequence[keras.Model], found: Sequence[Patch]) -> Floats:
    """(N, 5) what each expert says of each patch."""
    wavelet = run.recipe.expert.wavelet
    pixels = [patch.pixels.astype(np.float32) / np.float32(255) for patch in found]
    given = np.stack([filtered(patch, wavelet) if wavelet else patch for patch in pixels])[..., None]
    logits = [keras.ops.convert_to_numpy(expert(given, training=False)["calcified"]) for expert in experts]
    return np.asarray(1 / (1 + np.exp(-np.concatenate(logits, axis=1).astype(np.float64))), np.float64)


def other_patches(
    run: Run[MicrocalcificationRecipe], experts: Sequence[keras.Model], weights: Floats, others: Sequence[Patch]
) -> dict[str, Estimate]:
    """The external patches of DDSM, at another scale, which trained nobody: the figure of the whole committee."""
    if not others:
        return {}
    said = answers(run, experts, others) @ weights
    return {"external_patches_auc": auc([patch.case for patch in others], [p.calcified for p in others], said)}


def export(experts: Sequence[keras.Model], weights: Floats, path: Path) -> None:
    """Besides the whole answer its heatmap and, of three experts and more, its steps (pipeline/committee.py)."""
    shares = [float(weight) for weight in weights]
    sheet = build_sheet(build_committee(experts, shares))

    def cam(patches: Any) -> Mapping[str, Any]:
        return {CAM: side_by_side(answers_and_cam(sheet, patches, "calcified")[1], SHEET)}

    steps = [build_sheet_of_shares(step) for step in build_stages(experts, shares)]
    also = {CAM: cam, **dict(zip(STEPS, map(_serving, steps), strict=bool(steps)))}
    export_function(_serving(sheet), {"patches": (SHEET * SIDE, SHEET * SIDE, 1)}, path, also=also)


def _serving(sheet: keras.Model) -> Callable[..., Mapping[str, Any]]:
    def run(patches: Any) -> Mapping[str, Any]:
        said: Mapping[str, Any] = sheet(patches, training=False)
        return said

    return run


def on_whole_images(
    run: Run[MicrocalcificationRecipe],
    verdict: Verdict,
    experts: Sequence[keras.Model],
    images: Sequence[Spotted],
    detector: Sequence[Mapping[str, Any]],
) -> Verdict:
    """The stage itself on every image, by the mean of the two experts that never saw its patient; then calibrated."""
    marked: list[SignedImage] = []
    for fold in range(FOLDS):
        pair = list(judges(fold))
        ours = pair_of(run, fold)
        export([experts[i] for i in pair], np.full(len(pair), 1 / len(pair)), ours.weight_file)
        committee = SheetCommittee(*opened(ours, verdict.input))
        marked += [signed(run, image, committee) for image in images if image.fold == fold]
    return judged(verdict, marked, detector)


def pair_of(run: Run[MicrocalcificationRecipe], fold: int) -> Run[MicrocalcificationRecipe]:
    """Where the two experts that never saw a fold lie: a folder of weights for `mammoscope evaluate --held-out`."""
    return replace(run, out=run.folder / f"fold-{fold}")


def write_pair(run: Run[MicrocalcificationRecipe], card: Card, fold: int) -> None:
    """The card of those two, beside the file that judged the fold's whole images. It has no figures of its own."""
    ours = pair_of(run, fold)
    training = {**card.training, "split": PAIR.format(fold=fold, folds=FOLDS)}
    pair = replace(card, sha256=digest(ours.weight_file), metrics={}, training=training)
    write_card(pair, ours.out / "cards" / f"{run.name}.toml")


def signed(run: Run[MicrocalcificationRecipe], image: Spotted, committee: SheetCommittee) -> SignedImage:
    mammogram = image.example.load()
    prepared = preprocess(mammogram, run.recipe.preprocessing)
    clusters = clusters_of(mammogram, prepared, committee)
    hits, listed = hits_of(image, [cluster.finding(prepared, 1.0) for cluster in clusters])
    marks = tuple((signs_of(cluster.spots), hit) for cluster, hit in zip(clusters, hits, strict=True))
    return SignedImage(image.example.patient, image.fold, marks, listed, image.complete)


def detector_points(run: Run[MicrocalcificationRecipe]) -> tuple[Mapping[str, Any], ...]:
    """Operating points of the recipe's detector, whose card lies in --out or ships; none where the recipe names none.

    Raises RecipeError for a detector that has no card there, or whose card has no operating points.
    """
    if not run.recipe.detector:
        return ()
    paths = [folder / "cards" / f"{run.recipe.detector}.toml" for folder in (run.out, SHIPPED)]
    card = next((read_card(path) for path in paths if path.is_file()), None)
    if card is None or not card.operating_points:
        raise RecipeError(f"detector: expected a card with operating points at {paths[0]}; leave it empty for none")
    return card.operating_points
