"""Run by test_fit.py as a process of its own, to be killed: child_training.py FOLDER EPOCHS_BEFORE_IT_DAWDLES."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import keras
import numpy as np

from training.checkpoint import Checkpoint
from training.fit import Batch, Schedule, fit

SCHEDULE = Schedule(epochs=5, steps_per_epoch=4, learning_rate=0.02, average=0.9)


def main(folder: Path, dawdle_after: int) -> None:
    keras.utils.set_random_seed(5)
    layers = keras.layers
    hidden = [layers.Dense(8), layers.BatchNormalization(), layers.ReLU(), layers.Dropout(0.3), layers.Dense(1)]
    model = keras.Sequential([keras.Input((6,)), *hidden])
    folder.mkdir(exist_ok=True)

    def draw(rng: np.random.Generator) -> Batch:
        if dawdle_after and (Checkpoint(folder / "state.npz", []).number() or 0) >= dawdle_after:
            time.sleep(60)
        x = rng.random((16, 6)).astype(np.float32)
        with (folder / "drawn.txt").open("a") as file:
            file.write(f"{x[0, 0]}\n")
        return x, x.sum(axis=1, keepdims=True), np.ones(16, np.float32)

    fit(model, draw, "mean_squared_error", SCHEDULE, folder, seed=3)
    np.savez(folder / "shipped.npz", *model.get_weights())


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
