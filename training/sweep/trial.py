"""One trial: the very training that `mammoscope train` runs, on and judged by training patients alone."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from models.masking import LEVELS
from models.toml import dumped
from models.weights import read_card
from pipeline.finding import MaskingLevel
from pipeline.models import LiteRtMasking
from training.cache import PreparedExample, prepared
from training.datasets.base import Example
from training.metrics import Estimate
from training.progress import Log
from training.recipes.values import Source, TrainingRecipe
from training.run import Run
from training.split import FOLDS, split
from training.sweep.answers import Answers, asked, counted, level_figures
from training.sweep.settings import current, write
from training.sweep.values import Entries, Trial
from training.train import read, train
from training.verdict import opened

TO_KEEP = 600e6  # bytes of prepared images that stay in memory from one trial to the next


@dataclass(frozen=True)
class Inner(Run[TrainingRecipe]):
    """A run whose examples leave out everybody of fold `kept_back`; fold `held_out` of the others validates."""

    kept_back: int = 0
    cache: Path = Path()
    kept: dict[tuple[Path, ...], list[PreparedExample]] = field(default_factory=dict, compare=False, repr=False)

    def examples(self, sources: Sequence[Source] | None = None) -> list[Example]:
        others, _ = split(super().examples(sources), self.kept_back)
        return others

    def prepared(self, examples: Sequence[Example]) -> list[PreparedExample]:
        key = tuple(example.path for example in examples)
        if key not in self.kept:
            found = prepared(list(examples), self.recipe.preprocessing, self.recipe.data.longest, self.cache)
            if sum(item.pixels.nbytes for item in found) > TO_KEEP:
                return found
            self.kept[key] = found
        return self.kept[key]


@dataclass(frozen=True)
class Trials:
    """Runs trials below `out`/trials; one that is finished there is read, one that was stopped goes on."""

    data: Path
    out: Path
    held_out: int  # fold that no trial sees
    varied: tuple[str, ...] = ()  # settings that the sweep varies
    kept: dict[tuple[Path, ...], list[PreparedExample]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def inner(self) -> int:
        """The fold of training patients that judges the trials."""
        return (self.held_out + 1) % FOLDS

    def __call__(self, entries: Entries) -> Trial:
        result = self.folder(entries) / "trial.json"
        if result.is_file():
            return read_trial(result)
        started = time.monotonic()
        run = self.run(entries)
        with (self.folder(entries) / "train.log").open("a", buffering=1, encoding="utf-8") as log, redirect_stdout(log):
            train(run)
        figures, confusion = judged(run)
        settings = {name: current(entries, name) for name in self.varied}
        losses = tuple(row["loss"] for row in Log(run.folder, 0).rows if "loss" in row)
        seconds = round(time.monotonic() - started, 2)
        trial = Trial(self.key(entries), settings, figures, confusion, losses, seconds)
        partial = result.with_suffix(".part")  # there entirely or not at all
        partial.write_text(json.dumps(asdict(trial), indent=1), encoding="utf-8")
        partial.replace(result)
        return trial

    def key(self, entries: Entries) -> str:
        said = f"{dumped(entries)}# held out {self.held_out}, judged by {self.inner}"
        return sha256(said.encode()).hexdigest()[:12]

    def folder(self, entries: Entries) -> Path:
        return self.out / "trials" / self.key(entries)

    def run(self, entries: Entries) -> Inner:
        """Raises RecipeError where the recipe does not read."""
        folder = self.folder(entries)
        recipe = read(write(entries, folder / "trial.toml"))
        said = f"A trial of a sweep: fold {self.held_out} neither trained nor judged, fold {self.inner} chose."
        recipe = replace(recipe, limits=(said, *recipe.limits))
        places: dict[str, Any] = {"kept_back": self.held_out, "cache": self.out / "cache", "kept": self.kept}
        return Inner(recipe, self.data, folder, self.inner, **places)


def read_trial(path: Path) -> Trial:
    found = json.loads(path.read_text(encoding="utf-8"))
    figures = {name: Estimate(**figure) for name, figure in found["figures"].items()}
    confusion = tuple(tuple(row) for row in found["confusion"])
    return Trial(**found | {"figures": figures, "confusion": confusion, "losses": tuple(found["losses"])})


def judged(run: Inner) -> tuple[dict[str, Estimate], tuple[tuple[int, ...], ...]]:
    """The card's figures, of the inner validation patients; for masking more of them, and the confusion matrix."""
    card = read_card(run.out / "cards" / f"{run.name}.toml")
    figures = {name: Estimate(m.value, m.low, m.high, m.n) for name, m in card.metrics.items()}
    if run.recipe.task != "masking":
        return figures, ()
    views, truth, size = masking_views(run, run.parts(run.examples()).validation)
    answers = asked(masking_network(run), views, truth, size)
    return figures | level_figures(answers), counted(answers)


def masking_network(run: Run[TrainingRecipe]) -> LiteRtMasking:
    """The exported one, as the pipeline would run it."""
    how = run.recipe.view  # type: ignore[attr-defined]
    return LiteRtMasking(*opened(run, {"names": ["image"], "height": how.height, "width": how.width}))


def masking_views(
    run: Run[TrainingRecipe], examples: Sequence[Example]
) -> tuple[list[PreparedExample], list[int], tuple[int, int]]:
    """Views with a level, their levels as rows of LEVELS, and the network's height and width."""
    views = run.prepared([example for example in examples if example.masking is not None])
    truth = [LEVELS.index(level.value) for view in views if isinstance(level := view.example.masking, MaskingLevel)]
    how = run.recipe.view  # type: ignore[attr-defined]
    return views, truth, (how.height, how.width)


def cancer_answers(run: Run[TrainingRecipe], views: Sequence[PreparedExample]) -> Answers:
    """Probabilities of the exported network, not calibrated, of views of which it is known whether it is cancer."""
    how = run.recipe.view  # type: ignore[attr-defined]
    size = (how.height, how.width)
    model, _ = opened(run, {"names": ["image"], "height": size[0], "width": size[1]})

    def network(view: Any) -> Any:
        return 1 / (1 + np.exp(-np.asarray(model(view[None, :, :, None])[0][0], np.float64)))

    return asked(network, views, [int(bool(view.example.cancer)) for view in views], size)
