"""What the experts learn from: INFN's patches, and INbreast images of which every calcification is known."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.microcalcification import SPACING_MM
from pipeline.geometry import Points
from pipeline.preprocess import breast_mask
from pipeline.spots import candidates
from training.datasets.base import Example
from training.datasets.infn import microcalc_patches
from training.datasets.prepared import inbreast
from training.split import fold_of

SNAP = 5.0  # pixels of 0.1 mm by which a reader's point may miss the spot that he meant
HARD = 2.5  # times the usual detail nearby: what looks like a spot
EDGE = 11  # pixels of 0.1 mm at the breast's edge in which nothing is learnt: skin, and the mask's doubt
FAR_MM = 3.0  # from any calcification: beyond it tissue is normal


@dataclass(frozen=True, eq=False)
class Patch:
    """One of INFN's, 60 x 60."""

    pixels: NDArray[np.uint8]
    calcified: bool
    case: str
    fold: int  # -1: of the external set, which has no case among INFN's


@dataclass(frozen=True, eq=False)
class Spotted:
    """A mammogram at its own sampling whose calcifications are listed; points in its pixels, x, y."""

    pixels: NDArray[np.uint8]
    scale: float  # pixels of 0.1 mm per pixel
    spots: Points
    complete: bool  # False: there are more than the listed ones
    look_alikes: Points  # spots that are none
    tissue: Points  # some places in the breast far from any calcification
    example: Example
    fold: int


def patches(root: Path) -> list[Patch]:
    found = []
    for example in microcalc_patches(root / "microcalc_patches"):
        pixels = np.asarray(cv2.imread(str(example.path), cv2.IMREAD_GRAYSCALE), np.uint8)
        dataset, case = example.unit
        fold = fold_of(dataset, case) if dataset == "microcalc_patches" else -1
        found.append(Patch(pixels, bool(example.calcified), case, fold))
    return found


def spotted(root: Path) -> list[Spotted]:
    """The INbreast images with listed calcifications, and those that have none."""
    folder = root / "inbreast"
    contours = json.loads((folder / "contours.json").read_text())
    with (folder / "inbreast.csv").open(newline="") as lines:
        free = {row["image_id"] for row in csv.DictReader(lines) if row["has_calcification"] == "False"}
    found = []
    for example in inbreast(folder):
        listed = contours.get(example.image_id, {})
        if listed.get("calcifications") or example.image_id in free:
            points = np.array(listed.get("calcifications", []), np.float64).reshape(-1, 2)
            found.append(_spotted(example, points, example.image_id in free or listed["complete"] is True))
    return found


def _spotted(example: Example, points: Points, complete: bool) -> Spotted:
    mammogram = example.load()
    assert example.spacing_mm is not None
    scale = example.spacing_mm[0] / SPACING_MM
    enlarged = cv2.resize(mammogram.pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
    sampled = np.asarray(enlarged, np.float32)
    mask = cv2.resize(breast_mask(mammogram.pixels, 0.08).astype(np.uint8), sampled.shape[::-1])
    inside = cv2.erode(mask, np.ones((2 * EDGE + 1, 2 * EDGE + 1), np.uint8)) > 0
    bright, strength = candidates(sampled, inside, 1.0)
    spots = snapped(points * scale, bright, strength)
    rng = np.random.default_rng(len(points))
    rows, columns = np.nonzero(inside[::16, ::16])
    tissue = np.stack([columns, rows], axis=1).astype(np.float64) * 16 + 8
    return Spotted(
        np.asarray(np.rint(mammogram.pixels * 255), np.uint8),
        scale,
        spots / scale,
        complete,
        _far(bright[strength >= HARD], spots) / scale,
        rng.permutation(_far(tissue, spots)) / scale,
        example,
        fold_of(*example.unit),
    )


def snapped(points: Points, bright: Points, strength: NDArray[np.float32]) -> Points:
    """Each point moved to the spot within SNAP that stands out most; it stays where there is none."""
    moved = points.copy()
    for i, point in enumerate(points):
        near = np.flatnonzero(np.linalg.norm(bright - point, axis=1) <= SNAP)
        if len(near):
            moved[i] = bright[near[np.argmax(strength[near])]]
    return moved


def _far(places: Points, spots: Points) -> Points:
    if not len(spots) or not len(places):
        return places
    nearest = np.min(np.linalg.norm(places[:, None] - spots[None], axis=-1), axis=1)
    return np.asarray(places[nearest > FAR_MM / SPACING_MM], np.float64)


def without(found: Sequence[Spotted], folds: Sequence[int]) -> list[Spotted]:
    return [item for item in found if item.fold not in folds]
