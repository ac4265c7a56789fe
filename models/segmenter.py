"""The outline of one finding: a U-Net with a vision transformer beside it."""

from __future__ import annotations

from dataclasses import dataclass

import keras

from models.layers import PositionEmbedding, Preset, Tensor, conv_block, transformer_block


@dataclass(frozen=True)
class Sizes:
    widths: tuple[int, ...]  # channels at each level, top to bottleneck
    depth: int  # transformer blocks
    heads: int
    head_width: int
    token_width: int
    mlp_width: int


PRESETS: dict[Preset, Sizes] = {
    "paper": Sizes((32, 64, 128, 256, 512), depth=8, heads=4, head_width=64, token_width=64, mlp_width=256),
    "compact": Sizes((16, 32, 64, 128, 256), depth=4, heads=4, head_width=16, token_width=64, mlp_width=128),
}


def build_segmenter(preset: Preset = "compact", side: int = 256, sizes: Sizes | None = None) -> keras.Model:
    """Outline logits for a crop around one finding: "crop" (B, S, S, 1) in 0..1 -> "logits" (B, S, S, 1).

    U-Net (Ronneberger et al. 2015, arXiv:1505.04597) whose bottleneck also receives, added, the output of a vision
    transformer over patches of the input (in the spirit of TransUNet, Chen et al. 2021, arXiv:2102.04306). Batch norm
    rather than group norm: it vanishes into the convolutions at export. Train it with batches of 4 or more. `sizes`
    are the preset's unless given.
    """
    sizes = sizes or PRESETS[preset]
    crop = keras.Input((side, side, 1), name="crop")  # (B, S, S, 1)
    x, skips = crop, []
    for width in sizes.widths[:-1]:
        x = conv_block(x, width)  # (B, S/2^i, S/2^i, width)
        skips.append(x)
        x = keras.layers.MaxPooling2D()(x)
    x = conv_block(x, sizes.widths[-1])  # (B, S/16, S/16, 512) in the paper preset
    x = keras.layers.Add(name="bottleneck")([x, transformer_branch(crop, sizes)])
    for width, skip in zip(reversed(sizes.widths[:-1]), reversed(skips), strict=True):
        x = keras.layers.Conv2DTranspose(width, 3, strides=2, padding="same")(x)
        x = conv_block(keras.layers.Concatenate()([x, skip]), width)
    logits = keras.layers.Conv2D(1, 1, dtype="float32", name="logits")(x)  # (B, S, S, 1), not probabilities
    return keras.Model(crop, logits, name=f"segmenter_{preset}")


def transformer_branch(crop: Tensor, sizes: Sizes) -> Tensor:
    """(B, S, S, 1) -> (B, S/P, S/P, widths[-1]), where the patch side P is the U-Net's whole reduction."""
    patch = 2 ** (len(sizes.widths) - 1)
    x = keras.layers.Conv2D(sizes.token_width, patch, strides=patch, name="patches")(crop)
    rows, columns = x.shape[1:3]
    tokens = PositionEmbedding(name="positions")(keras.layers.Reshape((rows * columns, sizes.token_width))(x))
    for _ in range(sizes.depth):
        tokens = transformer_block(tokens, sizes.heads, sizes.head_width, sizes.mlp_width)
    tokens = keras.layers.LayerNormalization(epsilon=1e-6)(tokens)
    x = keras.layers.Dense(sizes.widths[-1], name="to_bottleneck")(tokens)
    return keras.layers.Reshape((rows, columns, sizes.widths[-1]))(x)
