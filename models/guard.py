"""Is this a mammogram at all, does it look like those that the networks learnt from, and what kind is it?"""

from __future__ import annotations

import keras

from models.layers import Preset, Tensor, grey_to_signed_rgb, mobilenet_v2

ANSWERS = ("mammogram", "inside", "film", "negative", "squashed", "cropped")  # the order of the logits
SIDE = 192
COMPONENTS = 200  # directions in which a picture may lie far from the mammograms of the training
STAGES = ("block_6_expand_relu", "block_13_expand_relu")  # of MobileNetV2: 192 and 576 channels; the rest is left out


def build_guard(
    preset: Preset = "compact", side: int = SIDE, components: int = COMPONENTS, backbone: keras.Model | None = None
) -> keras.Model:
    """Logits (B, 6), one for each of ANSWERS, of the whole picture as read: "image" (B, S, S, 1) in 0..1.

    The features stay those of ImageNet; only the linear layers over them are taught. "inside" falls with the squared
    length of "whitened", which is the place of the picture among the training's mammograms (Mahalanobis' distance over
    their principal components). `backbone`: a MobileNetV2 whose layers are used. ValueError for the paper preset.
    """
    if preset != "compact":
        raise ValueError("the guard has a compact preset only; nothing like it was published")
    image = keras.Input((side, side, 1), name="image")
    features = guard_features(side, backbone)(grey_to_signed_rgb(image))  # (B, F)
    said = keras.layers.Dense(len(ANSWERS) - 1, name="said")(features)
    whitened = keras.layers.Dense(components, name="whitened")(features)
    length = keras.ops.mean(whitened * whitened, axis=-1, keepdims=True)
    inside = keras.layers.Dense(1, name="inside")(length)
    logits = keras.layers.Concatenate(name="logits")([said[:, :1], inside, said[:, 1:]])
    return keras.Model(image, logits, name=f"guard_{preset}")


def guard_features(side: int = SIDE, backbone: keras.Model | None = None) -> keras.Model:
    """(B, S, S, 3) in -1..1 -> (B, F): mean and spread of every channel of STAGES over the picture."""
    backbone = backbone or mobilenet_v2(side, side)
    stages = [backbone.get_layer(name).output for name in STAGES]
    pooled = [part for stage in stages for part in _mean_and_spread(stage)]
    return keras.Model(backbone.input, keras.layers.Concatenate()(pooled), name="features")


def _mean_and_spread(stage: Tensor) -> tuple[Tensor, Tensor]:
    mean = keras.ops.mean(stage, axis=(1, 2))
    square = keras.ops.mean(stage * stage, axis=(1, 2))
    return mean, keras.ops.sqrt(keras.ops.maximum(square - mean * mean, 0.0) + 1e-6)
