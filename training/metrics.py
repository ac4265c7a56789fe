"""Detection scored as the field scores it: FROC, with one-to-one matching and intervals over patients."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.boxes import iou
from pipeline.geometry import Box, Points

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ScoredImage:
    """What was said about one image, and what is true."""

    patient: str
    found: tuple[tuple[Box, float], ...]  # box, confidence
    truth: tuple[Box, ...]


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval over patients, and how many images, patients or lesions it rests on."""

    value: float
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f}-{self.high:.3f}, n = {self.n})"


@dataclass(frozen=True, eq=False)
class Froc:
    """Free-response operating characteristic (Chakraborty 1989): one point for every confidence."""

    confidences: Floats  # falling
    sensitivity: Floats  # share of true lesions found at that confidence
    false_marks: Floats  # per image at that confidence

    def sensitivity_at(self, false_marks_an_image: float) -> float:
        """The best sensitivity at no more than so many false marks an image; 0 where no confidence gets there."""
        allowed = self.sensitivity[self.false_marks <= false_marks_an_image]
        return float(allowed.max(initial=0.0))


def matching(image: ScoredImage, least_iou: float) -> list[tuple[int, int | None]]:
    """(row of `found`, row of `truth` or None), best mark first: each takes the free truth it overlaps most."""
    free = list(range(len(image.truth)))
    pairs: list[tuple[int, int | None]] = []
    overlaps = iou(_rows([box for box, _ in image.found]), _rows(image.truth))
    for mark in sorted(range(len(image.found)), key=lambda row: -image.found[row][1]):
        best = max(free, key=lambda truth: overlaps[mark, truth], default=None)
        if best is None or overlaps[mark, best] < least_iou:
            best = None
        else:
            free.remove(best)
        pairs.append((mark, best))
    return pairs


def one_to_one(image: ScoredImage, least_iou: float) -> list[tuple[float, bool]]:
    """(confidence, is it true) of every mark, best mark first; see matching()."""
    return [(image.found[mark][1], truth is not None) for mark, truth in matching(image, least_iou)]


def froc(images: Sequence[ScoredImage], least_iou: float) -> Froc:
    """Over all images, those without a lesion included. Raises ValueError when no image has a lesion."""
    return _froc_of_marks([one_to_one(image, least_iou) for image in images], sum(len(i.truth) for i in images))


def _froc_of_marks(marks: Sequence[list[tuple[float, bool]]], lesions: int) -> Froc:
    if lesions == 0:
        raise ValueError("sensitivity needs at least one lesion")
    flat = sorted((mark for image in marks for mark in image), key=lambda mark: -mark[0])
    hits, confidences = np.array([hit for _, hit in flat], dtype=bool), np.array([c for c, _ in flat], np.float64)
    last = np.append(confidences[1:] < confidences[:-1], True)[: len(flat)]  # marks of one confidence show together
    return Froc(confidences[last], (np.cumsum(hits) / lesions)[last], (np.cumsum(~hits) / len(marks))[last])


def sensitivity_at(
    images: Sequence[ScoredImage], false_marks: float, least_iou: float, draws: int = 1000, seed: int = 0
) -> Estimate:
    """Sensitivity at `false_marks` an image with its patient-bootstrap interval; n counts lesions."""
    marked = [(i.patient, one_to_one(i, least_iou), len(i.truth)) for i in images]

    def figure(rows: Sequence[int]) -> float:
        lesions = sum(marked[row][2] for row in rows)
        if lesions == 0:
            return float("nan")
        return _froc_of_marks([marked[row][1] for row in rows], lesions).sensitivity_at(false_marks)

    return bootstrap([i.patient for i in images], figure, draws, seed, n=sum(len(i.truth) for i in images))


def bootstrap(
    patients: Sequence[str], figure: Callable[[Sequence[int]], float], draws: int = 1000, seed: int = 0, n: int = 0
) -> Estimate:
    """`figure` over all rows, and its 2.5th to 97.5th percentile over patients drawn with replacement.

    `patients` names the patient of every row; draws for which the figure is undefined (nan) are left out.
    """
    rows_of: dict[str, list[int]] = {}
    for row, patient in enumerate(patients):
        rows_of.setdefault(patient, []).append(row)
    groups, rng = list(rows_of.values()), np.random.default_rng(seed)
    values = [
        figure([row for i in rng.integers(len(groups), size=len(groups)) for row in groups[i]]) for _ in range(draws)
    ]
    low, high = np.nanpercentile(values, [2.5, 97.5])
    return Estimate(figure(range(len(patients))), float(low), float(high), n or len(patients))


def box_iou(a: Box, b: Box) -> float:
    return float(iou(_rows([a]), _rows([b]))[0, 0])


@dataclass(frozen=True)
class Overlap:
    """Whole pixels of two outlines: of both, of the first alone, of the second alone."""

    both: int
    first: int
    second: int

    @property
    def iou(self) -> float:
        return self.both / max(self.both + self.first + self.second, 1)

    @property
    def dice(self) -> float:
        return 2 * self.both / max(2 * self.both + self.first + self.second, 1)


def outline_overlap(a: Points, b: Points, within: Box | None = None) -> Overlap:
    """Pixels of two outlines (N, 2) of the same image; those inside `within` alone, where it is given."""
    corners = [points for points in (a, b) if len(points)]
    low = np.floor(np.min([points.min(axis=0) for points in corners], axis=0))
    high = np.ceil(np.max([points.max(axis=0) for points in corners], axis=0))
    columns, rows = (high - low + 1).astype(int)
    masks = [cv2.fillPoly(np.zeros((rows, columns), np.uint8), [_whole(points - low)], 1) > 0 for points in (a, b)]
    if within is not None:
        y, x = np.mgrid[:rows, :columns] + 0.5
        x, y = x + low[0], y + low[1]
        inside = (x >= within.x) & (x < within.right) & (y >= within.y) & (y < within.bottom)
        masks = [mask & inside for mask in masks]
    first, second = masks
    return Overlap(int((first & second).sum()), int((first & ~second).sum()), int((second & ~first).sum()))


def outline_iou(a: Points, b: Points) -> float:
    """Intersection over union of two outlines (N, 2) in the same pixels, counted in whole pixels."""
    return outline_overlap(a, b).iou


def _whole(points: Points) -> NDArray[np.int32]:
    return np.round(points - 0.5).astype(np.int32)


def _rows(boxes: Sequence[Box]) -> NDArray[np.float32]:
    corners = [(box.y, box.x, box.bottom, box.right) for box in boxes]
    return np.array(corners, np.float32).reshape(-1, 4)
