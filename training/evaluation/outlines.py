"""Outlines of found masses against the reader's own, pixel by pixel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.geometry import Points
from training.datasets.base import MassTruth
from training.evaluation.questions import Pair
from training.evaluation.values import Case, Figure, Judged, Section
from training.figures import mean
from training.metrics import Overlap, outline_overlap

ROI_MARGIN = 0.3  # of the mass's own sides, as the published cut


@dataclass(frozen=True, eq=False)
class OutlinePair:
    case: Case
    truth: Points
    said: Points
    overlap: Overlap  # first: pixels of the truth alone, second: of the mark alone
    roi_auc: float


def outline_pairs(pairs: list[Pair]) -> list[OutlinePair]:
    """Found masses whose outline is known; a mark that drew none overlaps nothing."""
    return [_pair(case, mass, mark.outline) for case, mass, mark in pairs if mass.outline is not None]


def _pair(case: Case, mass: MassTruth, said: Points | None) -> OutlinePair:
    truth = np.asarray(mass.outline, np.float64)
    drawn = np.zeros((0, 2)) if said is None else said
    if not len(drawn):
        return OutlinePair(case, truth, drawn, Overlap(0, max(round(mass.box.area), 1), 0), 0.5)
    return OutlinePair(case, truth, drawn, outline_overlap(truth, drawn), roi_auc(mass, drawn))


def roi_auc(mass: MassTruth, said: Points) -> float:
    """(sensitivity + specificity) / 2 of the pixels of the published region of interest.

    It is the area below the two straight lines through the one point that an outline gives of the pixel ROC, and so
    a lower bound of the AUC of the probabilities behind it wherever that ROC is convex.
    """
    roi = mass.box.with_margin(ROI_MARGIN)
    inside = outline_overlap(np.asarray(mass.outline, np.float64), said, roi)
    positives = max(inside.both + inside.first, 1)
    negatives = max(round(roi.area) - positives, 1)
    return (inside.both / positives + 1 - min(inside.second / negatives, 1.0)) / 2


def section(pairs: list[Pair], judged: Judged) -> Section | None:
    known = outline_pairs(pairs)
    if not known:
        return None
    weights = judged.weights([pair.case for pair in known])
    overlaps = [pair.overlap for pair in known]
    found = {
        "iou": ("IoU, mean", [overlap.iou for overlap in overlaps]),
        "dice": ("Dice, mean", [overlap.dice for overlap in overlaps]),
        "precision": ("pixel precision, mean", [o.both / max(o.both + o.second, 1) for o in overlaps]),
        "recall": ("pixel recall, mean", [o.both / max(o.both + o.first, 1) for o in overlaps]),
        "share_iou50": ("share of outlines with IoU ≥ 0.5", [float(overlap.iou >= 0.5) for overlap in overlaps]),
        "roi_auc": ("pixel AUC in the region of interest, lower bound", [pair.roi_auc for pair in known]),
    }
    return Section(
        "Outlines of found masses",
        "Masses that a mark found (box IoU ≥ 0.2, one to one). IoU is of the mass alone, not a mean with the "
        "background. A result document holds outlines and no probabilities of pixels, so the AUC is that of a single "
        "operating point, (sensitivity + specificity) / 2, in the mass's box grown by 30 % on every side.",
        tuple(
            Figure(f"outlines.{key}", label, judged.draws.estimate(mean(values, weights), len(known)))
            for key, (label, values) in found.items()
        ),
    )
