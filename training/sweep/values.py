"""What is tried (steps), what came of it (trials), and what was chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from training.metrics import Estimate

Entries = Mapping[str, Any]  # a recipe as its TOML holds it


def label(figure: str) -> str:
    """A figure's name as a reader knows it: macro_f1 is macro F1."""
    known = {"f1": "F1", "auc": "AUC", "ppv": "PPV", "iou": "IoU"}
    return " ".join(known.get(word, word) for word in figure.split("_"))


@dataclass(frozen=True)
class Step:
    """One setting, tried with each of its values while all others stay as the steps before chose them."""

    title: str
    setting: str  # as the TOML nests it: view.schedule.learning_rate
    values: tuple[Any, ...]  # as TOML holds them


@dataclass(frozen=True)
class Trial:
    """One training and its figures on the inner validation patients."""

    key: str  # of recipe and folds: the same trial is never run twice
    settings: Mapping[str, Any]  # setting -> value, of those that the sweep varies
    figures: Mapping[str, Estimate]
    confusion: tuple[tuple[int, ...], ...]  # rows are the truth; empty where there are no classes
    losses: tuple[float, ...]  # of the training, one an epoch
    seconds: float

    def figure(self, name: str) -> float:
        """Raises KeyError where the trial has no such figure."""
        return self.figures[name].value


@dataclass(frozen=True)
class Taken:
    """A step that was done."""

    step: Step
    tried: tuple[tuple[Any, Trial], ...]  # (value, trial) in the order of the values
    chosen: Any  # one of the values

    @property
    def best(self) -> Trial:
        return next(trial for value, trial in self.tried if value == self.chosen)


@dataclass(frozen=True)
class Sweep:
    objective: str  # the figure that chooses
    start: Trial
    steps: tuple[Taken, ...]
    entries: Entries  # the recipe that was chosen

    @property
    def best(self) -> Trial:
        return self.steps[-1].best if self.steps else self.start

    @property
    def trials(self) -> tuple[Trial, ...]:
        """Each once, in the order in which they were first needed."""
        found = {self.start.key: self.start}
        for taken in self.steps:
            for _, trial in taken.tried:
                found.setdefault(trial.key, trial)
        return tuple(found.values())
