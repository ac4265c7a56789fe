"""Malignancy of a mass by two unlike networks side by side: the second opinion beside models/pathology.py."""

from __future__ import annotations

from collections.abc import Sequence

import keras

from models.layers import MOMENTUM, Preset, Tensor, mobilenet_v2

SIDE = 224
DENSE = (128, 64)  # units of the paper preset's dense layers before the last; the source says three, not how wide
GROWTH, STEM, BLOCKS = 16, 32, (3, 4, 6, 4)  # of the small DenseNet: channels a layer adds, first channels, layers
BGR_MEANS = (103.939, 116.779, 123.68)  # of ImageNet, as ResNet50 was trained to see
RGB_MEANS, RGB_DEVIATIONS = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # likewise DenseNet


def build_hybrid(preset: Preset = "compact", side: int = SIDE) -> keras.Model:
    """Malignancy logit (B, 1) of "image" (B, S, S, 1) in 0..1: a mass with what surrounds it, nothing masked.

    A learned convolution makes three channels of the one. The paper preset joins the pooled features of DenseNet121
    (Huang et al. 2017, arXiv:1608.06993) and ResNet50 (He et al. 2016, arXiv:1512.03385) and ends in three dense
    layers; the compact one joins MobileNetV2 (Sandler et al. 2018, arXiv:1801.04381) and a small DenseNet under a
    linear head, see models/cancer.py for why.
    """
    image = keras.Input((side, side, 1), name="image")  # (B, S, S, 1)
    colours = to_three_channels(image)
    features = _paper_features(colours) if preset == "paper" else _compact_features(colours)
    if preset == "paper":
        for units in DENSE:
            features = keras.layers.Dense(units, activation="relu")(features)
    x = keras.layers.Dropout(0.4)(features)
    logit = keras.layers.Dense(1, dtype="float32", name="logit")(x)  # (B, 1)
    return keras.Model(image, logit, name=f"hybrid_{preset}")


def mobilenet_of(model: keras.Model) -> keras.Model:
    """The part of the compact preset that ImageNet weights are at hand for."""
    (found,) = [layer for layer in model.layers if isinstance(layer, keras.Model)]
    return found


def to_three_channels(image: Tensor) -> Tensor:
    """(B, S, S, 1) -> (B, S, S, 3); starts as three copies of the grey picture and learns from there."""
    return keras.layers.Conv2D(3, 1, kernel_initializer="ones", name="to_three_channels")(image)


def _paper_features(colours: Tensor) -> Tensor:
    """(B, S, S, 3) in 0..1 -> (B, 1024 + 2048)."""
    shape = tuple(colours.shape[1:])
    dense = keras.applications.DenseNet121(include_top=False, weights=None, input_shape=shape, pooling="avg")
    residual = keras.applications.ResNet50(include_top=False, weights=None, input_shape=shape, pooling="avg")
    variance = [deviation**2 for deviation in RGB_DEVIATIONS]
    as_rgb = keras.layers.Normalization(mean=RGB_MEANS, variance=variance)(colours)
    as_bgr = keras.layers.Rescaling(255.0, offset=[-mean for mean in BGR_MEANS])(colours)
    return keras.layers.Concatenate()([dense(as_rgb), residual(as_bgr)])


def _compact_features(colours: Tensor) -> Tensor:
    """(B, S, S, 3) in 0..1 -> (B, 1280 + 138)."""
    height, width = colours.shape[1:3]
    signed = keras.layers.Rescaling(2.0, offset=-1.0)(colours)
    pooled = keras.layers.GlobalAveragePooling2D
    return keras.layers.Concatenate()([pooled()(mobilenet_v2(height, width)(signed)), pooled()(small_densenet(signed))])


def small_densenet(x: Tensor, growth: int = GROWTH, stem: int = STEM, blocks: Sequence[int] = BLOCKS) -> Tensor:
    """DenseNet-BC in small: (B, S, S, C) -> (B, S/32, S/32, 138 with the sizes above)."""
    x = keras.layers.Conv2D(stem, 7, strides=2, padding="same", use_bias=False)(x)
    x = keras.layers.MaxPooling2D(3, strides=2, padding="same")(_normal(x))  # (B, S/4, S/4, stem)
    for number, layers in enumerate(blocks):
        if number:
            x = keras.layers.Conv2D(x.shape[-1] // 2, 1, use_bias=False)(_normal(x))
            x = keras.layers.AveragePooling2D(2)(x)
        for _ in range(layers):
            x = keras.layers.Concatenate()([x, _dense_layer(x, growth)])
    return _normal(x)


def _dense_layer(x: Tensor, growth: int) -> Tensor:
    x = keras.layers.Conv2D(4 * growth, 1, use_bias=False)(_normal(x))
    return keras.layers.Conv2D(growth, 3, padding="same", use_bias=False)(_normal(x))


def _normal(x: Tensor) -> Tensor:
    return keras.layers.ReLU()(keras.layers.BatchNormalization(momentum=MOMENTUM)(x))
