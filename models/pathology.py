"""Malignancy of one finding from three views of it: the region, its inside, its surroundings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import keras

from models.layers import Preset, Tensor, grey_to_caffe_bgr, grey_to_signed_rgb, mobilenet_v2

INPUTS = ("image", "shape", "margin")
SIDES: dict[Preset, int] = {"paper": 224, "compact": 160}


def build_pathology(preset: Preset = "compact", side: int | None = None) -> keras.Model:
    """Malignancy logit (B, 1) of one finding; each input (B, S, S, 1) in 0..1, S = 224 (paper) or 160 (compact).

    "image" is the region cut out with its margin; "shape" the same, black outside the outline; "margin" the same, black
    inside it. The paper preset sends each through a ResNet50 of its own (He et al. 2016, arXiv:1512.03385), the
    compact one all three through one MobileNetV2; pooled features are concatenated. The compact head is linear, see
    models/cancer.py.
    """
    side = side or SIDES[preset]
    inputs = [keras.Input((side, side, 1), name=name) for name in INPUTS]
    features = separate_features(inputs) if preset == "paper" else shared_features(inputs)
    x = keras.layers.Dropout(0.4)(features)
    if preset == "paper":
        x = keras.layers.Dense(512, activation="relu")(x)
        x = keras.layers.Dropout(0.4)(x)
    logit = keras.layers.Dense(1, dtype="float32", name="logit")(x)  # (B, 1)
    return keras.Model(dict(zip(INPUTS, inputs, strict=True)), logit, name=f"pathology_{preset}")


def separate_features(inputs: list[Tensor]) -> Tensor:
    """Three (B, S, S, 1) -> (B, 3 * 2048)."""
    pooled = []
    for name, grey in zip(INPUTS, inputs, strict=True):
        backbone = keras.applications.ResNet50(
            include_top=False, weights=None, input_shape=(*grey.shape[1:3], 3), pooling="avg", name=f"{name}_resnet50"
        )
        pooled.append(backbone(grey_to_caffe_bgr(grey)))
    return keras.layers.Concatenate()(pooled)


def shared_features(inputs: list[Tensor]) -> Tensor:
    """Three (B, S, S, 1) -> (B, 3 * 1280); one pass, so batch norms see all three kinds of picture together."""
    height, width = inputs[0].shape[1:3]
    stacked = keras.ops.stack(inputs, axis=1)  # (B, 3, S, S, 1)
    grey = keras.ops.reshape(stacked, (-1, height, width, 1))  # (3 B, S, S, 1)
    x = mobilenet_v2(height, width)(grey_to_signed_rgb(grey))
    x = keras.layers.GlobalAveragePooling2D()(x)  # (3 B, 1280)
    return keras.ops.reshape(x, (-1, len(inputs) * x.shape[-1]))


def submodels(model: keras.Model) -> dict[str, keras.Model]:
    """Of the paper preset: name of each input -> its ResNet50 under a logit of its own (B, 1), weights shared."""
    found = {}
    for name in INPUTS:
        backbone = model.get_layer(f"{name}_resnet50")
        grey = keras.Input(model.input[name].shape[1:], name=name)  # (B, S, S, 1)
        logit = keras.layers.Dense(1, dtype="float32", name=f"{name}_logit")(backbone(grey_to_caffe_bgr(grey)))
        found[name] = keras.Model(grey, logit, name=f"pathology_{name}")
    return found


@contextmanager
def frozen(models: Sequence[keras.Model]) -> Iterator[None]:
    """Nothing of them learns meanwhile, not even the statistics of their batch norms."""
    for model in models:
        model.trainable = False
    try:
        yield
    finally:
        for model in models:
            model.trainable = True
