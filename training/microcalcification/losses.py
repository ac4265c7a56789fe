"""What an expert is held to: a patch's answer, and a map of which almost every cell is empty."""

from __future__ import annotations

from typing import Any

import keras

FOCUS = 1.5  # power of the error that weighs a cell: easy ones, nearly all of them, soon count for nothing
SHARE = 3.0  # of the map beside the patch


def spot_loss(truth: Any, logits: Any) -> Any:
    """(B, C, C, 1) twice -> (B, C, C): cross-entropy weighed by how wrong a cell is (after Li et al. 2020's quality
    focal loss, arXiv:2006.04388), because labels fall off softly with the distance from a spot."""
    off = keras.ops.abs(truth - keras.ops.sigmoid(logits))
    entropy = keras.ops.relu(logits) - logits * truth + keras.ops.log1p(keras.ops.exp(-keras.ops.abs(logits)))
    return SHARE * keras.ops.mean(entropy * off**FOCUS, axis=-1)


LOSSES = {"calcified": keras.losses.BinaryCrossentropy(from_logits=True), "spots": spot_loss}
