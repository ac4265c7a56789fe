"""Trains the RetinaNet with Model Garden's own losses. No checkpoint is chosen: at the end the averages ship."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
import tf_keras
from official.vision.configs import retinanet
from official.vision.tasks.retinanet import RetinaNetTask

from models.detector import DetectorConfig, build_detector, garden_config, raw_heads, start_from_imagenet
from training.detector_data import Pools, Targets, batch


@dataclass(frozen=True)
class Schedule:
    steps: int = 700
    warm_up: int = 60
    learning_rate: float = 1.5e-3  # of pyramid and heads
    backbone_share: float = 0.3  # of that, for the backbone that starts from ImageNet
    weight_decay: float = 1e-4
    average: float = 0.997  # of the weights that ship
    seed: int = 7
    checkpoint_every: int = 100


class Trainer:
    """One training run: a network, its averaged copy, two optimisers, and a folder that it resumes from."""

    def __init__(self, config: DetectorConfig, schedule: Schedule, folder: Path, imagenet: Path | None) -> None:
        tf_keras.utils.set_random_seed(schedule.seed)
        self.config, self.schedule, self.folder = config, schedule, folder
        self.model = build_detector(config)
        if imagenet is not None:
            start_from_imagenet(self.model, imagenet)
        self.task = RetinaNetTask(retinanet.RetinaNetTask(model=garden_config(config)))
        self.averages = [tf.Variable(weight, trainable=False) for weight in self.model.weights]
        self.step = tf.Variable(0, dtype=tf.int64)
        self.optimizers = [self._optimizer(schedule.backbone_share), self._optimizer(1.0)]
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
        self._train_step = tf.function(self._step)

    def _optimizer(self, share: float) -> Any:
        s = self.schedule
        rate = tf_keras.optimizers.schedules.CosineDecay(
            0.0, s.steps - s.warm_up, alpha=0.02, warmup_target=s.learning_rate * share, warmup_steps=s.warm_up
        )
        return tf_keras.optimizers.AdamW(rate, weight_decay=s.weight_decay, global_clipnorm=10.0)

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

    def run(self, pools: Pools, say: Callable[[str], None] = print) -> None:
        """To the end of the schedule, from wherever the folder's last checkpoint stopped."""
        recent: list[tuple[float, float]] = []
        started = time.monotonic()
        for targets in self._batches(pools):
            class_loss, box_loss = self._train_step(tf.constant(targets.images), _labels(targets))
            recent.append((float(class_loss), float(box_loss)))
            done = int(self.step)
            if done % 20 == 0:
                mean = np.mean(recent, axis=0)
                seconds = time.monotonic() - started
                losses = {"class_loss": round(mean[0], 4), "box_loss": round(mean[1], 5)}
                say(json.dumps({"step": done, **losses, "s": round(seconds)}))
                recent.clear()
            if done % self.schedule.checkpoint_every == 0 or done == self.schedule.steps:
                self.manager.save()

    def _batches(self, pools: Pools) -> Iterator[Targets]:
        """Made one ahead in a thread; draws depend on the seed and the step alone, so a resumed run goes on alike."""
        anchors = self.config.anchors.boxes(self.config.height, self.config.width)

        def make(step: int) -> Targets:
            rng = np.random.default_rng((self.schedule.seed, step))
            return batch(rng, pools, anchors, self.config.height, self.config.width)

        with ThreadPoolExecutor(1) as ahead:
            first = int(self.step)
            waiting = ahead.submit(make, first)
            for step in range(first, self.schedule.steps):
                targets = waiting.result()
                waiting = ahead.submit(make, step + 1)
                yield targets

    def average_into_model(self) -> None:
        for average, weight in zip(self.averages, self.model.weights, strict=True):
            weight.assign(average)


def _labels(targets: Targets) -> dict[str, Any]:
    return {
        "cls_targets": {"3": tf.constant(targets.classes)},
        "box_targets": {"3": tf.constant(targets.codes)},
        "cls_weights": tf.constant(targets.class_weights),
        "box_weights": tf.constant(targets.box_weights),
    }
