"""The published masking network, as its authors saved it (Keras 2), judged and never shipped.

Neither the order of its classes nor the scale of its greys is written in the file, so both are taken as they suit it
best on patients of the training: that can only flatter it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.masking import LEVELS
from training.cache import PreparedExample
from training.figures import balanced_accuracy, confusion
from training.sweep.answers import Answers, asked

FILE = "masking_comparator/best_model.h5"  # below --data
SCALES = (1.0, 255.0)  # greys 0..1 and 0..255


@dataclass(frozen=True, eq=False)
class Published:
    """`network(images)` gives probabilities; `size` is the height and width it was built for."""

    network: Any
    size: tuple[int, int]
    scale: float
    order: tuple[int, ...]  # its column for low, medium, high

    def answers(self, views: Sequence[PreparedExample], truth: Sequence[int]) -> Answers:
        return _asked(self.network, views, truth, self.size, self.scale).reordered(self.order)

    @property
    def words(self) -> str:
        columns = sorted(range(len(LEVELS)), key=lambda level: self.order[level])
        classes = ", ".join(LEVELS[level] for level in columns)
        greys = f"fed the views of the others as greys 0..{self.scale:g}"
        return f"{greys}, classes {classes}: of both what suited it best on training patients"


def opened(path: Path, views: Sequence[PreparedExample], truth: Sequence[int]) -> Published:
    """With scale and order as they suit it best on `views`, which must be of training patients."""
    import tf_keras  # Keras 3 does not read what Keras 2 saved

    model = tf_keras.models.load_model(path, compile=False)
    height, width = model.input_shape[1:3]
    tried = []
    for scale in SCALES:
        said = _asked(model, views, truth, (height, width), scale)
        tried += [(_recall(said.reordered(order)), scale, order) for order in permutations(range(len(LEVELS)))]
    _, scale, order = max(tried, key=lambda found: found[0])
    return Published(model, (height, width), scale, order)


def _asked(
    model: Any, views: Sequence[PreparedExample], truth: Sequence[int], size: tuple[int, int], scale: float
) -> Answers:
    def network(view: NDArray[np.float32]) -> NDArray[Any]:
        said: NDArray[Any] = np.asarray(model(view[None, :, :, None] * np.float32(scale), training=False))[0]
        return said

    return asked(network, views, truth, size)


def _recall(answers: Answers) -> float:
    table = confusion(answers.truth, answers.levels, len(LEVELS), np.ones((1, len(answers.truth))))
    return float(balanced_accuracy(table)[0])
