"""Batches for the networks that look at a whole view: masking level and cancer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.classify import squashed
from training.augment import Grey, Ranges, random_affine, regreyed, warped
from training.fit import Batch, Draw
from training.recipes.values import BatchNorms, Schedule


@dataclass(frozen=True)
class WholeView:
    """How a network of a whole view is trained."""

    height: int  # pixels of its input
    width: int
    batch: int
    smoothing: float  # of the labels
    balanced: bool  # strata and classes evenly, as balanced() draws; else every view as often as any other
    class_weights: bool  # a class's images weigh by how rare it is
    schedule: Schedule
    ranges: Ranges
    batch_norms: BatchNorms = "frozen"  # of the start weights; a MobileNetV2's train if measured on our own views


@dataclass(frozen=True, eq=False)
class Labelled:
    """A view, already squashed to somewhat more than the network's size, with its class and where it came from."""

    pixels: Grey
    label: int
    stratum: str  # data set and machine; batches are balanced over strata, so that telling machines apart gains nothing


def labelled(pixels: Grey, label: int, stratum: str, height: int, width: int) -> Labelled:
    return Labelled((squashed(pixels, height, width) * 255).round().astype(np.uint8), label, stratum)


def strata(views: Sequence[Labelled], classes: int) -> dict[str, list[list[Labelled]]]:
    """stratum -> views of every class; strata in which a class is missing teach nothing about it and are left out."""
    names = sorted({view.stratum for view in views})
    table = {n: [[v for v in views if (v.stratum, v.label) == (n, c)] for c in range(classes)] for n in names}
    return {name: groups for name, groups in table.items() if all(groups)}


Alter = Callable[[np.random.Generator, Labelled], Labelled]


def unaltered(rng: np.random.Generator, view: Labelled) -> Labelled:
    return view


def draws(views: Sequence[Labelled], classes: int, how: WholeView, alter: Alter = unaltered) -> Draw:
    """Batches as the recipe wants them: sample weights average 1 over the views where classes weigh.

    `alter` makes of a view that was drawn the one that is shown, before it is moved and regreyed. It may have another
    label then; its weight stays that of the view.
    """
    if how.balanced:
        return balanced(views, classes, how.batch, how.smoothing, how.ranges, alter)
    return plain(views, classes, how.batch, how.smoothing, how.ranges, how.class_weights, alter)


def plain(
    views: Sequence[Labelled],
    classes: int,
    size: int,
    smoothing: float,
    ranges: Ranges,
    weighted: bool,
    alter: Alter = unaltered,
) -> Draw:
    """Batches of `size` views, each as likely as any other; a class weighs views / (classes * views of it)."""
    counts = np.bincount([view.label for view in views], minlength=classes)
    weights = len(views) / (classes * np.maximum(counts, 1)) if weighted else np.ones(classes)

    def draw(rng: np.random.Generator) -> Batch:
        drawn = [views[i] for i in rng.integers(len(views), size=size)]
        shown = [alter(rng, view) for view in drawn]
        images = np.stack([_augmented(rng, view.pixels, ranges) for view in shown])
        labels = targets([view.label for view in shown], classes, smoothing)
        return images, labels, weights[[view.label for view in drawn]].astype(np.float32)

    return draw


def balanced(
    views: Sequence[Labelled],
    classes: int,
    size: int,
    smoothing: float,
    ranges: Ranges,
    alter: Alter = unaltered,
) -> Draw:
    """Batches of `size`: a stratum by the square root of its size, then a class evenly, then a view.

    Labels are (size, classes), one-hot and smoothed, or (size, 1) for two classes. Raises ValueError without a stratum.
    """
    groups = list(strata(views, classes).values())
    if not groups:
        raise ValueError(f"expected a data set or machine with images of all {classes} classes to train on")
    chances = np.sqrt([sum(map(len, group)) for group in groups])
    chances /= chances.sum()

    def draw(rng: np.random.Generator) -> Batch:
        images, labels = [], []
        for i in rng.choice(len(groups), size, p=chances):
            label = int(rng.integers(classes))
            group = groups[i][label]
            shown = alter(rng, group[rng.integers(len(group))])
            images.append(_augmented(rng, shown.pixels, ranges))
            labels.append(shown.label)
        return np.stack(images), targets(labels, classes, smoothing), np.ones(size, np.float32)

    return draw


def targets(labels: Sequence[int], classes: int, smoothing: float) -> NDArray[np.float32]:
    if classes == 2:
        return np.array(labels, np.float32)[:, None] * (1 - smoothing) + np.float32(smoothing / 2)
    return np.eye(classes, dtype=np.float32)[list(labels)] * (1 - smoothing) + np.float32(smoothing / classes)


def _augmented(rng: np.random.Generator, pixels: Grey, ranges: Ranges) -> NDArray[np.float32]:
    height, width = pixels.shape
    view = regreyed(rng, warped(pixels, random_affine(rng, height, width, ranges), height, width), ranges)
    return np.asarray(view[..., None] / np.float32(255), np.float32)
