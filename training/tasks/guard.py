"""The guard: is this a mammogram, of which look, and inside what the networks saw. Features stay ImageNet's."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from models.guard import ANSWERS, COMPONENTS, SIDE, build_guard
from models.layers import mobilenet_v2
from pipeline.guard import as_seen
from pipeline.read import read
from training.datasets.others import OtherPicture, others
from training.guard_fit import Seen, fitted, points, said
from training.guard_judge import cross_fitted, figures, of_looks
from training.guard_views import OF_MAMMOGRAMS, OF_OTHERS, TAUGHT, View, mammogram_view, other_view, variants
from training.phantom.strangers import KINDS, draw_stranger
from training.recipes.values import TrainingRecipe
from training.run import Run
from training.ship import ship
from training.split import fold_of
from training.verdict import Verdict, opened, write_verdict

Floats = NDArray[np.float32]
Picture = NDArray[np.uint8]  # (side, side), as_seen() of a view
FIRST_SEED = 100_000  # of drawn strangers, as of phantoms: smaller ones are for tests
BATCH = 64
DRAWN = "drawn-"


@dataclass(frozen=True)
class LookRecipe:
    """How the guard is trained."""

    side: int = SIDE
    components: int = COMPONENTS
    others: str = "others"  # folder below --data with a folder of pictures for each source
    most: int = 300  # pictures of a source
    drawn: int = 60  # pictures of each kind of stranger
    views: int = 1500  # of a data set: each image is changed as often as that takes
    changes: int = 7  # of one mammogram, at most
    other_changes: int = 2  # of one other picture
    strength: float = 0.01  # scikit-learn's C of the regressions
    passing: float = 0.998  # share of the mammograms of every data set that is not refused
    doubted: float = 0.01  # share of them that may be called doubtful


@dataclass(frozen=True, kw_only=True)
class GuardRecipe(TrainingRecipe):
    look: LookRecipe


RECIPE = GuardRecipe


@dataclass(frozen=True)
class Item:
    """Somewhere to get one picture from, and how often to change it."""

    stratum: str  # data set, or source of other pictures
    unit: tuple[str, str]  # what a split keeps together
    picture: Path | tuple[str, int]  # a file, or kind and seed of a stranger
    changes: int
    is_mammogram: bool


def train(run: Run[GuardRecipe]) -> None:
    how = run.recipe.look
    backbone = mobilenet_v2(how.side, how.side)
    run.start(backbone)
    model = build_guard(run.recipe.preset, how.side, how.components, backbone)
    seen, kept = seen_of(everything(run), how.side, model, run.held_out)
    folds = folds_of(seen)
    own = np.ones(len(seen), np.bool_) if run.held_out is None else folds != run.held_out
    fitted(seen.rows(own), how.components, how.strength).put_into(model)
    ship(model, run.weight_file)
    found = points(out_of_fold(seen, folds, own, how)[own], seen.rows(own), how.passing, how.doubted)
    input = {"names": ["image"], "height": how.side, "width": how.side}
    verdict = Verdict(input, said_of(seen, run.recipe.data.readers), operating_points=found)
    write_verdict(run, judged(run, verdict, seen, folds, kept) if kept else verdict)


def folds_of(seen: Seen) -> NDArray[np.int64]:
    return np.array([fold_of(*unit.split("/", 1)) for unit in seen.unit])


def out_of_fold(
    seen: Seen, folds: NDArray[np.int64], chosen: NDArray[np.bool_], how: LookRecipe, answers: Sequence[str] = TAUGHT
) -> Floats:
    """(N, 6) logits of the rows of `chosen`, each by heads that were taught on `chosen` but for its fold; else nan."""
    logits = np.full((len(seen), len(ANSWERS)), np.nan, np.float32)
    for fold in np.unique(folds[chosen]):
        rows = chosen & (folds == fold)
        heads = fitted(seen.rows(chosen & ~rows), how.components, how.strength, answers)
        logits[rows] = heads.logits(seen.features[rows])
    return logits


def judged(
    run: Run[GuardRecipe], verdict: Verdict, seen: Seen, folds: NDArray[np.int64], kept: Sequence[Picture]
) -> Verdict:
    """The served file on the fold that was held out; and all folds, each by heads that never saw it."""
    how, network = run.recipe.look, opened(run, verdict.input)[0]
    logits = np.concatenate([network((picture[None, :, :, None] / 255).astype(np.float32))[0] for picture in kept])
    others, found = seen.rows(folds == run.held_out), verdict.operating_points
    refused, doubted = (said(logits, found, word) for word in ("refused", "doubtful"))
    everybody = np.ones(len(seen), np.bool_)
    crossed = out_of_fold(seen, folds, everybody, how, ("mammogram",))
    return replace(
        verdict,
        metrics={
            **figures(others, refused, doubted),
            **of_looks(others, logits, found),
            **figures(seen, *cross_fitted(seen, folds, crossed, how.passing, how.doubted), "_cross_fitted"),
        },
    )


def said_of(seen: Seen, readers: Sequence[str]) -> str:
    """Who trained and who validated, counted."""
    strata = seen.stratum[seen.plain].tolist()
    real, drawn = sum(name in readers for name in strata), strata.count("phantoms")
    strangers = {name for name in strata if name not in (*readers, "phantoms")}
    figures = sum(name.startswith(DRAWN) for name in strangers)
    return (
        f"{real} views of {', '.join(readers)}, {drawn} phantoms; {len(strata) - real - drawn} pictures of other "
        f"things from {len(strangers)} sources, {figures} of them kinds that were drawn"
    )


def everything(run: Run[GuardRecipe]) -> list[Item]:
    """All that trains or validates, in one order. Raises WrongLayout without the folder of other pictures."""
    how = run.recipe.look
    found = [*run.examples(), *run.phantoms()]
    sizes = {name: sum(example.dataset == name for example in found) for name in {e.dataset for e in found}}
    many = {name: int(np.clip(round(how.views / size) - 1, 1, how.changes)) for name, size in sizes.items()}
    strangers = [
        Item(DRAWN + kind, ("others", DRAWN + kind), (kind, FIRST_SEED + i), how.other_changes, False)
        for kind in KINDS
        for i in range(how.drawn)
    ]
    return [
        *(Item(example.dataset, example.unit, example.path, many[example.dataset], True) for example in found),
        *strangers,
        *(Item(o.source, o.unit, o.path, how.other_changes, False) for o in others(run.data / how.others, how.most)),
    ]


def seen_of(items: Sequence[Item], side: int, model: keras.Model, held_out: int | None) -> tuple[Seen, list[Picture]]:
    """Features of every view of every item, and the pictures of those of fold `held_out`, in the same order.

    What does not decode is left out.
    """
    features = keras.Model(model.input, model.get_layer("said").input)
    rows: list[Floats] = []
    about: list[tuple[list[float], str, str, str]] = []
    kept: list[Picture] = []
    waiting: list[Picture] = []
    with ProcessPoolExecutor(2) as pool:
        for item, views in zip(items, pool.map(partial(_views, side=side), items, chunksize=16), strict=True):
            for picture, truth, how in views:
                waiting.append(picture)
                about.append((truth, item.stratum, "/".join(item.unit), how))
                if len(waiting) == BATCH:
                    rows.append(_features(features, waiting))
                    waiting.clear()
            if held_out is not None and fold_of(*item.unit) == held_out:
                kept += [picture for picture, _, _ in views]
    if waiting:
        rows.append(_features(features, waiting))
    truths, strata, units, hows = (np.array(column) for column in zip(*about, strict=True))
    return Seen(np.concatenate(rows), truths.astype(np.float32), strata, units, hows), kept


def _features(model: keras.Model, pictures: Sequence[Picture]) -> Floats:
    """Always of whole batches, so that the network is traced once."""
    stack = np.zeros((BATCH, *pictures[0].shape, 1), np.float32)
    stack[: len(pictures), ..., 0] = np.stack(pictures) / np.float32(255)
    return np.asarray(model.predict_on_batch(stack), np.float32)[: len(pictures)]


def _views(item: Item, side: int) -> list[tuple[Picture, list[float], str]]:
    view = _view(item)
    if view is None:
        return []
    changes = OF_MAMMOGRAMS if item.is_mammogram else OF_OTHERS
    rng = np.random.default_rng(list(sha256(f"{item.unit} {_name(item)}".encode()).digest()[:8]))
    return [
        (
            (as_seen(one.pixels, side) * 255).round().astype(np.uint8),
            [float(one.truth.get(answer, np.nan)) for answer in TAUGHT],
            one.how,
        )
        for one in variants(view, changes, item.changes, rng)
    ]


def _name(item: Item) -> object:
    """The same wherever the data lie."""
    return item.picture.name if isinstance(item.picture, Path) else item.picture


def _view(item: Item) -> View | None:
    if isinstance(item.picture, tuple):
        return other_view((draw_stranger(*item.picture) / 255).astype(np.float32))
    if item.is_mammogram:
        return mammogram_view(read(item.picture.read_bytes()).pixels, item.stratum)
    loaded = OtherPicture(item.stratum, item.picture).load()
    return None if loaded is None else other_view(loaded[0])
