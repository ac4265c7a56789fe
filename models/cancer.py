"""Probability that one whole view shows cancer."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from models.layers import Preset, Tensor, grey_to_signed_rgb, mobilenet_v2

SIZES: dict[Preset, tuple[int, int]] = {"paper": (256, 256), "compact": (512, 320)}
STAGES = ("block_12_add", "block_16_project_BN")  # the last of 1/16 and of 1/32 of the size: 96 and 320 channels
STANDARDISED = "standardised"
BLOCKS = 16  # of inverted residuals behind the first; block 6 is the first at 1/16 of the size


def build_cancer(preset: Preset = "compact", height: int | None = None, width: int | None = None) -> keras.Model:
    """Cancer logit (B, 1) of a whole view: "image" (B, H, W, 1) in 0..1.

    The paper preset is a frozen ResNet50V2 (He et al. 2016, arXiv:1603.05027) at 256x256 under a small dense head; the
    compact one a MobileNetV2 at 512x320 unless told, of whose last two sizes the mean and the maximum of every channel
    are standardised (see standardise) and weighed: a cancer is a small part of the picture, and small ones are gone at
    1/32. Its head begins near zero, so that the first steps do not spoil what the backbone knows. See
    docs/decisions/0018-cancer-from-a-network-of-its-own.md.
    """
    size = (height or SIZES[preset][0], width or SIZES[preset][1])
    image = keras.Input((*size, 1), name="image")  # (B, H, W, 1)
    rgb = grey_to_signed_rgb(image)
    if preset == "paper":
        backbone = keras.applications.ResNet50V2(include_top=False, weights=None, input_shape=(*size, 3))
        backbone.trainable = False
        pooled = keras.layers.GlobalAveragePooling2D()(backbone(rgb, training=False))  # (B, 2048)
        features, start = keras.layers.Dense(128, activation="relu")(pooled), None
    else:
        pooled = keras.layers.Concatenate()([pool for stage in _stages(*size)(rgb) for pool in _pools(stage)])
        features = keras.layers.BatchNormalization(  # (B, 832)
            center=False, scale=False, trainable=False, name=STANDARDISED
        )(pooled)
        start = keras.initializers.RandomNormal(stddev=1e-3)
    x = keras.layers.Dropout(0.4)(features)
    logit = keras.layers.Dense(1, dtype="float32", kernel_initializer=start or "glorot_uniform", name="logit")(x)
    return keras.Model(image, logit, name=f"cancer_{preset}")


def _stages(height: int, width: int) -> keras.Model:
    """(B, H, W, 3) in -1..1 -> (B, H/16, W/16, 96) and (B, H/32, W/32, 320)."""
    whole = mobilenet_v2(height, width)
    return keras.Model(whole.input, [whole.get_layer(name).output for name in STAGES], name="mobilenet_v2")


def _pools(stage: Tensor) -> tuple[Tensor, Tensor]:
    return keras.layers.GlobalAveragePooling2D()(stage), keras.layers.GlobalMaxPooling2D()(stage)


def standardise(model: keras.Model, images: NDArray[np.float32], batch: int = 8) -> None:
    """Let the compact network's pooled features have mean 0 and variance 1 over `images` (N, H, W, 1) in 0..1."""
    layer = model.get_layer(STANDARDISED)
    probe = keras.Model(model.input, layer.input)
    parts = [probe(images[i : i + batch], training=False) for i in range(0, len(images), batch)]
    features = np.concatenate([keras.ops.convert_to_numpy(part) for part in parts])
    layer.set_weights([features.mean(axis=0), features.var(axis=0)])


def freeze_blocks(model: keras.Model, blocks: int) -> None:
    """The compact backbone keeps everything up to its block number `blocks` (1-16) as it is; 0 freezes nothing."""
    if not 0 <= blocks <= BLOCKS:
        raise ValueError(f"expected 0 to {BLOCKS} blocks, received {blocks}")
    backbone: Any = model.get_layer("mobilenet_v2")
    names = [layer.name for layer in backbone.layers]
    following = f"block_{blocks + 1}_"
    end = next((i for i, name in enumerate(names) if name.startswith(following)), len(names)) if blocks else 0
    for layer in backbone.layers[:end]:
        layer.trainable = False
