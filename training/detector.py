"""Trains the RetinaNet with Model Garden's own losses; what ships is the average of the weights."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
import tf_keras
from official.vision.configs import retinanet
from official.vision.tasks.retinanet import RetinaNetTask

from models.detector import DetectorConfig, build_detector, garden_config, raw_heads, start_from_imagenet
from training.detector_data import Pools, Targets, batch
from training.fit import FIGURE, Judge, next_rate
from training.progress import Log
from training.recipes.values import Schedule


class Trainer:
    """One training run: a network, its averaged copy, two optimisers, and a folder that it resumes from.

    The backbone, which starts from ImageNet, learns at `backbone_share` of the schedule's rate. With `bfloat16` the
    network computes in it and keeps its weights in float32.
    """

    def __init__(
        self,
        config: DetectorConfig,
        schedule: Schedule,
        folder: Path,
        imagenet: Path | None,
        *,
        seed: int = 7,
        backbone_share: float = 0.3,
        bfloat16: bool = False,
    ) -> None:
        tf_keras.utils.set_random_seed(seed)
        self.config, self.schedule, self.folder, self.seed = config, schedule, folder, seed
        with precision("mixed_bfloat16" if bfloat16 else "float32"):
            self.model = build_detector(config)
        if imagenet is not None:
            start_from_imagenet(self.model, imagenet)
        self.task = RetinaNetTask(retinanet.RetinaNetTask(model=garden_config(config)))
        self.averages = [tf.Variable(weight, trainable=False) for weight in self.model.weights]
        self.step = tf.Variable(0, dtype=tf.int64)
        self.shares = (backbone_share, 1.0)
        self.optimizers = [self._optimizer(share) for share in self.shares]
        backbone = {id(weight) for weight in self.model.backbone.trainable_weights}
        weights = self.model.trainable_weights
        self.groups = [[w for w in weights if id(w) in backbone], [w for w in weights if id(w) not in backbone]]
        for optimizer, group in zip(self.optimizers, self.groups, strict=True):
            optimizer.build(group)
        saved = tf.train.Checkpoint(
            model=self.model,
            averages=self.averages,
            step=self.step,
            first=self.optimizers[0],
            second=self.optimizers[1],
        )
        self.manager = tf.train.CheckpointManager(saved, str(folder / "checkpoints"), max_to_keep=2)
        saved.restore(self.manager.latest_checkpoint)
        self.best = tf.Variable(-np.inf, dtype=tf.float64)
        self.best_manager = tf.train.CheckpointManager(
            tf.train.Checkpoint(averages=self.averages, best=self.best), str(folder / "best"), max_to_keep=1
        )
        tf.train.Checkpoint(best=self.best).restore(self.best_manager.latest_checkpoint).expect_partial()
        self._train_step = tf.function(self._step)

    def _optimizer(self, share: float) -> Any:
        s = self.schedule
        rate: Any = s.learning_rate * share
        if s.decay == "cosine":
            rate = tf_keras.optimizers.schedules.CosineDecay(
                0.0, s.steps - s.warm_up_steps, alpha=0.02, warmup_target=rate, warmup_steps=s.warm_up_steps
            )
        clip = {"global_clipnorm": s.clip} if s.clip else {}
        if s.optimizer == "adam":
            return tf_keras.optimizers.Adam(rate, **clip)
        return tf_keras.optimizers.AdamW(rate, weight_decay=s.weight_decay, **clip)

    def _step(self, images: Any, labels: dict[str, Any]) -> Any:
        with tf.GradientTape() as tape:
            logits, codes = raw_heads(self.model, images, training=True)
            outputs = {"cls_outputs": {"3": logits[..., None]}, "box_outputs": {"3": codes}}
            _, class_loss, box_loss, loss = self.task.build_losses(outputs, labels)
        gradients = tape.gradient(loss, self.groups)
        for optimizer, group, gradient in zip(self.optimizers, self.groups, gradients, strict=True):
            optimizer.apply_gradients(zip(gradient, group, strict=True))
        self.step.assign_add(1)
        done = tf.cast(self.step, tf.float32)
        keep = tf.minimum(self.schedule.average, (1.0 + done) / (10.0 + done))
        for average, weight in zip(self.averages, self.model.weights, strict=True):
            average.assign(keep * average + (1 - keep) * weight)
        return class_loss, box_loss

    def run(self, pools: Pools, judge: Judge | None = None, say: Callable[[str], None] = print) -> None:
        """To the end of the schedule, from wherever the folder's last checkpoint stopped.

        `judge` scores the averaged network after every epoch; where the schedule chooses the best, that one ships.
        """
        log, each = Log(self.folder, self.schedule.epochs, say), self.schedule.steps_per_epoch
        batches = self._batches(pools)
        first = int(self.step) // each
        log.go_on_at(first)
        for _ in range(first, self.schedule.epochs):
            if self.schedule.decay in ("plateau", "tenth"):
                self._set_rate(next_rate(log.rows, self.schedule))
            started, losses = time.monotonic(), [self._losses(next(batches)) for _ in range(each)]
            class_loss, box_loss = np.mean(losses, axis=0)
            values = {"loss": class_loss + box_loss, "class_loss": class_loss, "box_loss": box_loss}
            values["learning_rate"] = float(self.optimizers[1].learning_rate)
            seconds = time.monotonic() - started
            if judge is not None:
                values[FIGURE] = self._judged(judge)
            log.add({name: float(value) for name, value in values.items()}, each * sum(pools.shares), seconds)
            self.manager.save()

    def _losses(self, targets: Targets) -> tuple[float, float]:
        class_loss, box_loss = self._train_step(tf.constant(targets.images), _labels(targets))
        return float(class_loss), float(box_loss)

    def _set_rate(self, rate: float) -> None:
        for optimizer, share in zip(self.optimizers, self.shares, strict=True):
            optimizer.learning_rate = rate * share

    def _judged(self, judge: Judge) -> float:
        """Of the averaged network; where nothing was better yet, the averages are kept."""
        kept = [weight.numpy() for weight in self.model.weights]
        self._assign(self.averages)
        figure = judge(self.model)
        self._assign(kept)
        if figure > float(self.best):
            self.best.assign(figure)
            self.best_manager.save()
        return figure

    def _batches(self, pools: Pools) -> Iterator[Targets]:
        """Made one ahead in a thread; draws depend on the seed and the step alone, so a resumed run goes on alike."""
        anchors = self.config.anchors.boxes(self.config.height, self.config.width)

        def make(step: int) -> Targets:
            rng = np.random.default_rng((self.seed, step))
            return batch(rng, pools, anchors, self.config.height, self.config.width)

        with ThreadPoolExecutor(1) as ahead:
            first = int(self.step)
            waiting = ahead.submit(make, first)
            for step in range(first, self.schedule.steps):
                targets = waiting.result()
                waiting = ahead.submit(make, step + 1)
                yield targets

    def average_into_model(self) -> Any:
        """The network that ships: the average at the end or, where the schedule chooses it, at the best epoch."""
        if self.schedule.choose == "best" and self.best_manager.latest_checkpoint:
            chosen = tf.train.Checkpoint(averages=self.averages, best=self.best)
            chosen.restore(self.best_manager.latest_checkpoint)
        self._assign(self.averages)
        return self.model

    def _assign(self, values: Sequence[Any]) -> None:
        for weight, value in zip(self.model.weights, values, strict=True):
            weight.assign(value)


@contextmanager
def precision(policy: str) -> Iterator[None]:
    """tf-keras layers built inside compute so; the policy is global there, so it is put back."""
    before = tf_keras.mixed_precision.global_policy()
    tf_keras.mixed_precision.set_global_policy(policy)
    try:
        yield
    finally:
        tf_keras.mixed_precision.set_global_policy(before)


def in_float32(model: Any, config: DetectorConfig) -> Any:
    """The same weights in a network that computes in float32, for export."""
    copy = build_detector(config)
    copy.set_weights(model.get_weights())
    return copy


def _labels(targets: Targets) -> dict[str, Any]:
    return {
        "cls_targets": {"3": tf.constant(targets.classes)},
        "box_targets": {"3": tf.constant(targets.codes)},
        "cls_weights": tf.constant(targets.class_weights),
        "box_weights": tf.constant(targets.box_weights),
    }
