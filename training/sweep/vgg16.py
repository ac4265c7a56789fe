"""The comparator of the masking sweep: a frozen VGG16 (Simonyan & Zisserman 2015, arXiv:1409.1556) under three logits.

Its backbone never changes, so its features are computed once and a dense layer learns on them. Without the file of its
ImageNet weights, which is never downloaded, the backbone is random and the comparison says little.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from models.layers import grey_to_caffe_bgr
from models.masking import LEVELS
from pipeline.classify import squashed
from training.cache import PreparedExample
from training.fit import Batch, fit
from training.recipes.values import Schedule

FILE = "weights/vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5"  # below --data, as Keras calls its own file
BLOCK, BATCH = 128, 16  # views that are kept together, and that are computed at once
Features = NDArray[np.float16]


def words(weights: Path | None) -> str:
    """What the report says of it."""
    if weights is None:
        return "no ImageNet weights were at hand: its frozen backbone is random, which makes it a weak comparator"
    return f"backbone of {weights.name}, a dense layer on top trained"


def build_vgg16(size: tuple[int, int], weights: Path | None) -> Any:
    """Features (B, H/32 * W/32 * 512) of a view (B, H, W, 1) in 0..1; random where there is no weight file."""
    image = keras.Input((*size, 1), name="image")  # (B, H, W, 1)
    backbone = keras.applications.VGG16(include_top=False, weights=None, input_shape=(*size, 3))
    if weights is not None:
        backbone.load_weights(weights)
    backbone.trainable = False
    return keras.Model(image, keras.layers.Flatten()(backbone(grey_to_caffe_bgr(image))), name="vgg16")


def features(
    views: Sequence[PreparedExample],
    size: tuple[int, int],
    weights: Path | None,
    folder: Path,
    say: Callable[[str], None],
) -> Features:
    """(N, F), block by block kept in `folder` under what went in, so that a stopped run goes on."""
    folder.mkdir(parents=True, exist_ok=True)
    source = "random" if weights is None else sha256(weights.read_bytes()).hexdigest()
    model, blocks = None, list[Features]()
    for at in range(0, len(views), BLOCK):
        block = views[at : at + BLOCK]
        path = folder / f"features-{_key(source, size, block)}.npy"
        if not path.is_file():
            model = model or _seeded(size, weights)
            np.save(path, _computed(model, block, size))
            say(f"VGG16 features {at + len(block)}/{len(views)}")
        blocks.append(np.asarray(np.load(path), np.float16))
    return np.concatenate(blocks)


def _key(source: str, size: tuple[int, int], block: Sequence[PreparedExample]) -> str:
    names = (f"{view.example.dataset}/{view.example.image_id}" for view in block)
    return sha256(" ".join([source, str(size), *names]).encode()).hexdigest()[:16]


def _seeded(size: tuple[int, int], weights: Path | None) -> Any:
    """A random backbone is the same one for all blocks, of training and of held-out views."""
    keras.utils.set_random_seed(7)
    return build_vgg16(size, weights)


def _computed(model: Any, block: Sequence[PreparedExample], size: tuple[int, int]) -> Features:
    images = np.stack([squashed(view.pixels, *size)[..., None] for view in block])
    parts = [model.predict_on_batch(images[at : at + BATCH]) for at in range(0, len(images), BATCH)]
    return np.concatenate(parts).astype(np.float16)


def head_on(
    found: Features, truth: Sequence[int], schedule: Schedule, batch: int, folder: Path, seed: int
) -> Callable[[Features], NDArray[np.float64]]:
    """Three logits learnt on features as the recipe's schedule says; gives probabilities (N, 3) of other features."""
    keras.utils.set_random_seed(seed)
    model = keras.Sequential([keras.Input((found.shape[1],)), keras.layers.Dense(len(LEVELS), dtype="float32")])
    targets = np.eye(len(LEVELS), dtype=np.float32)[list(truth)]

    def draw(rng: np.random.Generator) -> Batch:
        rows = rng.integers(len(found), size=batch)
        return found[rows].astype(np.float32), targets[rows], np.ones(batch, np.float32)

    course = replace(schedule, choose="last").for_images(len(found), batch)
    fit(model, draw, keras.losses.CategoricalCrossentropy(from_logits=True), course, folder, seed)

    def probabilities(others: Features) -> NDArray[np.float64]:
        logits = np.asarray(model.predict(others.astype(np.float32), verbose=0), np.float64)
        raised = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(raised / raised.sum(axis=1, keepdims=True), np.float64)

    return probabilities
