"""What a trained detector's network says of a whole view, as one vector: the ground for a linear head.

With few whole-image labels, features that were taught on outlined masses carry further than ImageNet's
(docs/decisions/0007-cancer-from-the-detectors-features.md).
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf

POOLED = (("5", "mean"), ("5", "max"), ("4", "mean"), ("4", "max"), ("6", "mean"))  # stages of the backbone
STRONGEST = 20  # anchors whose mass logits are kept, in falling order
POOLS = {"mean": tf.reduce_mean, "max": tf.reduce_max}


Stages = dict[str, tf.Tensor]  # (B, H, W, C) by level


def lesion_features(detector: Any, images: tf.Tensor) -> tf.Tensor:
    """(B, F) for grey `images` (B, height, width, 1) in 0..1; F is 2132 for the compact detector.

    `detector` is built by models.detector.build_detector; nothing of it is changed.
    """
    return pooled(*stages_and_logits(detector, images))


def stages_and_logits(detector: Any, images: tf.Tensor) -> tuple[Stages, tf.Tensor]:
    """What the backbone sees at each level, and the mass logits (B, N) of all anchors."""
    rgb = tf.repeat(images, 3, axis=-1) * 2.0 - 1.0
    stages = detector.backbone(rgb, training=False)
    scores, _, _ = detector.head(detector.decoder(stages, training=False), training=False)
    batch = tf.shape(images)[0]
    return stages, tf.concat([tf.reshape(scores[level], (batch, -1)) for level in sorted(scores, key=int)], axis=1)


def pooled(stages: Stages, logits: tf.Tensor) -> tf.Tensor:
    vectors = [POOLS[how](stages[stage], axis=(1, 2)) for stage, how in POOLED]
    return tf.concat([*vectors, tf.math.top_k(logits, STRONGEST).values], axis=1)


def lesion_cam(stages: Stages, weights: tf.Tensor) -> tf.Tensor:
    """Grad-CAM (B, H, W, 1) of a linear head with `weights` (F, 1), in closed form, at the finest pooled level.

    The mean gradient of a mean and of a maximum over H x W places is 1 / (H W) each. The anchors' logits, 20 numbers
    among 2132, have no part in it.
    """
    height, width = max(tuple(map(int, stages[stage].shape[1:3])) for stage, _ in POOLED)
    maps, start = [], 0
    for stage, _ in POOLED:
        places, channels = int(stages[stage].shape[1] * stages[stage].shape[2]), int(stages[stage].shape[3])
        map_ = tf.tensordot(stages[stage], weights[start : start + channels], 1) / places
        maps.append(tf.image.resize(map_, (height, width)))
        start += channels
    return tf.add_n(maps)
