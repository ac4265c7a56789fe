"""One way to train every Keras network of ours: drawn batches, a schedule, averaged weights, resumable.

Runs under any Keras backend (KERAS_BACKEND=tensorflow, jax or torch): NumPy draws the batches, Keras does the rest.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import keras
import numpy as np

from training.checkpoint import Checkpoint
from training.progress import Log
from training.recipes.values import Schedule

__all__ = ["Batch", "Draw", "Judge", "Schedule", "fit"]

Batch = tuple[Any, Any, Any]  # inputs, labels, weights, as keras.Model.fit takes them
Draw = Callable[[np.random.Generator], Batch]
MEASURED = 3  # batches
FEW = 8  # steps in all: tracing their graph would take TensorFlow longer than taking them without one
Judge = Callable[[Any], float]  # a network's figure on patients kept out of the training; more is better
FIGURE = "choosing_figure"


class Drawn(keras.utils.PyDataset):
    """Batches of one epoch. They depend on seed, epoch and number alone, so a resumed run sees what it would have."""

    def __init__(self, draw: Draw, steps: int, seed: int, epoch: int) -> None:
        super().__init__(workers=1, use_multiprocessing=False, max_queue_size=4)
        self._draw, self._steps, self._key = draw, steps, (seed, epoch)
        self.size = 0  # of a batch

    def __len__(self) -> int:
        return self._steps

    def __getitem__(self, step: int) -> Batch:
        batch = self._draw(np.random.default_rng((*self._key, step)))
        self.size = len(batch[1])
        return batch


class _Averaging:
    """Mixed into an optimizer: Keras writes the average over the weights whenever fit() ends, we only when asked."""

    def finalize_variable_values(self, var_list: Any) -> None:
        pass

    def average_into(self, variables: Sequence[Any]) -> None:
        super().finalize_variable_values(variables)  # type: ignore[misc]


class AveragedAdamW(_Averaging, keras.optimizers.AdamW):
    pass


class AveragedAdam(_Averaging, keras.optimizers.Adam):
    pass


class AveragedRMSprop(_Averaging, keras.optimizers.RMSprop):
    pass


class AveragedSGD(_Averaging, keras.optimizers.SGD):
    pass


OPTIMIZERS = {"adamw": AveragedAdamW, "adam": AveragedAdam, "rmsprop": AveragedRMSprop, "sgd": AveragedSGD}


def fit(
    model: Any, draw: Draw, loss: Any, schedule: Schedule, folder: Path, seed: int = 7, judge: Judge | None = None
) -> Any:
    """Train `model` in place, from wherever `folder` says the run stopped, and give it back with what ships.

    That is the weights' average at the end, or, where the schedule chooses the best, the average after the epoch whose
    `judge` was highest. `folder` keeps the run: state.npz, best.npz, log.csv, curves.png and tensorboard/.
    """
    if schedule.choose == "best" and judge is None:
        raise ValueError('choose = "best" needs patients to choose by; this training has none, use "last"')
    optimizer, log = optimizer_of(schedule), Log(folder, schedule.epochs)
    model.compile(optimizer, loss, run_eagerly=_few(schedule))
    optimizer.build(model.trainable_variables)
    state = Checkpoint(folder / "state.npz", [*model.variables, *optimizer.variables])
    best = Checkpoint(folder / "best.npz", model.variables)
    done = int(state.restore() or 0)
    log.go_on_at(done)
    for epoch in range(done, schedule.epochs):
        if schedule.decay in ("plateau", "tenth"):
            optimizer.learning_rate = next_rate(log.rows, schedule)
        _one_epoch(model, Drawn(draw, schedule.steps_per_epoch, seed, epoch), log, judge, best, schedule)
        state.save(epoch + 1)
    if schedule.choose == "best":
        best.restore()
    else:
        optimizer.average_into(model.trainable_variables)
    return model


def _few(schedule: Schedule) -> bool:
    return keras.backend.backend() == "tensorflow" and schedule.epochs * schedule.steps_per_epoch <= FEW


def pictures_of(draw: Draw, seed: int) -> Any:
    """The pictures (N, H, W, 1) of MEASURED batches, by which the batch norms of start weights are measured."""
    return np.concatenate([draw(np.random.default_rng((seed, i)))[0] for i in range(MEASURED)])


def optimizer_of(schedule: Schedule) -> Any:
    decay = {"weight_decay": schedule.weight_decay} if schedule.optimizer == "adamw" else {}
    average = {"use_ema": True, "ema_momentum": schedule.average} if schedule.average else {}
    clip = {"global_clipnorm": schedule.clip} if schedule.clip else {}
    return OPTIMIZERS[schedule.optimizer](rate_of(schedule), **decay, **average, **clip)


def rate_of(schedule: Schedule) -> Any:
    """Warm-up and cosine to a fiftieth (Loshchilov & Hutter 2017, arXiv:1608.03983), or a plain number."""
    if schedule.decay != "cosine":
        return schedule.learning_rate
    warm_up = schedule.warm_up_steps
    return keras.optimizers.schedules.CosineDecay(
        0.0, schedule.steps - warm_up, alpha=0.02, warmup_target=schedule.learning_rate, warmup_steps=warm_up
    )


def next_rate(rows: Sequence[dict[str, float]], schedule: Schedule) -> float:
    """The rate for the epoch after those in `rows`.

    A tenth in the schedule's second half; or halved whenever `patience` epochs on end brought nothing better, which is
    a higher figure on the choosing patients, or without them a lower loss.
    """
    if schedule.decay == "tenth":
        return schedule.learning_rate / (1 if len(rows) < schedule.epochs / 2 else 10)
    rate, best, flat = schedule.learning_rate, -np.inf, 0
    for row in rows:
        figure = row.get(FIGURE, -row["loss"])
        flat = 0 if figure > best else flat + 1
        best = max(best, figure)
        if flat == schedule.patience:
            rate, flat = rate / 2, 0
    return rate


def _one_epoch(model: Any, batches: Drawn, log: Log, judge: Judge | None, best: Checkpoint, schedule: Schedule) -> None:
    started = time.monotonic()
    history = model.fit(batches, epochs=1, verbose=0, shuffle=False).history
    seconds = time.monotonic() - started
    values = {name: float(value[0]) for name, value in history.items()}
    values["learning_rate"] = float(keras.ops.convert_to_numpy(model.optimizer.learning_rate))
    if judge is not None:
        with _averaged(model):
            values[FIGURE] = judge(model)
            if schedule.choose == "best" and _is_better(values[FIGURE], best.number()):
                best.save(values[FIGURE])
    log.add(values, len(batches) * batches.size, seconds)


def _is_better(figure: float, known: float | None) -> bool:
    return known is None or figure > known


@contextmanager
def _averaged(model: Any) -> Iterator[None]:
    """The network as it would ship now."""
    kept = [keras.ops.convert_to_numpy(variable) for variable in model.trainable_variables]
    model.optimizer.average_into(model.trainable_variables)
    try:
        yield
    finally:
        for variable, value in zip(model.trainable_variables, kept, strict=True):
            variable.assign(value)
