"""Where a classifier's answer comes from: Grad-CAM (Selvaraju et al. 2017, arXiv:1610.02391), computed in its graph.

The maps are those that a network pools or flattens: the activations of its last convolution. Under average pooling and
one linear layer the result is class activation mapping in closed form (Zhou et al. 2016), and the gradients are
constants of the exported file; under more layers they are computed with the answer. Needs TensorFlow, which is imported
when called.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import keras

from models.layers import Tensor

CAM = "cam"  # the output of an exported file that holds the map, beside its logits
POOLING = (keras.layers.GlobalAveragePooling2D, keras.layers.GlobalMaxPooling2D, keras.layers.Flatten)


def logits_and_cam(model: keras.Model, inputs: Any) -> tuple[Tensor, Tensor | None]:
    """Logits (1, C) of one picture, and cam (1, H, W, C): what each place adds to each logit, signed.

    Networks with several inputs of one frame, or several backbones, get the sum of their maps, as large as the largest.
    None where nothing is pooled or the answer is no vector, as a segmenter's. Batch 1 only.
    """
    import tensorflow as tf

    with tf.GradientTape(persistent=True, watch_accessed_variables=False) as tape, pooled_maps(model, tape) as maps:
        logits = model(inputs, training=False)
        classes = [logits[:, i] for i in range(logits.shape[-1])] if len(logits.shape) == 2 else []
    if not maps or not classes:
        return logits, None
    return logits, tf.stack([_summed([_weighed(a, tape.gradient(one, a)) for a in maps]) for one in classes], axis=-1)


@contextmanager
def pooled_maps(model: keras.Model, tape: Any) -> Iterator[list[Tensor]]:
    """Fills a list with every (B, H, W, C) that a layer of `model` pools while it is called; `tape` watches them."""
    maps: list[Tensor] = []
    layers = [layer for layer in model._flatten_layers() if isinstance(layer, POOLING)]
    for layer in layers:
        layer.call = _noting(layer.call, maps, tape)
    try:
        yield maps
    finally:
        for layer in layers:
            del layer.call  # the method of its class again


def _noting(call: Callable[[Tensor], Tensor], maps: list[Tensor], tape: Any) -> Callable[[Tensor], Tensor]:
    def noting(inputs: Tensor) -> Tensor:
        if len(inputs.shape) == 4 and not any(inputs is known for known in maps):  # pooled twice, by mean and maximum
            tape.watch(inputs)
            maps.append(inputs)
        return call(inputs)

    return noting


def _weighed(activations: Tensor, gradient: Tensor) -> Tensor:
    """(1, H, W): activations (B, H, W, C) weighed by their mean gradients; B counts the inputs that share a network."""
    import tensorflow as tf

    weights = tf.reduce_mean(gradient, axis=(1, 2), keepdims=True)
    return tf.reduce_sum(activations * weights, axis=(0, 3))[None]


def _summed(maps: Sequence[Tensor]) -> Tensor:
    import tensorflow as tf

    height, width = max(tuple(map(int, one.shape[1:])) for one in maps)
    larger = [tf.image.resize(one[..., None], (height, width))[..., 0] for one in maps]
    return tf.add_n(larger)
