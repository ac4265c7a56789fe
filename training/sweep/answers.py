"""What a whole-view network says of views whose truth is known, and the figures of that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.masking import LEVELS
from pipeline.classify import squashed
from training.cache import PreparedExample
from training.draws import Draws, Floats
from training.figures import accuracy, balanced_accuracy, confusion, f1, share
from training.metrics import Estimate

View = NDArray[np.float32]  # (height, width), 0..1
Network = Callable[[View], NDArray[Any]]  # -> probabilities (C,)


@dataclass(frozen=True, eq=False)
class Answers:
    """One row a view."""

    patients: tuple[str, ...]  # "data set/patient", so that nobody is taken for her namesake
    datasets: tuple[str, ...]
    strata: tuple[str, ...]  # machine, or data set where it is unknown
    truth: NDArray[np.int64]  # (N,) class
    said: Floats  # (N, C) probabilities; (N, 1) of yes for a yes-no question

    def of(self, dataset: str) -> Answers:
        rows = [i for i, name in enumerate(self.datasets) if name == dataset]
        named = ([values[i] for i in rows] for values in (self.patients, self.datasets, self.strata))
        patients, datasets, strata = map(tuple, named)
        return Answers(patients, datasets, strata, self.truth[rows], self.said[rows])

    def reordered(self, order: Sequence[int]) -> Answers:
        """Column i of the new answers is column `order[i]` of these."""
        return replace(self, said=self.said[:, list(order)])

    @property
    def levels(self) -> NDArray[np.int64]:
        """(N,) the most probable class."""
        return np.asarray(self.said.argmax(axis=1), np.int64)


def asked(network: Network, views: Sequence[PreparedExample], truth: Sequence[int], size: tuple[int, int]) -> Answers:
    """`size` is height and width of what the network sees."""
    examples = [view.example for view in views]
    return Answers(
        tuple("/".join(example.unit) for example in examples),
        tuple(example.dataset for example in examples),
        tuple(str(example.machine or example.dataset) for example in examples),
        np.asarray(truth, np.int64),
        np.array([network(squashed(view.pixels, *size)) for view in views], np.float64),
    )


def level_figures(answers: Answers) -> dict[str, Estimate]:
    """Accuracy, and F1, precision and recall as means over the levels that occur, with patient-bootstrap intervals."""
    draws = Draws.of(answers.patients)
    table = confusion(answers.truth, answers.levels, len(LEVELS), draws.weights(answers.patients))
    present = table[0].sum(axis=1) > 0
    hits = np.diagonal(table, axis1=1, axis2=2)
    precision = np.nan_to_num(share(hits, table.sum(axis=1)))  # a level that is never said counts as never right
    values = {
        "accuracy": accuracy(table),
        "macro_f1": f1(table)[:, present].mean(axis=1),
        "macro_precision": precision[:, present].mean(axis=1),
        "macro_recall": balanced_accuracy(table),
    }
    return {name: draws.estimate(value, len(answers.truth)) for name, value in values.items()}


def counted(answers: Answers) -> tuple[tuple[int, ...], ...]:
    """Confusion matrix in the order of LEVELS: rows are the truth, columns what was said."""
    table = confusion(answers.truth, answers.levels, len(LEVELS), np.ones((1, len(answers.truth))))[0]
    return tuple(tuple(int(cell) for cell in row) for row in table)
