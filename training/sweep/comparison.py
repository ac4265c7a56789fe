"""After the sweep, once: what it chose, what it started from and the comparators, on the held-out patients."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from models.masking import LEVELS
from models.weights import cards
from pipeline.inference import open_model
from pipeline.models import LiteRtMasking
from training.cache import PreparedExample
from training.metrics import Estimate
from training.recipes.read import RecipeError
from training.recipes.values import TrainingRecipe
from training.run import Run
from training.split import FOLDS
from training.sweep import published, vgg16
from training.sweep.answers import Answers, asked, counted, level_figures
from training.sweep.trial import Trials, masking_network, masking_views
from training.sweep.values import Entries, Sweep


@dataclass(frozen=True)
class Files:
    """Weights of others; None where they are not at hand."""

    vgg16: Path | None
    published: Path | None
    with_vgg16: bool = True
    vgg16_views: int | None = None  # learns from so many training views at most: each takes a second of a busy CPU


@dataclass(frozen=True)
class Compared:
    """One network on the held-out patients."""

    name: str
    note: str
    figures: dict[str, Estimate]
    recall_by_set: dict[str, Estimate]  # mean recall of the levels, chance is 0.333
    confusion: tuple[tuple[int, ...], ...]  # rows are the truth, in the order of LEVELS


@dataclass(frozen=True, eq=False)
class Views:
    """Of patients of one kind, with their levels."""

    views: list[PreparedExample]
    truth: list[int]

    def at_most(self, count: int | None) -> Views:
        """All of them, or so many drawn once and for all."""
        if count is None or count >= len(self.views):
            return self
        rows = sorted(np.random.default_rng(0).permutation(len(self.views))[:count].tolist())
        return Views([self.views[row] for row in rows], [self.truth[row] for row in rows])


def compare(
    trials: Trials, start: Entries, found: Sweep, files: Files, say: Callable[[str], None] = print
) -> tuple[Compared, ...]:
    """Start, choice and VGG16 learnt from the same patients; nothing is chosen by the held-out ones.

    Raises RecipeError where no held-out view has a level.
    """
    inner = trials.run(found.entries)
    views, truth, size = masking_views(inner, inner.parts(inner.examples()).training)
    taught, held = Views(views, truth), held_out_views(trials, inner.recipe)
    kept = found.best.key == found.start.key
    note = "the start: no other trial was better" if kept else ""
    rows = [compared("chosen by the sweep", note, _said_by(trials, found.entries, held, size))]
    if not kept:
        rows.append(compared("start of the sweep", "", _said_by(trials, start, held, size)))
    rows.append(compared("commonest level", "always said, whatever the image", _commonest(taught, held)))
    if files.with_vgg16:
        rows.append(_vgg16(trials, inner.recipe, taught.at_most(files.vgg16_views), held, size, files.vgg16, say))
    if (shipped := _shipped(trials, inner.recipe, held)) is not None:
        rows.append(shipped)
    if files.published is not None:
        network = published.opened(files.published, taught.views, taught.truth)
        rows.append(compared("published file", network.words, network.answers(held.views, held.truth)))
    return tuple(rows)


def held_out_views(trials: Trials, recipe: TrainingRecipe) -> Views:
    outside: Run[TrainingRecipe] = Run(recipe, trials.data, trials.out, trials.held_out)
    views, truth, _ = masking_views(outside, outside.parts(outside.examples()).validation)
    if not views:
        raise RecipeError("no held-out view with a masking level to compare on")
    return Views(views, truth)


def compared(name: str, note: str, answers: Answers) -> Compared:
    sets = dict.fromkeys(answers.datasets)
    recalls = {one: level_figures(answers.of(one))["macro_recall"] for one in sets} if len(sets) > 1 else {}
    return Compared(name, note, level_figures(answers), recalls, counted(answers))


def _said_by(trials: Trials, entries: Entries, held: Views, size: tuple[int, int]) -> Answers:
    return asked(masking_network(trials.run(entries)), held.views, held.truth, size)


def _commonest(taught: Views, held: Views) -> Answers:
    level = int(np.bincount(taught.truth, minlength=len(LEVELS)).argmax())
    return asked(lambda _view: np.eye(len(LEVELS))[level], held.views, held.truth, (2, 2))


def _shipped(trials: Trials, recipe: TrainingRecipe, held: Views) -> Compared | None:
    """What the pipeline serves; None unless its card says that it never saw these patients, prepared this way."""
    card = next((card for card in cards() if card.task == "masking"), None)
    if card is None or dict(card.recipe) != asdict(recipe.preprocessing):
        return None
    if f"fold {trials.held_out} of {FOLDS} by SHA-256" not in str(card.training.get("split")):
        return None
    network = LiteRtMasking(open_model(card), card)
    answers = asked(network, held.views, held.truth, (network.height, network.width))
    return compared("shipped network", f"{card.name}, learnt from all but the held-out patients", answers)


def _vgg16(
    trials: Trials,
    recipe: TrainingRecipe,
    taught: Views,
    held: Views,
    size: tuple[int, int],
    weights: Path | None,
    say: Callable[[str], None],
) -> Compared:
    folder, how = trials.out / "vgg16", recipe.view  # type: ignore[attr-defined]
    learnt, unseen = (vgg16.features(part.views, size, weights, folder, say) for part in (taught, held))
    head = vgg16.head_on(learnt, taught.truth, how.schedule, how.batch, folder / recipe.weights_name, recipe.seed)
    silent = asked(lambda _view: np.zeros(len(LEVELS)), held.views, held.truth, (2, 2))
    return compared(
        "frozen VGG16",
        f"{vgg16.words(weights)}; {len(taught.views)} training views",
        replace(silent, said=head(unseen)),
    )
