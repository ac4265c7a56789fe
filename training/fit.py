"""One way to train every Keras network of ours: drawn batches, cosine schedule, averaged weights, resumable.

The number of steps is fixed beforehand and no checkpoint is chosen, so that figures on validation patients are not
flattered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

Batch = tuple[Any, Any, Any]  # inputs, labels, weights, as keras.Model.fit takes them
Draw = Callable[[np.random.Generator], Batch]


@dataclass(frozen=True)
class Schedule:
    """Steps are batches; a resumed run goes on after the last whole epoch."""

    epochs: int
    steps_per_epoch: int
    learning_rate: float
    weight_decay: float = 1e-4
    average: float = 0.99  # momentum of the weight average that ships
    seed: int = 7

    @property
    def steps(self) -> int:
        return self.epochs * self.steps_per_epoch


class Drawn(keras.utils.PyDataset):
    """Batches that depend on the seed and their number alone, so that a resumed run sees what it would have seen."""

    def __init__(self, draw: Draw, schedule: Schedule) -> None:
        super().__init__(workers=1, use_multiprocessing=False, max_queue_size=4)
        self._draw, self._schedule, self._epoch = draw, schedule, 0

    def __len__(self) -> int:
        return self._schedule.steps_per_epoch

    def __getitem__(self, step: int) -> Batch:
        return self._draw(np.random.default_rng((self._schedule.seed, self._epoch, step)))

    def on_epoch_end(self) -> None:
        self._epoch += 1

    def start_at(self, epoch: int) -> None:
        self._epoch = epoch


class _FollowEpoch(keras.callbacks.Callback):
    """Tells the batches which epoch a restored run really is in."""

    def __init__(self, data: Drawn) -> None:
        super().__init__()
        self._data = data

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._data.start_at(epoch)


def fit(model: keras.Model, draw: Draw, loss: Any, schedule: Schedule, folder: Path) -> keras.Model:
    """Train `model` in place and give it back with its averaged weights. `folder` keeps the run: log.csv, backup/."""
    folder.mkdir(parents=True, exist_ok=True)
    warm_up = max(1, schedule.steps // 20)
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, schedule.steps - warm_up, alpha=0.02, warmup_target=schedule.learning_rate, warmup_steps=warm_up
    )
    optimizer = keras.optimizers.AdamW(
        rate,
        weight_decay=schedule.weight_decay,
        global_clipnorm=5.0,
        use_ema=True,
        ema_momentum=schedule.average,
    )
    model.compile(optimizer, loss)
    data = Drawn(draw, schedule)
    callbacks = [
        keras.callbacks.BackupAndRestore(str(folder / "backup"), delete_checkpoint=False),
        keras.callbacks.CSVLogger(str(folder / "log.csv"), append=True),
        _FollowEpoch(data),
    ]
    model.fit(data, epochs=schedule.epochs, callbacks=callbacks, shuffle=False, verbose=2)
    optimizer.finalize_variable_values(model.trainable_variables)
    return model
