"""How much dense tissue could hide a mass: low, medium or high."""

from __future__ import annotations

from collections.abc import Sequence

import keras

from models.layers import Preset, grey_to_signed_rgb, mobilenet_v2

LEVELS = ("low", "medium", "high")  # the order of the logits
HEIGHT, WIDTH = 160, 128
PUBLISHED = (16,)  # channels of the convolutions


def build_masking(
    preset: Preset = "compact", height: int = HEIGHT, width: int = WIDTH, widths: Sequence[int] = PUBLISHED
) -> keras.Model:
    """Masking logits (B, 3), low, medium, high, of a whole view: "image" (B, H, W, 1) in 0..1.

    The paper preset is a convolution of each of `widths` with max-pooling behind it, then dense 3; one of 16 is the
    published sweep's winner. The compact one is a MobileNetV2 with average pooling, which bears shifts that the
    flattened map of the other does not.
    """
    image = keras.Input((height, width, 1), name="image")  # (B, H, W, 1)
    if preset == "paper":
        x = image
        for channels in widths:
            x = keras.layers.MaxPooling2D()(keras.layers.Conv2D(channels, 3, activation="relu")(x))
        features = keras.layers.Flatten()(x)
    else:
        x = mobilenet_v2(height, width)(grey_to_signed_rgb(image))
        features = keras.layers.Dropout(0.3)(keras.layers.GlobalAveragePooling2D()(x))  # (B, 1280)
    logits = keras.layers.Dense(len(LEVELS), dtype="float32", name="logits")(features)  # (B, 3)
    return keras.Model(image, logits, name=f"masking_{preset}")
