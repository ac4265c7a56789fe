"""The published end-to-end table: regions found, truly found, rightly classified, false, at three ROI thresholds.

S-pipeline's notebook goes through the regions of an image and asks of each whether its mask overlaps one by more than
half; a mass is used up only when its class was right too, so one mass may be found several times over, and a region
that found its mass but named the wrong class is among the false detections. Both that count and an honest one, every
mass and every region at most once, are given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.finding import Finding
from training.datasets.base import MassTruth
from training.evaluation.classes import CUT
from training.evaluation.values import Case, Cell, Figure, Judged, Section, Table
from training.figures import Floats, share
from training.metrics import box_iou, outline_iou

THRESHOLDS = (0.2, 0.3, 0.5)
LEAST_OVERLAP = 0.5  # of the outlines; of the boxes where the data set has no outline
WAYS = {"prototype": "as the prototype counted", "one_to_one": "one to one"}
PUBLISHED = {0.2: 0.540, 0.3: 0.439, 0.5: 0.198}  # found and rightly classified, CBIS-DDSM, as the prototype counted
COLUMNS = (
    "ROI threshold",
    "regions found",
    "truly found",
    "found, of all masses",
    "rightly classified, of the found",
    "found and rightly classified, of all masses",
    "false detections",
    "false, per image",
    "published (CBIS-DDSM): found and right",
)


@dataclass(frozen=True)
class Count:
    """Of one image."""

    masses: int
    regions: int
    found: int
    right: int
    false: int


def counted(case: Case, threshold: float, way: str) -> Count:
    """`way` is one of WAYS."""
    marks = sorted((m for m in case.masses if m.confidence >= threshold), key=lambda mark: -mark.confidence)
    free = list(case.example.masses or ())
    found = right = 0
    for mark in marks:
        mass = _overlapped(mark, free)
        if mass is not None:
            named = mark.malignant is not None and mass.malignant == (mark.malignant >= CUT)
            found, right = found + 1, right + named
            if named or way == "one_to_one":
                free.remove(mass)
    false = len(marks) - (right if way == "prototype" else found)
    return Count(len(case.example.masses or ()), len(marks), found, right, false)


def _overlapped(mark: Finding, masses: Sequence[MassTruth]) -> MassTruth | None:
    """The one it overlaps most, if by more than half."""
    best = max(masses, key=lambda mass: overlap(mark, mass), default=None)
    return best if best is not None and overlap(mark, best) > LEAST_OVERLAP else None


def overlap(mark: Finding, mass: MassTruth) -> float:
    """IoU of the outlines; of the boxes where the mass has none; 0 for a mark without outline."""
    if mass.outline is None:
        return box_iou(mark.box, mass.box)
    if mark.outline is None or box_iou(mark.box, mass.box) == 0 or len(mark.outline) == 0:
        return 0.0
    return outline_iou(np.asarray(mass.outline, np.float64), mark.outline)


def section(judged: Judged) -> Section:
    tables, figures = [], []
    for way, words in WAYS.items():
        rows = []
        for threshold in THRESHOLDS:
            counts = [counted(case, threshold, way) for case in judged.searched]
            told = _figures(counts, judged, f"e2e.{way}.at_{threshold:g}", f"{words}, ROI threshold {threshold:g}")
            figures += told
            rows.append(_row(threshold, way, counts, told))
        tables.append(Table(f"End to end, {words}", COLUMNS if way == "prototype" else COLUMNS[:-1], tuple(rows)))
    return Section(
        "End to end",
        "A region truly found overlaps a mass by more than half: of the outlines, or of the boxes where the set has no "
        f"outlines; its class is malignant from a probability of {CUT} on. As the prototype counted: a mass is used up "
        "only once its class was right, so it can be found several times, and wrongly classified regions are among the "
        "false ones. One to one: every mass and every region counts at most once, and false regions found no mass. "
        "The published test images all hold a mass; here images without one are among them.",
        tuple(figures),
        tuple(tables),
    )


def _figures(counts: Sequence[Count], judged: Judged, key: str, words: str) -> list[Figure]:
    weights = judged.weights(judged.searched)

    def summed(field: str) -> Floats:
        return np.asarray(weights @ np.array([getattr(count, field) for count in counts], np.float64))

    masses = sum(count.masses for count in counts)
    found = sum(count.found for count in counts)
    told = {
        "found": ("found, of all masses", share(summed("found"), summed("masses")), masses),
        "right_of_found": ("rightly classified, of the found", share(summed("right"), summed("found")), found),
        "right": ("found and rightly classified, of all masses", share(summed("right"), summed("masses")), masses),
        "false_per_image": ("false detections per image", share(summed("false"), weights.sum(axis=1)), len(counts)),
    }
    return [
        Figure(f"{key}.{name}", f"{label}, {words}", judged.draws.estimate(values, n), listed=False)
        for name, (label, values, n) in told.items()
    ]


def _row(threshold: float, way: str, counts: Sequence[Count], told: Sequence[Figure]) -> tuple[Cell, ...]:
    found, right_of_found, right, false = (figure.estimate for figure in told)
    numbers = [sum(getattr(count, field) for count in counts) for field in ("regions", "found", "false")]
    row: tuple[Cell, ...] = (threshold, numbers[0], numbers[1], found, right_of_found, right, numbers[2], false)
    return (*row, PUBLISHED[threshold]) if way == "prototype" else row
