"""Are there microcalcifications in a patch of 60 x 60 pixels, and where: experts, and the committee they form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from models.layers import MOMENTUM, Preset, Tensor

SIDE = 60  # pixels of a patch, as published (S-calc)
SPACING_MM = 0.1  # of a patch's pixel; INFN's films were scanned at 0.085 mm, INbreast here has 0.114 or 0.140 mm
CELLS = 30  # the compact expert's map of spots has so many cells a side, each of 2 x 2 pixels
OUTPUTS = ("calcified", "spots")
SHEET = 4  # patches a side of what is served: 16 at a time
MAJORITY = 0.55  # of the weight, that the first step of a committee has at least
BACKGROUND = 15  # pixels over which the slowly changing tissue is averaged: a spot is no larger than half of it
FAINTEST = 0.002  # of the range 0..1: half a grey level of 8 bits is no texture


@dataclass(frozen=True)
class Hyper:
    """The published hypermodel's choices (S-calc): 15, 20, 25; 1, 3, 5; 0, 0.05, 0.1."""

    dim: int = 20  # filters of the first block; doubled in the second and third
    depth: int = 1  # hidden dense layers
    dropout: float = 0.05


def build_microcalcification(preset: Preset = "compact", **hyper: Any) -> keras.Model:
    """One expert: "patches" (B, 60, 60, 1) in 0..1 -> "calcified" logits (B, 1), and "spots" logits (B, C, C, 1).

    "calcified" judges the patch as a whole, a cell of "spots" whether a calcification lies in it. The paper preset is
    the published hypermodel, which only judges whole patches: its map has one cell, the same logit. `hyper` are fields
    of Hyper, of the paper preset alone. Grey values are normalised inside: neither scale nor offset changes the answer
    (beyond FAINTEST).
    """
    patches = keras.Input((SIDE, SIDE, 1), name="patches")
    judge = published(Hyper(**hyper)) if preset == "paper" else compact()
    calcified, spots = judge(normalised(patches))
    outputs = {"calcified": calcified, "spots": spots}
    return keras.Model(patches, outputs, name=f"microcalcification_{preset}")


def normalised(patches: Tensor) -> Tensor:
    """(B, 60, 60, 1) -> (B, 60, 60, 2): the patch in its own mean and deviation, and its detail in units of itself."""
    ops = keras.ops
    centred = patches - ops.mean(patches, axis=(1, 2), keepdims=True)
    deviation = ops.sqrt(ops.mean(ops.square(centred), axis=(1, 2), keepdims=True))
    detail = centred - keras.layers.AveragePooling2D(BACKGROUND, strides=1, padding="same")(centred)
    usual = ops.mean(ops.abs(detail), axis=(1, 2), keepdims=True)  # less moved by a few bright spots than the variance
    grey = 2 * ops.tanh(centred / (2 * deviation + 4 * FAINTEST))
    spots = 6 * ops.tanh(detail / (24 * (usual + FAINTEST)))  # a clear calcification is 5 to 30 times the usual detail
    return keras.layers.Concatenate()([grey, spots])


def compact() -> keras.Model:
    """Fully convolutional, 22 thousand weights: fine features at 2 pixels a cell joined with coarse ones at 4."""
    patches = keras.Input((SIDE, SIDE, 2))
    fine = _unit(_unit(patches, 8), 16, strides=2)  # (B, 30, 30, 16)
    fine = keras.layers.Add()([fine, _unit(_unit(fine, 16), 16)])
    coarse = _unit(fine, 24, strides=2)  # (B, 15, 15, 24)
    coarse = keras.layers.Add()([coarse, _unit(_unit(coarse, 24, dilation=2), 24)])
    around = keras.layers.UpSampling2D(2)(_unit(coarse, 16, kernel=1))
    joined = _unit(keras.layers.Concatenate()([fine, around]), 16, kernel=1)
    spots = keras.layers.Conv2D(1, 3, padding="same", bias_initializer=keras.initializers.Constant(-3.0))(joined)
    pooled = [keras.layers.GlobalMaxPooling2D()(joined), keras.layers.GlobalAveragePooling2D()(joined)]
    pooled += [keras.layers.GlobalMaxPooling2D()(coarse), keras.layers.GlobalAveragePooling2D()(coarse)]
    features = keras.layers.Dropout(0.3)(keras.layers.Concatenate()(pooled))  # (B, 80)
    return keras.Model(patches, [keras.layers.Dense(1, name="calcified")(features), spots], name="judge")


def published(hyper: Hyper) -> keras.Model:
    """Three blocks of convolution, batch norm, ReLU, 2x2 maximum and dropout, then `depth` dense layers."""
    patches = keras.Input((SIDE, SIDE, 2))
    x = patches
    for factor in (1, 2, 4):
        x = keras.layers.MaxPooling2D()(_unit(x, factor * hyper.dim))
        x = keras.layers.Dropout(hyper.dropout)(x)
    x = keras.layers.Flatten()(x)  # (B, 7 * 7 * 4 dim)
    for _ in range(hyper.depth):
        x = keras.layers.Dropout(hyper.dropout)(keras.layers.Dense(4 * hyper.dim, activation="relu")(x))
    logit = keras.layers.Dense(1, name="calcified")(x)
    return keras.Model(patches, [logit, keras.layers.Reshape((1, 1, 1))(logit)], name="judge")


def _unit(x: Tensor, width: int, strides: int = 1, kernel: int = 3, dilation: int = 1) -> Tensor:
    x = keras.layers.Conv2D(
        width,
        kernel,
        strides,
        "same",
        dilation_rate=dilation,
        use_bias=False,
        kernel_initializer="he_normal",
    )(x)
    return keras.layers.ReLU()(keras.layers.BatchNormalization(momentum=MOMENTUM)(x))


def build_committee(experts: Sequence[keras.Model], weights: Sequence[float]) -> keras.Model:
    """Their weighted mean: "patches" (B, 60, 60, 1) -> probabilities "calcified" (B, 1) and "spots" (B, C, C, 1).

    `weights` are not negative and sum to one, so the committee never says more than its surest member.
    Raises ValueError for others.
    """
    if len(weights) != len(experts) or min(weights) < 0 or abs(sum(weights) - 1) > 1e-3:
        raise ValueError(f"expected {len(experts)} weights, none negative, sum 1; received {list(weights)}")
    return _weighed(experts, weights)


def build_stages(experts: Sequence[keras.Model], weights: Sequence[float]) -> tuple[keras.Model, ...]:
    """The same committee in three steps: the weightiest expert, more of them up to a majority of the weight, the rest.

    The first says what the committee can say at most, each of the others by how much less it says, so that their sum
    is the committee's answer. A majority alone can settle that a probability stays below one half. No step at all
    where the weightiest expert is a majority already, or where that takes all experts.
    """
    order = sorted(range(len(experts)), key=lambda i: -weights[i])
    heard = np.cumsum([weights[i] for i in order])
    count = 1 + int(np.searchsorted(heard[:-1], MAJORITY))
    if count in (1, len(order)):
        return ()
    parts = (order[:1], order[1:count], order[count:])
    shares = [sum(weights[i] for i in part) for part in parts]
    more = (shares[1] + shares[2], -shares[1], -shares[2])
    return tuple(
        _weighed([experts[i] for i in part], [weights[i] for i in part], term)
        for part, term in zip(parts, more, strict=True)
    )


def _weighed(experts: Sequence[keras.Model], weights: Sequence[float], more: float = 0.0) -> keras.Model:
    patches = keras.Input((SIDE, SIDE, 1), name="patches")
    seen = normalised(patches)  # once for all
    said = [_renamed(expert.get_layer("judge"), f"expert_{i}")(seen) for i, expert in enumerate(experts, 1)]
    outputs = {
        name: sum(weight * keras.ops.sigmoid(answer[i]) for weight, answer in zip(weights, said, strict=True)) + more
        for i, name in enumerate(OUTPUTS)
    }
    return keras.Model(patches, outputs, name="microcalcification_committee")


def _renamed(judge: keras.Model, name: str) -> keras.Model:
    copy = keras.models.clone_model(judge)
    copy.set_weights(judge.get_weights())
    return keras.Model(copy.inputs, copy.outputs, name=name)


def build_sheet(committee: keras.Model, rows: int = SHEET) -> keras.Model:
    """The committee as it is served: "patches" (1, rows * 60, rows * 60, 1), so many patches side by side in 0..1.

    -> logits "calcified" (1, rows, rows, 1) and "spots" (1, rows * C, rows * C, 1), each patch's where it lay.
    """
    shares = build_sheet_of_shares(committee, rows)
    logits = {name: keras.ops.log(held / (1 - held)) for name, held in _held(shares.output).items()}
    return keras.Model(shares.input, logits, name="microcalcification_sheet")


def build_sheet_of_shares(committee: keras.Model, rows: int = SHEET) -> keras.Model:
    """The same with what `committee` says itself instead of logits."""
    ops = keras.ops
    sheet = keras.Input((rows * SIDE, rows * SIDE, 1), batch_size=1, name="patches")
    patches = ops.reshape(sheet, (rows, SIDE, rows, SIDE, 1))
    said = committee(ops.reshape(ops.transpose(patches, (0, 2, 1, 3, 4)), (rows * rows, SIDE, SIDE, 1)))
    spots = said["spots"]  # (rows * rows, C, C, 1)
    cells = spots.shape[1]
    spots = ops.transpose(ops.reshape(spots, (rows, rows, cells, cells, 1)), (0, 2, 1, 3, 4))
    calcified = ops.reshape(said["calcified"], (1, rows, rows, 1))
    outputs = {"calcified": calcified, "spots": ops.reshape(spots, (1, rows * cells, rows * cells, 1))}
    return keras.Model(sheet, outputs, name="microcalcification_shares")


def _held(probabilities: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name: keras.ops.clip(share, 1e-6, 1 - 1e-6) for name, share in probabilities.items()}
