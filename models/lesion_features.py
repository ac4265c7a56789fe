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


def lesion_features(detector: Any, images: tf.Tensor) -> tf.Tensor:
    """(B, F) for grey `images` (B, height, width, 1) in 0..1; F is 2132 for the compact detector.

    `detector` is built by models.detector.build_detector; nothing of it is changed.
    """
    rgb = tf.repeat(images, 3, axis=-1) * 2.0 - 1.0
    stages = detector.backbone(rgb, training=False)
    scores, _, _ = detector.head(detector.decoder(stages, training=False), training=False)
    batch = tf.shape(images)[0]
    logits = tf.concat([tf.reshape(scores[level], (batch, -1)) for level in sorted(scores, key=int)], axis=1)
    pooled = [POOLS[how](stages[stage], axis=(1, 2)) for stage, how in POOLED]
    return tf.concat([*pooled, tf.math.top_k(logits, STRONGEST).values], axis=1)
