"""Losses of ours, in keras.ops and so for any backend; the detector's are Model Garden's, the classifiers' Keras's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

PIXELS = (1, 2, 3)
SOBEL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], np.float32) / 4  # a straight edge of height 1 gives 1


@dataclass(frozen=True)
class OutlineLoss:
    """Weights of what the segmenter's loss is made of.

    The IoU term is what an outline is judged by; cross-entropy keeps gradients where nothing overlaps yet; the edge
    term looks at the outline alone, which the other two hardly feel on a large mass.
    """

    iou: float = 1.0
    cross_entropy: float = 1.0
    edges: float = 0.0

    def __post_init__(self) -> None:
        if min(self.iou, self.cross_entropy, self.edges) < 0 or self.iou + self.cross_entropy + self.edges == 0:
            raise ValueError("expected weights of 0 or more, one of them above 0")


def outline_loss(weights: OutlineLoss) -> Callable[[Any, Any], Any]:
    """(truth (B, H, W, 1) 0/1, logits alike) -> (B,), the weighted sum."""

    def loss(truth: Any, logits: Any) -> Any:
        truth = keras.ops.cast(truth, logits.dtype)
        probability = keras.ops.sigmoid(logits)
        total = weights.iou * (1 - soft_iou(truth, probability))
        if weights.cross_entropy:
            entropy = keras.losses.binary_crossentropy(truth, logits, from_logits=True)
            total = total + weights.cross_entropy * keras.ops.mean(entropy, axis=(1, 2))
        if weights.edges:
            total = total + weights.edges * (1 - edge_iou(truth, probability))
        return total

    return loss


def soft_iou(truth: Any, probability: Any) -> Any:
    """(B,): sums of products for the overlap (Rahman & Wang 2016), one pixel added so that two empty masks agree."""
    overlap = keras.ops.sum(truth * probability, axis=PIXELS)
    union = keras.ops.sum(truth + probability - truth * probability, axis=PIXELS)
    return (overlap + 1) / (union + 1)


def edge_iou(truth: Any, probability: Any) -> Any:
    """(B,): the smaller over the larger Sobel magnitude, each summed over the picture; 1 where both are the same.

    Minimum and maximum instead of products, because magnitudes between 0 and 1 would not even overlap themselves.
    """
    one, other = sobel(truth), sobel(probability)
    overlap = keras.ops.sum(keras.ops.minimum(one, other), axis=PIXELS)
    return (overlap + 1) / (keras.ops.sum(keras.ops.maximum(one, other), axis=PIXELS) + 1)


def sobel(pixels: Any) -> Any:
    """Gradient magnitude (B, H - 2, W - 2, 1) of (B, H, W, 1); the frame's own edge is none."""
    kernel = keras.ops.convert_to_tensor(np.stack([SOBEL, SOBEL.T], axis=-1)[:, :, None], dtype=pixels.dtype)
    gradients = keras.ops.conv(pixels, kernel, strides=1, padding="valid", data_format="channels_last")
    squares = keras.ops.sum(keras.ops.square(gradients), axis=-1, keepdims=True)
    return keras.ops.sqrt(squares + 1e-6) - 1e-3  # the root's slope at 0 is infinite
