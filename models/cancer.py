"""Probability that one whole view shows cancer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import keras
import numpy as np
from numpy.typing import NDArray

from models.efficientnet_lite import BLOCKS, efficientnet_lite2
from models.layers import Preset, Tensor, grey_to_lite_rgb, grey_to_signed_rgb, mobilenet_v2

SIZES: dict[Preset, tuple[int, int]] = {"paper": (256, 256), "compact": (512, 320)}
STANDARDISED = "standardised"
TrunkName = Literal["mobilenet_v2", "efficientnet_lite2"]


@dataclass(frozen=True)
class Trunk:
    """A backbone under the compact network, which looks at two sizes of its picture."""

    build: Callable[[int, int], keras.Model]
    rgb: Callable[[Tensor], Tensor]  # (B, H, W, 1) in 0..1 -> (B, H, W, 3) as its start weights were trained to see
    stages: tuple[str, str]  # last layers at 1/16 and at 1/32 of the size
    blocks: int  # number of the last of its inverted residuals


TRUNKS: dict[TrunkName, Trunk] = {
    "mobilenet_v2": Trunk(mobilenet_v2, grey_to_signed_rgb, ("block_12_add", "block_16_project_BN"), 16),
    "efficientnet_lite2": Trunk(
        efficientnet_lite2, grey_to_lite_rgb, ("block_14_add", "block_20_project_norm"), len(BLOCKS) - 1
    ),
}


def build_cancer(
    preset: Preset = "compact",
    height: int | None = None,
    width: int | None = None,
    trunk: TrunkName = "mobilenet_v2",
) -> keras.Model:
    """Cancer logit (B, 1) of a whole view: "image" (B, H, W, 1) in 0..1.

    The paper preset is a frozen ResNet50V2 (He et al. 2016, arXiv:1603.05027) at 256x256 under a small dense head; the
    compact one a `trunk` at 512x320 unless told, of whose last two sizes the mean and the maximum of every channel are
    standardised (see standardise) and weighed: a cancer is a small part of the picture, and small ones are gone at
    1/32. Its head begins near zero, so that the first steps do not spoil what the trunk knows. See decisions 18 and 23
    in docs/decisions.
    """
    size = (height or SIZES[preset][0], width or SIZES[preset][1])
    image = keras.Input((*size, 1), name="image")  # (B, H, W, 1)
    if preset == "paper":
        backbone = keras.applications.ResNet50V2(include_top=False, weights=None, input_shape=(*size, 3))
        backbone.trainable = False
        pooled = keras.layers.GlobalAveragePooling2D()(backbone(grey_to_signed_rgb(image), training=False))  # (B, 2048)
        features, start = keras.layers.Dense(128, activation="relu")(pooled), None
    else:
        below = TRUNKS[trunk]
        stages = _stages(trunk, *size)(below.rgb(image))
        pooled = keras.layers.Concatenate()([pool for stage in stages for pool in _pools(stage)])
        features = keras.layers.BatchNormalization(  # (B, 832), on EfficientNet-Lite2 (B, 944)
            center=False, scale=False, trainable=False, name=STANDARDISED
        )(pooled)
        start = keras.initializers.RandomNormal(stddev=1e-3)
    x = keras.layers.Dropout(0.4)(features)
    logit = keras.layers.Dense(1, dtype="float32", kernel_initializer=start or "glorot_uniform", name="logit")(x)
    return keras.Model(image, logit, name=f"cancer_{preset if preset == 'paper' else trunk}")


def mean_of(networks: Sequence[keras.Model]) -> keras.Model:
    """Cancer networks for one size of view -> the network whose logit is the mean of theirs."""
    image = keras.Input(networks[0].input.shape[1:], name="image")
    return keras.Model(image, keras.layers.Average(name="logit")([network(image) for network in networks]))


def _stages(trunk: TrunkName, height: int, width: int) -> keras.Model:
    """(B, H, W, 3) -> (B, H/16, W/16, C) and (B, H/32, W/32, C)."""
    whole, names = TRUNKS[trunk].build(height, width), TRUNKS[trunk].stages
    return keras.Model(whole.input, [whole.get_layer(name).output for name in names], name=trunk)


def _pools(stage: Tensor) -> tuple[Tensor, Tensor]:
    return keras.layers.GlobalAveragePooling2D()(stage), keras.layers.GlobalMaxPooling2D()(stage)


def trunk_of(model: keras.Model) -> keras.Model:
    """The backbone of a compact network."""
    return next(layer for layer in model.layers if layer.name in TRUNKS)


def standardise(model: keras.Model, images: NDArray[np.float32], batch: int = 8) -> None:
    """Let the compact network's pooled features have mean 0 and variance 1 over `images` (N, H, W, 1) in 0..1."""
    layer = model.get_layer(STANDARDISED)
    probe = keras.Model(model.input, layer.input)
    parts = [probe(images[i : i + batch], training=False) for i in range(0, len(images), batch)]
    features = np.concatenate([keras.ops.convert_to_numpy(part) for part in parts])
    layer.set_weights([features.mean(axis=0), features.var(axis=0)])


def freeze_blocks(model: keras.Model, blocks: int) -> None:
    """The compact network's trunk keeps everything up to its block number `blocks` as it is; 0 freezes nothing."""
    backbone: Any = trunk_of(model)
    last = TRUNKS[backbone.name].blocks
    if not 0 <= blocks <= last:
        raise ValueError(f"expected 0 to {last} blocks, received {blocks}")
    names = [layer.name for layer in backbone.layers]
    following = f"block_{blocks + 1}_"
    end = next((i for i, name in enumerate(names) if name.startswith(following)), len(names)) if blocks else 0
    for layer in backbone.layers[:end]:
        layer.trainable = False
