"""Blocks that two or more networks share."""

from __future__ import annotations

from typing import Any, Literal

import keras

Preset = Literal["compact", "paper"]
MOMENTUM = 0.9  # of batch norms: our trainings are short, and Keras's 0.99 would still remember their first steps

Tensor = Any  # keras.KerasTensor while building, a backend tensor while running


def conv_block(x: Tensor, width: int) -> Tensor:
    """Twice 3x3 convolution, batch norm, ReLU: (B, H, W, C) -> (B, H, W, width)."""
    for _ in range(2):
        x = keras.layers.Conv2D(width, 3, padding="same", use_bias=False, kernel_initializer="he_normal")(x)
        x = keras.layers.BatchNormalization(momentum=MOMENTUM)(x)
        x = keras.layers.ReLU()(x)
    return x


@keras.saving.register_keras_serializable(package="mammoscope")
class PositionEmbedding(keras.layers.Layer):
    """Adds a learned vector to every token: (B, N, D) -> (B, N, D)."""

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.position = self.add_weight(shape=input_shape[1:], initializer="random_normal", name="position")

    def call(self, tokens: Tensor) -> Tensor:
        return tokens + self.position


def transformer_block(tokens: Tensor, heads: int, head_width: int, mlp_width: int) -> Tensor:
    """Pre-norm self-attention and MLP (Dosovitskiy et al. 2021, arXiv:2010.11929): (B, N, D) -> (B, N, D)."""
    width = tokens.shape[-1]
    y = keras.layers.LayerNormalization(epsilon=1e-6)(tokens)
    tokens = keras.layers.Add()([tokens, keras.layers.MultiHeadAttention(heads, head_width)(y, y)])
    y = keras.layers.LayerNormalization(epsilon=1e-6)(tokens)
    y = keras.layers.Dense(mlp_width, activation="gelu")(y)
    return keras.layers.Add()([tokens, keras.layers.Dense(width)(y)])


def grey_to_signed_rgb(grey: Tensor) -> Tensor:
    """(B, H, W, 1) in 0..1 -> (B, H, W, 3) in -1..1, as MobileNetV2 and ResNet50V2 were trained to see."""
    signed = keras.layers.Rescaling(2.0, offset=-1.0)(grey)
    return keras.layers.Concatenate()([signed, signed, signed])


def grey_to_lite_rgb(grey: Tensor) -> Tensor:
    """(B, H, W, 1) in 0..1 -> (B, H, W, 3): (0..255 - 127) / 128, as EfficientNet-Lite was trained to see."""
    signed = keras.layers.Rescaling(255 / 128, offset=-127 / 128)(grey)
    return keras.layers.Concatenate()([signed, signed, signed])


def grey_to_caffe_bgr(grey: Tensor) -> Tensor:
    """(B, H, W, 1) in 0..1 -> (B, H, W, 3): 0..255 less the ImageNet means of B, G, R, as for ResNet50."""
    means = (103.939, 116.779, 123.68)
    return keras.layers.Concatenate()([keras.layers.Rescaling(255.0, offset=-mean)(grey) for mean in means])


def mobilenet_v2(height: int, width: int) -> keras.Model:
    """MobileNetV2, width 1.0, without its classifier: (B, H, W, 3) in -1..1 -> (B, H/32, W/32, 1280).

    Random weights; models.imagenet.load_mobilenet_v2 fills them. Sides must be multiples of 32.
    """
    if height % 32 or width % 32:
        raise ValueError(f"expected sides that are multiples of 32, received {height} x {width}")
    model = keras.applications.MobileNetV2(input_shape=(height, width, 3), include_top=False, weights=None)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = MOMENTUM
    return model
