"""What every training shares: where things lie, who trains and who judges, and what it starts from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from models.imagenet import FoldedLayer, folded_layers
from models.toml import dumped
from training.cache import PreparedExample, prepared
from training.datasets.base import Example
from training.datasets.phantoms import phantoms
from training.datasets.registry import DATASETS
from training.recipes.read import RecipeError
from training.recipes.values import Choice, Source, TrainingRecipe
from training.split import FOLDS, fold_of, split
from training.start_weights import fill, fill_measured, find_start

R_co = TypeVar("R_co", bound=TrainingRecipe, covariant=True)


@dataclass(frozen=True, eq=False)
class Parts:
    """Examples by what they are for; no patient is in two of them."""

    training: list[Example]
    choosing: list[Example]  # their figure chooses the epoch that ships; empty where the last one does
    validation: list[Example]  # the card's figures come from them; empty where everybody trains


@dataclass(frozen=True)
class Run(Generic[R_co]):
    """One call of `mammoscope train`."""

    recipe: R_co
    data: Path  # holds the data sets' folders
    out: Path  # weights/, cards/ and the run's own files go here
    held_out: int | None = 0  # fold of patients that validate; None: everybody trains
    words: tuple[str, ...] = ()  # as typed: the recipe, then what was asked for besides --data and --out

    @property
    def name(self) -> str:
        return self.recipe.weights_name

    @property
    def command(self) -> str:
        """What to type to make these weights again."""
        first, *others = self.words or (f"{self.recipe.task}-{self.recipe.preset}",)
        return " ".join(("mammoscope train", first, "--data ROOT --out DIR", *others))

    @property
    def folder(self) -> Path:
        """Of the run itself: its state, log, curves."""
        return self.out / self.name

    @property
    def weight_file(self) -> Path:
        return self.out / "weights" / f"{self.name}.tflite"

    @property
    def who_validates(self) -> str:
        """The first line of the recipe that is kept beside a run."""
        return f"# validates: fold {self.held_out}"

    def claim(self) -> None:
        """Keep the recipe beside the run. Raises RecipeError where the folder holds a run of another one."""
        self.folder.mkdir(parents=True, exist_ok=True)
        kept, mine = self.folder / "recipe.toml", f"{self.who_validates}\n{recipe_toml(self.recipe)}"
        begun = any(path != kept for path in self.folder.iterdir())  # one that failed on its data left its recipe alone
        if begun and kept.is_file() and kept.read_text(encoding="utf-8") != mine:
            raise RecipeError(
                f"{kept} is of another recipe, fold or length: choose another --out, or delete its folder"
            )
        kept.write_text(mine, encoding="utf-8")

    def examples(self, sources: Sequence[Source] | None = None) -> list[Example]:
        """All of `sources`, by default the recipe's sets, in their order. Raises WrongLayout or RecipeError."""
        sets = self.recipe.data.sets if sources is None else sources
        if unknown := [one.reader for one in sets if one.reader not in DATASETS]:
            raise RecipeError(f"no data set {', '.join(unknown)}; `mammoscope data list` names them")
        return [example for one in sets for example in DATASETS[one.reader].read(self.data / one.folder)]

    def phantoms(self) -> list[Example]:
        data = self.recipe.data
        return phantoms(self.out / "phantoms", data.phantoms, data.phantom_size)

    def parts(self, examples: Iterable[Example], choose: Choice = "last") -> Parts:
        """By patient. Who chooses is taken from those who would train, never from those who validate."""
        training, validation = split(examples, self.held_out or 0)
        if self.held_out is None:
            if choose == "best":
                raise RecipeError('--all leaves nobody to choose the best epoch by; use a recipe with choose = "last"')
            return Parts([*training, *validation], [], [])
        if choose == "last":
            return Parts(training, [], validation)
        chooses = [fold_of(*example.unit) == self.choosing_fold for example in training]
        return Parts(
            [example for example, chosen in zip(training, chooses, strict=True) if not chosen],
            [example for example, chosen in zip(training, chooses, strict=True) if chosen],
            validation,
        )

    @property
    def choosing_fold(self) -> int:
        return ((self.held_out or 0) + 1) % FOLDS

    def prepared(self, examples: Sequence[Example]) -> list[PreparedExample]:
        recipe = self.recipe
        return prepared(list(examples), recipe.preprocessing, recipe.data.longest, self.out / "cache")

    @property
    def start_file(self) -> Path | None:
        """ImageNet weights to start from, where the recipe names a file that is at hand; never downloaded."""
        return find_start(self.data, self.recipe.start)

    def start(self, model: Any) -> None:
        """Fill the Keras `model`'s backbones from the start file; they stay random, and it is said so, without it."""
        if self.start_file is not None:
            fill(model, self.start_file)
        elif self.recipe.start:
            print(f"{self.recipe.start} is not at hand: starting from random weights")

    def start_measured(
        self, model: Any, pictures: NDArray[np.float32], layers: Sequence[FoldedLayer] | None = None
    ) -> None:
        """The same for a MobileNetV2 whose batch norms shall train: measured on `pictures` (N, H, W, 1) in 0..1.

        `layers` start it where they are given, else the start file does.
        """
        known = layers or (folded_layers(self.start_file) if self.start_file else None)
        if known is None:
            self.start(model)
        else:
            fill_measured(model, known, pictures)


def recipe_toml(recipe: TrainingRecipe) -> str:
    def without_none(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: without_none(item) for key, item in value.items() if item is not None}
        return value

    return dumped(without_none(asdict(recipe)))
