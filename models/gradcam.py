"""Where a classifier's answer comes from: Grad-CAM (Selvaraju et al. 2017, arXiv:1610.02391), computed in its graph.

The maps are those that a network pools or flattens: the activations of its last convolution. What Grad-CAM needs is the
mean gradient over their H x W places, and that follows from the gradient of the pooled vector: a mean and a maximum
hand on 1 / (H W) of it each. So no gradient runs through a map, which keeps the second output cheap; under one linear
layer it is a constant of the file (class activation mapping, Zhou et al. 2016). Needs TensorFlow, which is imported
when called.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import keras

from models.layers import Tensor

CAM = "cam"  # the output of an exported file that holds the map, beside its logits
POOLING = (keras.layers.GlobalAveragePooling2D, keras.layers.GlobalMaxPooling2D, keras.layers.Flatten)


@dataclass(frozen=True, eq=False)
class Pooled:
    """A map and the vector that one layer made of it."""

    map: Tensor  # (B, H, W, C)
    vector: Tensor  # (B, C), or (B, H W C) where it was flattened

    def mean_gradient(self, gradient: Tensor) -> Tensor:
        """(B, 1, 1, C): of the map, over its places, from the gradient of the vector."""
        import tensorflow as tf

        height, width, channels = map(int, self.map.shape[1:])
        flat = tf.reshape(gradient, (-1, int(self.vector.shape[-1]) // channels, 1, channels))
        return tf.reduce_sum(flat, axis=1, keepdims=True) / (height * width)


def logits_and_cam(model: keras.Model, inputs: Any) -> tuple[Tensor, Tensor | None]:
    """Logits (1, C) of one picture, and cam (1, H, W, C): what each place adds to each logit, signed.

    Networks with several inputs of one frame, or several backbones, get the sum of their maps, as large as the largest.
    None where nothing is pooled or the answer is no vector, as a segmenter's. Batch 1 only.
    """
    import tensorflow as tf

    with (
        tf.GradientTape(persistent=True, watch_accessed_variables=False) as tape,
        pooled_in(model, tape) as pooled,
        selecting(model),
    ):
        logits = model(inputs, training=False)
        classes = [logits[:, i] for i in range(logits.shape[-1])] if len(logits.shape) == 2 else []
    if not pooled or not classes:
        return logits, None
    maps = [tf.reduce_sum(place_map(pooled, one, tape), axis=0, keepdims=True) for one in classes]
    return logits, tf.stack(maps, axis=-1)


def answers_and_cam(model: keras.Model, inputs: Any, answer: str) -> tuple[Mapping[str, Tensor], Tensor]:
    """Of a network over a batch of B pictures: its outputs by name, and cam (B, H, W) of its logits called `answer`."""
    import tensorflow as tf

    with (
        tf.GradientTape(persistent=True, watch_accessed_variables=False) as tape,
        pooled_in(model, tape) as pooled,
        selecting(model),
    ):
        said = model(inputs, training=False)
        whole = tf.reduce_sum(said[answer])  # pictures do not touch each other, so each keeps its own gradient
    return said, place_map(pooled, whole, tape)


def place_map(pooled: Sequence[Pooled], answer: Tensor, tape: Any) -> Tensor:
    """(B, H, W): the sum of all maps, each weighed by its channels' mean gradients, at the size of the largest."""
    import tensorflow as tf

    weights: dict[int, tuple[Tensor, list[Tensor]]] = {}  # a map may be pooled twice, by mean and maximum
    for one in last(pooled, tape):
        weights.setdefault(id(one.map), (one.map, []))[1].append(one.mean_gradient(tape.gradient(answer, one.vector)))
    weighed = [tf.reduce_sum(map_ * tf.add_n(parts), axis=-1) for map_, parts in weights.values()]
    height, width = max(tuple(map(int, one.shape[1:])) for one in weighed)
    return tf.add_n([tf.image.resize(one[..., None], (height, width))[..., 0] for one in weighed])


def last(pooled: Sequence[Pooled], tape: Any) -> list[Pooled]:
    """Without those that only steer later maps, as squeeze-and-excitation does (Hu et al. 2018, arXiv:1709.01507)."""
    return [
        one
        for i, one in enumerate(pooled)
        if all(tape.gradient(later.map, one.vector) is None for later in pooled[i + 1 :])
    ]


@contextmanager
def pooled_in(model: keras.Model, tape: Any) -> Iterator[list[Pooled]]:
    """Fills a list with everything that a layer of `model` pools while it is called; `tape` watches the vectors."""
    pooled: list[Pooled] = []
    layers = [layer for layer in model._flatten_layers() if isinstance(layer, POOLING)]
    for layer in layers:
        layer.call = _noting(layer.call, pooled, tape)
    try:
        yield pooled
    finally:
        for layer in layers:
            del layer.call  # the method of its class again


@contextmanager
def selecting(model: keras.Model) -> Iterator[None]:
    """Dense layers select instead of rectify: the same values, but LiteRT knows no gradient of a rectifier."""
    layers = [layer for layer in model._flatten_layers() if isinstance(layer, keras.layers.Dense)]
    rectified = [layer for layer in layers if layer.activation is keras.activations.relu]
    for layer in rectified:
        layer.activation = _selected
    try:
        yield
    finally:
        for layer in rectified:
            layer.activation = keras.activations.relu


def _selected(values: Tensor) -> Tensor:
    return keras.ops.where(values > 0, values, 0.0)


def _noting(call: Callable[[Tensor], Tensor], pooled: list[Pooled], tape: Any) -> Callable[[Tensor], Tensor]:
    def noting(inputs: Tensor) -> Tensor:
        vector = call(inputs)
        if len(inputs.shape) == 4 and None not in inputs.shape[1:]:
            tape.watch(vector)
            pooled.append(Pooled(inputs, vector))
        return vector

    return noting


def side_by_side(maps: Tensor, rows: int) -> Tensor:
    """(rows * rows, H, W) of patches that lay side by side in one sheet -> (1, rows H, rows W, 1)."""
    ops = keras.ops
    _, height, width = maps.shape
    apart = ops.transpose(ops.reshape(maps, (rows, rows, height, width)), (0, 2, 1, 3))
    return ops.reshape(apart, (1, rows * height, rows * width, 1))
