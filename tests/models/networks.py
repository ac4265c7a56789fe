"""Random networks that answer like trained ones, and pictures for them."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np


def pictures(model: Any, batch: int, seed: int = 2) -> Any:
    """Noise in 0..1 for every input of `model`: one array, or a mapping by input name."""
    random = np.random.default_rng(seed)
    arrays = {i.name: random.random((batch, *i.shape[1:]), dtype=np.float32) for i in model.inputs}
    return arrays if len(arrays) > 1 else next(iter(arrays.values()))


def settle(model: Any, batch: int = 4) -> Any:
    """Batch norms take the statistics of a batch: untouched ones let activations fade to 1e-12 in deep networks."""
    for layer in model._flatten_layers():
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.0
    model(pictures(model, batch, seed=3), training=True)
    return model
