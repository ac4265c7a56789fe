"""What every recipe holds. A model's own part stands with its task (training/tasks)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Literal, Self, TypeVar, cast

from models.layers import Preset
from pipeline.preprocess import Recipe as Preprocessing

Choice = Literal["last", "best"]


@dataclass(frozen=True)
class Source:
    """One data set: a reader's name (`mammoscope data list`) and its folder below --data."""

    reader: str
    folder: str


@dataclass(frozen=True)
class Data:
    """What is trained on and judged by."""

    sets: tuple[Source, ...]
    longest: int  # pixels of the longer side of the prepared images that are kept
    phantoms: int = 0  # so many drawn mammograms train besides
    phantom_size: tuple[int, int] = (1024, 788)  # rows, columns

    @property
    def readers(self) -> tuple[str, ...]:
        return tuple(source.reader for source in self.sets)


BatchNorms = Literal["frozen", "measured", "kept"]  # kept: as the start weights bring them; they train on


@dataclass(frozen=True)
class Schedule:
    """How long and how fast. Steps are batches; an epoch is so many of them, and where a run is saved."""

    epochs: int
    steps_per_epoch: int  # 0: as many as it takes to draw as many images as there are
    learning_rate: float
    optimizer: Literal["adamw", "adam", "rmsprop", "sgd"] = "adamw"  # sgd: plain, no momentum
    decay: Literal["cosine", "constant", "plateau", "tenth"] = "cosine"
    # plateau: halved after `patience` flat epochs; tenth: a tenth of the rate in the second half
    warm_up: float = 0.05  # share of the steps over which a cosine's rate rises from 0
    patience: int = 3
    weight_decay: float = 1e-4  # of adamw
    clip: float = 5.0  # norm that all gradients together are held to; 0 leaves them
    average: float = 0.99  # momentum of the weight average that ships; 0 ships the last weights
    choose: Choice = "last"  # best: the epoch with the best figure on a fold of patients kept out of the training

    def __post_init__(self) -> None:
        if self.epochs < 1 or self.steps_per_epoch < 0 or self.learning_rate <= 0:
            raise ValueError("expected epochs of 1 or more, steps_per_epoch of 0 or more and a positive learning_rate")

    @property
    def steps(self) -> int:
        return self.epochs * self.steps_per_epoch

    @property
    def warm_up_steps(self) -> int:
        return max(1, round(self.steps * self.warm_up))

    def shortened(self, epochs: int | None = None, steps: int | None = None) -> Schedule:
        """For `epochs` instead of its own, or for `steps` in all; the rate's course shrinks with it."""
        if steps is not None:
            each = min(steps, self.steps_per_epoch or steps)
            return replace(self, epochs=max(1, steps // each), steps_per_epoch=each)
        return self if epochs is None else replace(self, epochs=epochs)

    def for_images(self, images: int, batch: int) -> Schedule:
        """With the steps of an epoch counted, where the recipe leaves that to the number of images."""
        return self if self.steps_per_epoch else replace(self, steps_per_epoch=max(1, -(-images // batch)))


@dataclass(frozen=True, kw_only=True)
class TrainingRecipe:
    """One training, but for the part that only its model knows."""

    task: str  # module in training/tasks that reads and runs it
    preset: Preset
    architecture: str  # in words, with its source
    seed: int
    start: str  # ImageNet weights: a file below --data, or of an installed package as "package/…"; "" and one that is
    # not there start from random ones
    data: Data
    preprocessing: Preprocessing
    limits: tuple[str, ...]  # what the card warns of, one sentence each
    name: str = ""  # of weights and card; by default <preset>-<task>
    calibration: Literal["temperature", "platt", "isotonic"] = "platt"  # of a yes-or-no network, on validation patients

    @property
    def weights_name(self) -> str:
        return self.name or f"{self.preset}-{self.task}"

    def with_sets(self, readers: Sequence[str]) -> Self:
        """On other data sets, each in the folder of its reader's name unless the recipe knows better."""
        known = {source.reader: source for source in self.data.sets}
        sets = tuple(known.get(reader, Source(reader, reader)) for reader in readers)
        instead = f"Trained on {', '.join(readers)}; the recipe and its limits were written for {', '.join(known)}."
        return replace(self, data=replace(self.data, sets=sets), limits=(instead, *self.limits))

    def shortened(self, epochs: int | None, steps: int | None) -> Self:
        """With every schedule in it shortened, for a small run."""
        return self if epochs is steps is None else _shortened(self, epochs, steps)


T = TypeVar("T")


def _shortened(value: T, epochs: int | None, steps: int | None) -> T:
    if isinstance(value, Schedule):
        return cast(T, value.shortened(epochs, steps))
    if not is_dataclass(value) or isinstance(value, type):
        return value
    return replace(value, **{f.name: _shortened(getattr(value, f.name), epochs, steps) for f in fields(value)})
