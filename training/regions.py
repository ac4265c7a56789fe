"""Batches for the networks that look at one mass: its outline, and its malignancy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.classify import three_inputs
from pipeline.crop import MARGIN
from pipeline.geometry import Box, Points
from training.augment import Grey, Greys, Matrix, moved, regreyed, then, warped
from training.cache import PreparedExample
from training.fit import Batch, Draw

RANGES = Greys(gamma=(0.6, 1.6), contrast=(0.7, 1.3), noise=8.0)


@dataclass(frozen=True)
class Square:
    """How far the square around a mass may be from where a perfect detector would put it."""

    size: float = 0.25  # of the natural logarithm of its side
    shift: float = 0.15  # of the mass's longer side
    rotation: float = 180.0  # degrees to either side
    stretch: float = 0.1  # of the natural logarithm of height over width


@dataclass(frozen=True, eq=False)
class Mass:
    """One mass in its prepared image, with the outline in that image's pixels."""

    pixels: Grey
    outline: Points
    malignant: bool | None
    dataset: str
    patient: str
    outlined: bool = True  # by somebody; else the outline is an ellipse in the box


def masses_of(prepared: PreparedExample) -> list[Mass]:
    example = prepared.example
    return [
        Mass(
            prepared.pixels,
            outline,
            mass.malignant,
            example.dataset,
            example.patient,
            mass.outline is not None,
        )
        for mass, outline in zip(example.masses or (), prepared.outlines, strict=True)
    ]


def random_square(
    rng: np.random.Generator, outline: Points, side: int, margin: float = MARGIN, square: Square = Square()
) -> Matrix:
    """A turned, mirrored, jittered square around the mass, as a detector's imperfect box would give it."""
    box = Box.around(outline)
    longer = max(box.width, box.height)
    size = longer * (1 + 2 * margin) * np.exp(rng.uniform(-square.size, square.size))
    middle = np.array(box.center) + rng.uniform(-square.shift, square.shift, 2) * longer
    angle = np.deg2rad(rng.uniform(-square.rotation, square.rotation))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    linear = turn @ np.diag([1.0, rng.choice([-1.0, 1.0])]) * (side / size)
    stretch = np.exp(rng.uniform(-square.stretch, square.stretch))
    linear = np.diag([stretch, 1 / stretch]) @ linear
    return np.hstack([linear, (side / 2 - linear @ middle)[:, None]])


@dataclass(frozen=True)
class Look:
    """How a mass is shown in training."""

    square: Square = Square()
    greys: Greys = RANGES


def cut(
    rng: np.random.Generator, mass: Mass, side: int, look: Look = Look()
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """(image (side, side) 0..1, what is inside the mass), both drawn alike."""
    matrix = random_square(rng, mass.outline, side, square=look.square)
    image = regreyed(rng, shrunk_and_warped(mass.pixels, matrix, side), look.greys)
    inside = np.zeros((side, side), np.uint8)
    cv2.fillPoly(inside, [np.round(moved(mass.outline, matrix) - 0.5).astype(np.int32)], 1)
    return np.asarray(image / np.float32(255), np.float32), inside.astype(np.bool_)


def shrunk_and_warped(pixels: Grey, matrix: Matrix, side: int) -> Grey:
    """As warped(), but averaging first where the square is much larger than `side`, as pipeline.crop does."""
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    if scale > 0.7:
        return warped(pixels, matrix, side, side)
    half = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    back = np.array([[pixels.shape[1] / half.shape[1], 0, 0], [0, pixels.shape[0] / half.shape[0], 0]])
    return warped(np.asarray(half, np.uint8), then(back, matrix), side, side)


def outlines(masses: Sequence[Sequence[Mass]], shares: Sequence[int], side: int, look: Look = Look()) -> Draw:
    """Batches for the segmenter: so many of every group; labels (B, side, side, 1)."""

    def draw(rng: np.random.Generator) -> Batch:
        groups = [group for group, n in zip(masses, shares, strict=True) for _ in range(n)]
        drawn = [group[int(rng.integers(len(group)))] for group in groups]
        views = [cut(rng, mass, side, look) for mass in drawn]
        images = np.stack([image for image, _ in views])[..., None]
        inside = np.stack([mask for _, mask in views])[..., None].astype(np.float32)
        return images, inside, np.ones(len(views), np.float32)

    return draw


def pathologies(masses: Sequence[Mass], size: int, side: int, smoothing: float, look: Look = Look()) -> Draw:
    """Batches for the three-input network: benign and malignant in turn, data sets by their size.

    The three pictures of a mass come from one draw, so they are turned and shifted alike. Raises ValueError where a
    data set lacks benign or malignant masses: the set alone would then tell the class.
    """
    names = sorted({mass.dataset for mass in masses})
    groups = {(n, m): [x for x in masses if (x.dataset, x.malignant) == (n, m)] for n in names for m in (False, True)}
    if lacking := sorted({name for (name, _), group in groups.items() if not group}):
        raise ValueError(
            f"expected benign and malignant masses to train on in each set; {', '.join(lacking)} lacks one"
        )

    def draw(rng: np.random.Generator) -> Batch:
        parts, labels = [], []
        for i in range(size):
            name = names[rng.choice(len(names), p=_chances(names, masses))]
            group = groups[name, i % 2 == 1]
            image, inside = cut(rng, group[rng.integers(len(group))], side, look)
            parts.append(three_inputs(image, jittered(rng, inside)))
            labels.append(float(i % 2))
        image, shape, margin = (np.stack(part)[..., None] for part in zip(*parts, strict=True))
        target = np.array(labels, np.float32)[:, None] * (1 - smoothing) + np.float32(smoothing / 2)
        return {"image": image, "shape": shape, "margin": margin}, target, np.ones(size, np.float32)

    return draw


def _chances(names: Sequence[str], masses: Sequence[Mass]) -> NDArray[np.float64]:
    counts = np.array([sum(mass.dataset == name for mass in masses) for name in names], float)
    return np.asarray(counts / counts.sum(), np.float64)


def jittered(rng: np.random.Generator, inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """A little larger or smaller, as the segmenter's outlines are."""
    size = int(rng.integers(1, 12))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    change = cv2.dilate if rng.random() < 0.5 else cv2.erode
    return np.asarray(change(inside.astype(np.uint8), kernel), np.bool_)
