"""Batches for the detector: which images, how changed, and what every anchor shall learn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.boxes import Boxes, encode, match
from pipeline.geometry import Box, Points
from training.augment import (
    Grey,
    Ranges,
    fit_matrix,
    moved,
    random_affine,
    regreyed,
    then,
    visible_boxes,
    warped,
)
from training.cache import PreparedExample
from training.paste import Patch, cut_out, paste


@dataclass(frozen=True, eq=False)
class Scene:
    """A prepared image with the outlines of its masses in its own pixels."""

    pixels: Grey
    outlines: tuple[Points, ...]


@dataclass(frozen=True, eq=False)
class Pools:
    """What a batch is drawn from, and how many of each: masses first, then images without one."""

    scenes: tuple[tuple[Scene, ...], ...]
    shares: tuple[int, ...]
    patches: tuple[Patch, ...]  # masses to set into images that have none
    paste_chance: float = 0.5
    ranges: Ranges = field(default_factory=Ranges)


@dataclass(frozen=True, eq=False)
class Targets:
    images: NDArray[np.float32]  # (B, H, W, 1) 0..1
    classes: NDArray[np.int32]  # (B, N): 0 mass, -1 none
    codes: NDArray[np.float32]  # (B, N, 4)
    class_weights: NDArray[np.float32]  # (B, N): 0 where an anchor is neither
    box_weights: NDArray[np.float32]  # (B, N): 1 where it is a mass


def scene_of(prepared: PreparedExample) -> Scene:
    return Scene(prepared.pixels, prepared.outlines)


def patches_of(scenes: Sequence[Scene]) -> tuple[Patch, ...]:
    return tuple(cut_out(scene.pixels, outline) for scene in scenes for outline in scene.outlines)


def batch(rng: np.random.Generator, pools: Pools, anchors: Boxes, height: int, width: int) -> Targets:
    drawn = [
        _drawn(rng, pool, pools) for pool, share in zip(pools.scenes, pools.shares, strict=True) for _ in range(share)
    ]
    views = [augmented(rng, scene, height, width, pools.ranges) for scene in drawn]
    labels = [labelled(anchors, boxes) for _, boxes in views]
    images = np.asarray(np.stack([image for image, _ in views])[..., None] / np.float32(255), np.float32)
    classes, codes, class_weights, box_weights = (np.stack(parts) for parts in zip(*labels, strict=True))
    return Targets(images, classes, codes, class_weights, box_weights)


def _drawn(rng: np.random.Generator, pool: Sequence[Scene], pools: Pools) -> Scene:
    scene = pool[int(rng.integers(len(pool)))]
    if scene.outlines or not pools.patches or rng.random() > pools.paste_chance:
        return scene
    pasted = paste(rng, scene.pixels, pools.patches[int(rng.integers(len(pools.patches)))])
    return scene if pasted is None else Scene(pasted[0], (pasted[1],))


def augmented(
    rng: np.random.Generator, scene: Scene, height: int, width: int, ranges: Ranges
) -> tuple[Grey, list[Box]]:
    fit = fit_matrix(scene.pixels.shape, height, width)
    matrix = then(fit, random_affine(rng, height, width, ranges))
    outlines = [moved(outline, matrix) for outline in scene.outlines]
    return regreyed(rng, warped(scene.pixels, matrix, height, width), ranges), visible_boxes(outlines, height, width)


def labelled(
    anchors: Boxes, boxes: Sequence[Box]
) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """(classes, codes, class weights, box weights) of every anchor, as Model Garden's AnchorLabeler gives them."""
    truth = np.array([(box.y, box.x, box.bottom, box.right) for box in boxes], np.float32).reshape(-1, 4)
    matched = match(anchors, truth)
    is_mass = matched >= 0
    codes = np.zeros((len(anchors), 4), np.float32)
    if is_mass.any():
        codes[is_mass] = encode(truth[matched[is_mass]], anchors[is_mass])
    classes = np.where(is_mass, 0, -1).astype(np.int32)
    return classes, codes, (matched != -2).astype(np.float32), is_mass.astype(np.float32)
