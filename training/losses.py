"""Losses of ours; the detector's are Model Garden's, the classifiers' are Keras's."""

from __future__ import annotations

from typing import Any

import keras


def soft_iou_and_cross_entropy(truth: Any, logits: Any) -> Any:
    """(B, H, W, 1) 0/1 and logits -> (B,): 1 - soft IoU (Rahman & Wang 2016) plus binary cross-entropy.

    The IoU term is what the outline is judged by; the cross-entropy keeps gradients where nothing overlaps yet.
    """
    probability = keras.ops.sigmoid(logits)
    axes = (1, 2, 3)
    overlap = keras.ops.sum(truth * probability, axis=axes)
    union = keras.ops.sum(truth + probability - truth * probability, axis=axes)
    entropy = keras.ops.mean(keras.losses.binary_crossentropy(truth, logits, from_logits=True), axis=(1, 2))
    return 1 - (overlap + 1) / (union + 1) + entropy
