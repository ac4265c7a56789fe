"""Probability that one whole view shows cancer."""

from __future__ import annotations

import keras

from models.layers import Preset, grey_to_signed_rgb, mobilenet_v2

SIZES: dict[Preset, tuple[int, int]] = {"paper": (256, 256), "compact": (384, 256)}


def build_cancer(preset: Preset = "compact", height: int | None = None, width: int | None = None) -> keras.Model:
    """Cancer logit (B, 1) of a whole view: "image" (B, H, W, 1) in 0..1.

    The paper preset is a frozen ResNet50V2 (He et al. 2016, arXiv:1603.05027) at 256x256 under a small dense head; the
    compact one a MobileNetV2 that trains, at 384x256 unless told, whose maximum is pooled beside the average because
    a cancer is a small part of the picture. Its head is linear: a hidden layer of rectifiers died in training, because
    frozen batch norms leave the pooled features large. The weights that ship are not of this network but of
    models/lesion_features.py, see docs/decisions/0007-cancer-from-the-detectors-features.md.
    """
    size = (height or SIZES[preset][0], width or SIZES[preset][1])
    image = keras.Input((*size, 1), name="image")  # (B, H, W, 1)
    rgb = grey_to_signed_rgb(image)
    if preset == "paper":
        backbone = keras.applications.ResNet50V2(include_top=False, weights=None, input_shape=(*size, 3))
        backbone.trainable = False
        features = keras.layers.GlobalAveragePooling2D()(backbone(rgb, training=False))  # (B, 2048)
    else:
        x = mobilenet_v2(*size)(rgb)  # (B, H/32, W/32, 1280)
        features = keras.layers.Concatenate()(
            [keras.layers.GlobalAveragePooling2D()(x), keras.layers.GlobalMaxPooling2D()(x)]
        )  # (B, 2560)
    x = keras.layers.Dense(128, activation="relu")(features) if preset == "paper" else features
    x = keras.layers.Dropout(0.4)(x)
    logit = keras.layers.Dense(
        1, dtype="float32", kernel_initializer=keras.initializers.RandomNormal(stddev=1e-3), name="logit"
    )(x)  # (B, 1)
    return keras.Model(image, logit, name=f"cancer_{preset}")
