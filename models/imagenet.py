"""ImageNet starting weights for MobileNetV2 (Sandler et al. 2018, arXiv:1801.04381), width 1.0.

The file holds convolutions into which batch normalisation was folded: output = convolution + bias, and nothing else.
Two ways to put them into a network that still has its batch norms:

- identity (the default): right at inference, but only as long as the batch norms stay frozen. A batch norm that trains
  divides by the batch's own deviation, and the folded kernels' scale, which is where gamma went, is lost.
- with `measured_statistics`: mean and variance of every convolution's output over a few pictures give back a gamma and
  a beta that mean the same at inference and nearly the same in training. Use it when batch norms shall train.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import keras
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
KINDS: dict[str, Literal["conv", "depthwise"]] = {"CONV_2D": "conv", "DEPTHWISE_CONV_2D": "depthwise"}


@dataclass(frozen=True, eq=False)
class FoldedLayer:
    """One convolution of the network, in Keras layout."""

    kind: Literal["conv", "depthwise"]
    kernel: Floats  # conv (height, width, in, out); depthwise (height, width, channels, 1)
    bias: Floats  # (out,) or (channels,)
    stride: int


@dataclass(frozen=True, eq=False)
class Statistics:
    """Of one convolution's output, without its bias, per channel."""

    mean: Floats
    variance: Floats


@dataclass(frozen=True, eq=False)
class Normalization:
    """What a batch norm behind a folded convolution must hold."""

    gamma: Floats
    beta: Floats
    mean: Floats
    variance: Floats


def folded_layers(npz_path: Path) -> list[FoldedLayer]:
    """The 52 convolutions in network order, stem to 1280 channels; the classifier is left out.

    `npz_path` needs its .json layer list beside it. Raises FileNotFoundError without either.
    """
    listed = json.loads(npz_path.with_suffix(".json").read_text())["layers"]
    features = [layer for layer in listed if layer["op"] in KINDS][:-1]  # the last one is the 1001-class layer
    with np.load(npz_path) as arrays:
        return [_folded(layer, arrays) for layer in features]


def _folded(layer: dict[str, Any], arrays: Any) -> FoldedLayer:
    """LiteRT stores (out, height, width, in) and (1, height, width, channels): one transposition serves both."""
    kernel = np.ascontiguousarray(arrays[f"{layer['i']:03d}_w"].transpose(1, 2, 3, 0))
    return FoldedLayer(KINDS[layer["op"]], kernel, arrays[f"{layer['i']:03d}_b"], int(layer["stride"]))


def normalization(layer: FoldedLayer, epsilon: float, statistics: Statistics | None = None) -> Normalization:
    """The batch norm that adds `layer.bias` to its input at inference and changes nothing else."""
    if statistics is None:
        zeros = np.zeros_like(layer.bias)
        statistics = Statistics(zeros, np.full_like(layer.bias, 1 - epsilon))
    gamma = np.sqrt(statistics.variance + epsilon)
    return Normalization(gamma, layer.bias + statistics.mean, statistics.mean, statistics.variance)


def load_mobilenet_v2(model: keras.Model, npz_path: Path, statistics: Sequence[Statistics] | None = None) -> int:
    """Fill the one Keras MobileNetV2 (alpha 1.0) in `model`, nested or not; returns the number of convolutions set.

    Its input is RGB scaled to -1..1. Raises ValueError where the network's layers are not those of the file.
    """
    return load_folded(model, folded_layers(npz_path), statistics)


def load_folded(
    model: keras.Model, layers: Sequence[FoldedLayer], statistics: Sequence[Statistics] | None = None
) -> int:
    """The same from `layers`, of which a network that ends earlier takes the first."""
    pairs = list(_pairs(model))
    if not 0 < len(pairs) <= len(layers):
        raise ValueError(
            f"expected 1 to {len(layers)} convolutions with batch norm, found {len(pairs)} in {model.name}"
        )
    for i, ((convolution, norm), layer) in enumerate(zip(pairs, layers, strict=False)):
        found = normalization(layer, norm.epsilon, statistics[i] if statistics else None)
        convolution.set_weights([layer.kernel])
        norm.set_weights([found.gamma, found.beta, found.mean, found.variance])
    return len(pairs)


def measured_statistics(layers: Sequence[FoldedLayer], images: Floats, batch: int = 8) -> list[Statistics]:
    """Statistics of the 52 convolutions' outputs over `images` (N, H, W, 3) in -1..1, in network order."""
    backbone = keras.applications.MobileNetV2(input_shape=images.shape[1:], include_top=False, weights=None)
    load_folded(backbone, layers)
    probe = keras.Model(backbone.input, [norm.input for _, norm in _pairs(backbone)])
    parts = [_moments(probe(images[i : i + batch], training=False)) for i in range(0, len(images), batch)]
    weights = [len(images[i : i + batch]) for i in range(0, len(images), batch)]
    return [_pooled([part[i] for part in parts], weights) for i in range(len(parts[0]))]


def _moments(outputs: Sequence[Any]) -> list[tuple[Floats, Floats]]:
    """Mean and mean square per channel of every output (B, H, W, C)."""
    arrays = [keras.ops.convert_to_numpy(output) for output in outputs]
    return [(array.mean(axis=(0, 1, 2)), np.square(array).mean(axis=(0, 1, 2))) for array in arrays]


def _pooled(moments: Sequence[tuple[Floats, Floats]], weights: Sequence[int]) -> Statistics:
    mean = np.average([first for first, _ in moments], axis=0, weights=weights)
    square = np.average([second for _, second in moments], axis=0, weights=weights)
    variance = np.maximum(square - np.square(mean), 0)
    return Statistics(mean.astype(np.float32), variance.astype(np.float32))


def freeze_batch_norms(model: keras.Model) -> int:
    """Every batch norm in `model` keeps its statistics and runs as at inference; returns how many there are."""
    norms = [layer for layer in _flat(model) if isinstance(layer, keras.layers.BatchNormalization)]
    for norm in norms:
        norm.trainable = False
    return len(norms)


def _pairs(model: keras.Model) -> Iterator[tuple[Any, Any]]:
    """Each convolution without bias with the batch norm that follows it, in network order."""
    convolution = None
    for layer in _flat(model):
        if isinstance(layer, keras.layers.Conv2D | keras.layers.DepthwiseConv2D) and not layer.use_bias:
            convolution = layer
        elif isinstance(layer, keras.layers.BatchNormalization) and convolution is not None:
            yield convolution, layer
            convolution = None


def _flat(model: keras.Model) -> Iterator[Any]:
    for layer in model.layers:
        yield from _flat(layer) if isinstance(layer, keras.Model) else (layer,)
