"""Run by test_backends.py under one Keras backend: NETWORK PRESET FOLDER trains it for two steps and ships it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np

from models.cancer import build_cancer
from models.layers import Preset
from models.masking import build_masking
from models.pathology import build_pathology
from models.segmenter import Sizes, build_segmenter
from tests.training.pictures import circle, disc
from training.augment import Ranges
from training.fit import Draw, Schedule, fit
from training.losses import OutlineLoss, outline_loss
from training.regions import Mass, outlines, pathologies
from training.ship import ship
from training.whole_image import Labelled, balanced

SCHEDULE = Schedule(epochs=2, steps_per_epoch=1, learning_rate=1e-3)
SIZES = Sizes((4, 8, 8, 8, 16), depth=1, heads=2, head_width=4, token_width=8, mlp_width=8)
MASSES = [Mass(disc(200, 160, (90, 110), 25), circle(90, 110, 25), i % 2 == 1, "set", str(i)) for i in range(4)]


def views(classes: int, height: int, width: int) -> Draw:
    known = [Labelled(disc(height, width, (20, 30 + 10 * i), 8), i, "set") for i in range(classes)]
    return balanced(known, classes, 4, 0.1, Ranges())


def training(network: str, preset: Preset) -> tuple[Any, Draw, Any]:
    if network == "segmenter":
        loss = outline_loss(OutlineLoss(1, 1, 1))
        return build_segmenter(preset, 64, SIZES), outlines([MASSES], [4], 64), loss
    binary = keras.losses.BinaryCrossentropy(from_logits=True)
    if network == "pathology":
        return build_pathology(preset, 64), pathologies(MASSES, 4, 64, 0.25), binary
    if network == "cancer":
        return build_cancer(preset, 64, 64), views(2, 64, 64), binary
    return build_masking(preset, 64, 64), views(3, 64, 64), keras.losses.CategoricalCrossentropy(from_logits=True)


def main(network: str, preset: Preset, folder: Path) -> None:
    keras.utils.set_random_seed(1)
    model, draw, loss = training(network, preset)
    before = [keras.ops.convert_to_numpy(weight) for weight in model.trainable_weights]
    fit(model, draw, loss, SCHEDULE, folder, judge=lambda known: 0.0)
    after = [keras.ops.convert_to_numpy(weight) for weight in model.trainable_weights]
    assert all(np.isfinite(weight).all() for weight in after)
    moved = np.mean([not np.array_equal(one, other) for one, other in zip(before, after, strict=True)])
    assert moved > 0.9, moved
    inputs, _, _ = draw(np.random.default_rng(0))
    one = {name: part[:1] for name, part in inputs.items()} if isinstance(inputs, dict) else inputs[:1]
    answer = keras.ops.convert_to_numpy(model(one, training=False))
    ship(model, folder / "network.tflite")
    np.savez(folder / "answer.npz", answer=answer, **(one if isinstance(one, dict) else {"only": one}))
    print(keras.backend.backend())


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))  # type: ignore[arg-type]
