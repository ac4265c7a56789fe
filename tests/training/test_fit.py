"""Training that can be stopped and gone on with, and ships the average of its weights."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

keras = pytest.importorskip("keras")

from training.fit import Batch, Drawn, Schedule, fit  # noqa: E402

SCHEDULE = Schedule(epochs=4, steps_per_epoch=3, learning_rate=0.05, average=0.5, seed=11)


def line(rng: np.random.Generator) -> Batch:
    """y = 2 x, with the slope for a network of one weight to find."""
    x = rng.random((8, 1)).astype(np.float32)
    return x, 2 * x, np.ones(8, np.float32)


def network() -> Any:
    keras.utils.set_random_seed(3)
    return keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")])


def trained(folder: Path, schedule: Schedule = SCHEDULE, keep: Path | None = None) -> tuple[float, set[float]]:
    """(the weight that ships, the first x of every batch that was drawn); `keep` gets the run as after two epochs."""
    seen: set[float] = set()

    def draw(rng: np.random.Generator) -> Batch:
        if keep is not None and not keep.exists() and epochs_done(folder) == 2:
            shutil.copytree(folder, keep)
        batch = line(rng)
        seen.add(float(batch[0][0, 0]))
        return batch

    model = network()
    fit(model, draw, "mean_squared_error", schedule, folder)
    return float(model.get_weights()[0][0, 0]), seen


def epochs_done(folder: Path) -> int:
    kept = folder / "backup" / "training_metadata.json"
    return int(json.loads(kept.read_text())["epoch"]) if kept.exists() else 0


def expected_draws(epochs: range) -> set[float]:
    """What the batches of these epochs start with: seed, epoch and step decide, nothing else."""
    steps = [(SCHEDULE.seed, epoch, step) for epoch in epochs for step in range(SCHEDULE.steps_per_epoch)]
    return {float(line(np.random.default_rng(step))[0][0, 0]) for step in steps}


def test_every_batch_depends_on_seed_epoch_and_step_alone(tmp_path: Path) -> None:
    _, seen = trained(tmp_path)
    assert seen >= expected_draws(range(SCHEDULE.epochs))
    assert Drawn(line, SCHEDULE)[2][0][0, 0] == line(np.random.default_rng((11, 0, 2)))[0][0, 0]


def test_a_stopped_run_goes_on_with_the_batches_it_would_have_seen(tmp_path: Path) -> None:
    """In an order that Keras shuffles within the epoch, so it ends close by and not at the very same weight."""
    whole, _ = trained(tmp_path / "whole", keep=tmp_path / "parts")
    resumed, seen = trained(tmp_path / "parts")
    assert resumed == pytest.approx(whole, rel=0.02)
    assert not seen & expected_draws(range(1, 2))
    assert seen >= expected_draws(range(2, 4))
    assert len((tmp_path / "parts" / "log.csv").read_text().splitlines()) == 1 + SCHEDULE.epochs


def test_a_finished_run_is_not_trained_again(tmp_path: Path) -> None:
    first, _ = trained(tmp_path)
    again, _ = trained(tmp_path)
    assert again == pytest.approx(first, abs=1e-6)


def test_the_average_ships_and_not_the_last_weight(tmp_path: Path) -> None:
    """Nearly no memory of earlier steps gives the last weight; a long memory stays near the start at 0."""
    at_once, _ = trained(tmp_path / "at once", Schedule(4, 3, 0.05, average=0.001, seed=11))
    slowly, _ = trained(tmp_path / "slowly", Schedule(4, 3, 0.05, average=0.9, seed=11))
    assert 0 < slowly < 0.7 * at_once


def test_the_line_is_found(tmp_path: Path) -> None:
    slope, _ = trained(tmp_path, Schedule(epochs=5, steps_per_epoch=30, learning_rate=0.1, average=0.9))
    assert slope == pytest.approx(2, abs=0.01)


def test_steps_are_epochs_times_steps_of_an_epoch() -> None:
    assert SCHEDULE.steps == 12
