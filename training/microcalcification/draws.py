"""Batches for an expert: INFN's patches, cuts around calcifications, normal tissue, tissue with drawn spots."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.microcalcification import SIDE
from pipeline.geometry import Points
from training.augment import Matrix, moved
from training.fit import Batch, Draw
from training.microcalcification.data import Patch, Spotted

Floats = NDArray[np.float32]
Filter = Callable[[Floats], Floats]
SPREAD = 2.0  # pixels of 0.1 mm: how exactly the place of a spot is known and asked for
SURROUNDED = 8.0  # pixels around a listed spot that are judged where others are not listed


@dataclass(frozen=True)
class Shares:
    """How many of each kind are in a batch."""

    patches: int = 14  # INFN, half of them calcified
    spots: int = 14  # around a listed calcification
    look_alikes: int = 10  # around something bright that is none
    tissue: int = 6  # anywhere else
    drawn: int = 6  # anywhere else, with spots drawn in


@dataclass(frozen=True)
class Ranges:
    scale: tuple[float, float] = (0.8, 1.3)
    shift: float = 18.0  # pixels from the middle
    blur: float = 0.9  # pixels
    noise: float = 0.8  # of the usual detail
    gamma: tuple[float, float] = (0.7, 1.4)


@dataclass(frozen=True, eq=False)
class Cut:
    pixels: Floats  # (60, 60) 0..1
    calcified: float
    spots: Points | None  # in the cut; None: unknown where
    complete: bool = True


def batches(
    patches: Sequence[Patch],
    images: Sequence[Spotted],
    cells: int,
    shares: Shares | None = None,
    ranges: Ranges | None = None,
    prepare: Filter = lambda pixels: pixels,
) -> Draw:
    """`prepare` is done to every cut as it will be when the network is used: the wavelet filter, where there is one."""
    shares, ranges = shares or Shares(), ranges or Ranges()
    with_spots = [image for image in images if len(image.spots)]
    chances = np.sqrt([float(len(image.spots)) for image in with_spots])
    bare = [image for image in images if image.complete and len(image.look_alikes) and len(image.tissue)]
    groups = [[patch for patch in patches if patch.calcified is wanted] for wanted in (False, True)]

    def draw(rng: np.random.Generator) -> Batch:
        cuts = [_of_patch(rng, groups[i % 2], ranges) for i in range(shares.patches)]
        for _ in range(shares.spots):
            image = with_spots[rng.choice(len(with_spots), p=chances / chances.sum())]
            cuts.append(_of_image(rng, image, image.spots[rng.integers(len(image.spots))], ranges))
        for i in range(shares.look_alikes + shares.tissue + shares.drawn):
            image = bare[rng.integers(len(bare))]
            places = image.look_alikes if i < shares.look_alikes else image.tissue
            cut = _of_image(rng, image, places[rng.integers(len(places))], ranges)
            cuts.append(_with_spots(rng, cut) if i >= shares.look_alikes + shares.tissue else cut)
        return assembled(cuts, cells, prepare)

    return draw


def assembled(cuts: Sequence[Cut], cells: int, prepare: Filter) -> Batch:
    """Inputs, labels and weights as a network with two outputs takes them."""
    pixels = np.stack([prepare(cut.pixels) for cut in cuts])[..., None]
    calcified = np.array([[cut.calcified] for cut in cuts], np.float32)
    labels = np.zeros((len(cuts), cells, cells, 1), np.float32)
    weights = np.zeros((len(cuts), cells, cells), np.float32)
    if cells > 1:
        for i, cut in enumerate(cuts):
            labels[i, :, :, 0], weights[i] = spot_map(cut, cells)
    return (
        pixels,
        {"calcified": calcified, "spots": labels},
        {"calcified": np.ones(len(cuts), np.float32), "spots": weights},
    )


def spot_map(cut: Cut, cells: int) -> tuple[Floats, Floats]:
    """(cells, cells) likelihood that a spot lies there, falling off with its distance; and how much a cell counts."""
    if cut.spots is None:
        return np.zeros((cells, cells), np.float32), np.zeros((cells, cells), np.float32)
    if not len(cut.spots):
        return np.zeros((cells, cells), np.float32), np.full((cells, cells), 4.0, np.float32)
    centres = (np.arange(cells) + 0.5) * (SIDE / cells)
    dx, dy = centres[None, None, :] - cut.spots[:, 0, None, None], centres[None, :, None] - cut.spots[:, 1, None, None]
    square = (dx**2 + dy**2).min(axis=0)
    label = np.exp(-square / (2 * SPREAD**2)).astype(np.float32)
    weight = np.where(cut.complete | (square <= SURROUNDED**2), 4.0 + 40.0 * label, 0.0)
    return np.where(label > 0.05, label, 0).astype(np.float32), weight.astype(np.float32)


def _of_patch(rng: np.random.Generator, group: Sequence[Patch], ranges: Ranges) -> Cut:
    """Only zoomed in: what is outside of a patch is unknown, and an empty corner of a calcified one would lie."""
    patch = group[int(rng.integers(len(group)))]
    scale = np.exp(rng.uniform(0, np.log(1.15)))
    matrix = _turned(rng, scale, np.array([SIDE / 2, SIDE / 2]), quarter=True)
    pixels = cv2.warpAffine(
        patch.pixels, _centred(matrix), (SIDE, SIDE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
    )
    return Cut(regreyed(rng, pixels.astype(np.float32) / np.float32(255), ranges), float(patch.calcified), None)


def _of_image(rng: np.random.Generator, image: Spotted, at: Points, ranges: Ranges) -> Cut:
    scale = image.scale * np.exp(rng.uniform(*np.log(ranges.scale)))
    matrix = _turned(rng, scale, at, shift=rng.uniform(-ranges.shift, ranges.shift, 2))
    pixels = cv2.warpAffine(
        image.pixels, _centred(matrix), (SIDE, SIDE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
    )
    spots = moved(image.spots, matrix)
    inside = spots[np.all((spots > -6) & (spots < SIDE + 6), axis=1)]
    seen = np.all((inside > 2) & (inside < SIDE - 2), axis=1).any()
    return Cut(regreyed(rng, pixels.astype(np.float32) / np.float32(255), ranges), float(seen), inside, image.complete)


def _turned(
    rng: np.random.Generator, scale: float, middle: Points, shift: Points | float = 0.0, quarter: bool = False
) -> Matrix:
    angle = rng.integers(4) * np.pi / 2 if quarter else rng.uniform(-np.pi, np.pi)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    linear = scale * turn @ np.diag([1.0, rng.choice([-1.0, 1.0])])
    return np.hstack([linear, (SIDE / 2 + shift - linear @ middle)[:, None]])


def _centred(matrix: Matrix) -> Matrix:
    """From continuous coordinates (pixel i covers [i, i + 1)) to OpenCV's."""
    shifted = matrix.copy()
    shifted[:, 2] += matrix[:, :2] @ np.array([0.5, 0.5]) - 0.5
    return shifted


def regreyed(rng: np.random.Generator, pixels: Floats, ranges: Ranges) -> Floats:
    """Another scanner's look: gamma, blur, and noise in units of the detail that is there."""
    value = np.asarray(np.clip(pixels, 0, 1) ** np.float32(np.exp(rng.uniform(*np.log(ranges.gamma)))), np.float32)
    if rng.random() < 0.35:
        value = np.asarray(cv2.GaussianBlur(value, (0, 0), rng.uniform(0.3, ranges.blur)), np.float32)
    if rng.random() < 0.5:
        noise = rng.normal(0, 1, value.shape).astype(np.float32)
        value += noise * np.float32(rng.uniform(0, ranges.noise) * usual_detail(value))
    return value * np.float32(rng.uniform(0.5, 1.0))


def usual_detail(pixels: Floats) -> float:
    return float(np.abs(pixels - cv2.GaussianBlur(pixels, (0, 0), 2.0)).mean()) + 1e-4


def _with_spots(rng: np.random.Generator, cut: Cut) -> Cut:
    """Three to ten small ellipses, faint to clear, near each other."""
    assert cut.spots is not None
    y, x = np.mgrid[:SIDE, :SIDE] + 0.5
    pixels, base = cut.pixels.copy(), usual_detail(cut.pixels)
    middle, reach = rng.uniform(15, SIDE - 15, 2), rng.uniform(6, 22)
    places = np.clip(middle + rng.uniform(-reach, reach, (rng.integers(3, 11), 2)), 3, SIDE - 3)
    for place in places:
        size, stretch, angle = np.exp(rng.uniform(np.log(0.7), np.log(2.2))), rng.uniform(1, 1.5), rng.uniform(0, np.pi)
        along = (x - place[0]) * np.cos(angle) + (y - place[1]) * np.sin(angle)
        across = (y - place[1]) * np.cos(angle) - (x - place[0]) * np.sin(angle)
        bright = base * np.exp(rng.uniform(np.log(5), np.log(30)))
        pixels += (bright * np.exp(-0.5 * ((along / (size * stretch)) ** 2 + (across / size) ** 2))).astype(np.float32)
    return Cut(pixels, 1.0, np.vstack([cut.spots, places]))
