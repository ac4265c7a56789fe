"""Marks against lesions: FROC, and average precision as COCO defines it, with every figure of every draw."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from training.evaluation import plots
from training.evaluation.values import Case, Cell, Figure, Judged, Plot, Section, Table
from training.figures import Floats, interpolated_precision, share
from training.metrics import one_to_one

FALSE_MARKS = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0)  # an image; the axis of a FROC
IOUS = (0.2, 0.5)
GRID = np.geomspace(1 / 16, 8, 60)
Scored = list[tuple[float, bool]]  # (confidence, is it true) of one image's marks


@dataclass(frozen=True, eq=False)
class Froc:
    """Free-response operating characteristic (Chakraborty 1989) in every draw, from the highest confidence down."""

    confidences: Floats  # (T,) falling
    sensitivity: Floats  # (draws, T)
    false_marks: Floats  # (draws, T) an image
    lesions: int

    @classmethod
    def of(cls, scored: Sequence[Scored], lesions: Sequence[int], weights: Floats) -> Froc:
        """One entry of `scored` and `lesions` an image, those without a lesion included; weights (draws, images)."""
        rows = np.repeat(np.arange(len(scored)), [len(marks) for marks in scored])
        confidences = np.array([confidence for marks in scored for confidence, _ in marks], np.float64)
        hits = np.array([hit for marks in scored for _, hit in marks], np.float64)
        order = np.argsort(-confidences, kind="stable")
        ordered, each = confidences[order], weights[:, rows[order]]
        last = np.append(ordered[1:] < ordered[:-1], True)[: len(ordered)]  # marks of one confidence show together
        found = (each * hits[order]).cumsum(axis=1)[:, last]
        false = (each * (1 - hits[order])).cumsum(axis=1)[:, last]
        all_lesions = (weights @ np.asarray(lesions, np.float64))[:, None]
        return cls(ordered[last], share(found, all_lesions), share(false, weights.sum(axis=1)[:, None]), sum(lesions))

    def sensitivity_at(self, false_marks: float) -> Floats:
        """(draws,) the best at no more than so many false marks an image; 0 where no confidence gets there."""
        allowed = np.where(self.false_marks <= false_marks + 1e-12, self.sensitivity, 0)
        best = allowed.max(axis=1, initial=0)
        undefined = np.isnan(self.sensitivity).any(axis=1) if self.sensitivity.size else np.zeros(len(best), bool)
        return np.where(undefined, np.nan, best)

    def confidence_at(self, false_marks: float) -> float:
        """The least confidence that shows no more than so many false marks an image; infinite where none does."""
        shown = self.confidences[self.false_marks[0] <= false_marks + 1e-12]
        return float(shown.min(initial=np.inf))


def froc_of(judged: Judged, least_iou: float) -> Froc:
    cases = judged.searched
    scored = [one_to_one(case.scored, least_iou) for case in cases]
    return Froc.of(scored, [len(case.example.masses or ()) for case in cases], judged.weights(cases))


def froc_figures(froc: Froc, judged: Judged, key: str, words: str) -> tuple[Figure, ...]:
    return tuple(
        Figure(
            f"{key}.at_{limit:g}",
            f"sensitivity at {_fraction(limit)} false mark{'s' if limit > 1 else ''} an image, {words}",
            judged.draws.estimate(froc.sensitivity_at(limit), froc.lesions),
            listed=False,
        )
        for limit in FALSE_MARKS
    )


def froc_table(figures: Sequence[Figure], names: Sequence[str]) -> Table:
    """A row for every rate of false marks, a column for each of `names`, whose figures follow one another."""
    columns = [figures[i * len(FALSE_MARKS) : (i + 1) * len(FALSE_MARKS)] for i in range(len(names))]
    rows: list[tuple[Cell, ...]] = [
        (_fraction(limit), *(column[row].estimate for column in columns)) for row, limit in enumerate(FALSE_MARKS)
    ]
    return Table("Sensitivity", ("false marks an image", *names), tuple(rows))


def _fraction(value: float) -> str:
    return f"{value:g}" if value >= 1 else f"1/{round(1 / value)}"


def section(judged: Judged) -> Section:
    curves = {least: froc_of(judged, least) for least in IOUS}
    figures = [
        figure
        for least, curve in curves.items()
        for figure in froc_figures(curve, judged, f"masses.froc_iou{least:g}", f"IoU ≥ {least:g}")
    ]
    return Section(
        "Masses: detection",
        "One-to-one: the most confident mark first, each takes the free mass that its box overlaps most, at least by "
        "the IoU named; a second mark on the same mass is a false one. Images in which nobody looked for masses are "
        "left out. AP and AR as COCO defines them, from pycocotools (at most 100 marks an image); its own matches are "
        "weighed again for the intervals.",
        (*coco_figures(judged), *figures),
        (froc_table(figures, [f"IoU ≥ {least:g}" for least in IOUS]),),
        plots=(froc_plot(curves, "FROC of masses", "box IoU ≥ {:g}"),),
    )


def froc_plot(curves: dict[float, Froc], title: str, label: str) -> Plot:
    lines = [
        plots.Line(label.format(least), GRID, np.stack([curve.sensitivity_at(float(x)) for x in GRID], axis=1))
        for least, curve in curves.items()
    ]
    return plots.froc(lines, title)


def coco_figures(judged: Judged) -> tuple[Figure, ...]:
    """AP over IoU 0.5 to 0.95, AP at 0.5 and 0.75, and AR, of the masses."""
    cases = judged.searched
    found = matched(cases)
    weights = judged.weights(cases)
    lesions = weights @ np.array([len(case.example.masses or ()) for case in cases], np.float64)
    each = weights[:, found.images]
    precisions = np.stack([interpolated_precision(found.scores, hits, each, lesions) for hits in found.hits])
    recall = share((each @ found.hits.T).mean(axis=1), lesions)
    values = {
        "ap": ("AP, mean over IoU 0.5 to 0.95", precisions.mean(axis=0)),
        "ap50": ("AP at IoU 0.5", precisions[0]),
        "ap75": ("AP at IoU 0.75", precisions[5]),
        "ar": ("AR, mean recall over IoU 0.5 to 0.95", recall),
    }
    n = sum(len(case.example.masses or ()) for case in cases)
    return tuple(
        Figure(f"masses.{key}", label, judged.draws.estimate(value, n)) for key, (label, value) in values.items()
    )


@dataclass(frozen=True, eq=False)
class CocoMatches:
    """pycocotools' verdict on every mark of all images: true or false at each of its ten overlaps."""

    scores: Floats  # (marks,)
    hits: NDArray[np.bool_]  # (10, marks), IoU 0.5, 0.55, ... 0.95
    images: NDArray[np.int64]  # (marks,) row of the case
    stats: Floats  # its twelve figures


def matched(cases: Sequence[Case]) -> CocoMatches:
    truth = {
        "info": {},
        "images": [{"id": row, "width": case.width, "height": case.height} for row, case in enumerate(cases)],
        "categories": [{"id": 1, "name": "mass"}],
        "annotations": _numbered(cases, lambda case: [(mass.box, 0.0) for mass in case.example.masses or ()]),
    }
    said = _numbered(cases, lambda case: [(finding.box, finding.confidence) for finding in case.masses])
    if not said:
        return CocoMatches(np.zeros(0), np.zeros((10, 0), bool), np.zeros(0, np.int64), np.zeros(12))
    with contextlib.redirect_stdout(io.StringIO()):  # it prints every step
        reference = COCO()
        reference.dataset = truth
        reference.createIndex()
        judge = COCOeval(reference, reference.loadRes(said), "bbox")
        judge.evaluate()
        judge.accumulate()
        judge.summarize()
    of_all_sizes = [entry for entry in judge.evalImgs[: len(cases)] if entry is not None]
    return CocoMatches(
        np.array([score for entry in of_all_sizes for score in entry["dtScores"]], np.float64),
        np.concatenate([entry["dtMatches"] > 0 for entry in of_all_sizes], axis=1),
        np.array([entry["image_id"] for entry in of_all_sizes for _ in entry["dtScores"]], np.int64),
        np.asarray(judge.stats, np.float64),
    )


def _numbered(cases: Sequence[Case], boxes: Callable[[Case], list[tuple[Any, float]]]) -> list[dict[str, Any]]:
    """COCO annotations, numbered from 1: a match of annotation 0 would read as none."""
    flat = [(row, box, score) for row, case in enumerate(cases) for box, score in boxes(case)]
    return [
        {
            "id": number,
            "image_id": row,
            "category_id": 1,
            "bbox": [box.x, box.y, box.width, box.height],
            "area": box.area,
            "iscrowd": 0,
            "score": score,
        }
        for number, (row, box, score) in enumerate(flat, start=1)
    ]
