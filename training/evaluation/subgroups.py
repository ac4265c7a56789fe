"""The main figures again for parts of a data set: by density, view, side, size of the mass, and machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from pipeline.geometry import Points
from training.datasets.base import MassTruth
from training.evaluation.classes import LEVELS, Question
from training.evaluation.detection import froc_of
from training.evaluation.questions import FOUND_IOU, Pair, found_masses, pathology, served_cancer
from training.evaluation.values import Case, Cell, Judged, Section, Table
from training.figures import Floats, Operating, accuracy, confusion, mean, share
from training.metrics import Estimate, matching

FALSE_MARKS = 1.0  # an image, over the whole set; its confidence is used for every group
FEWEST_IMAGES = 10  # smaller groups are counted together
SIZES_MM = ((0.0, 10.0, "below 10 mm"), (10.0, 20.0, "10 to 20 mm"), (20.0, np.inf, "20 mm and more"))
IMAGE_GROUPS: dict[str, Callable[[Case], str | None]] = {
    "density (as masking level)": lambda case: case.example.masking.value if case.example.masking else None,
    "view": lambda case: case.example.view,
    "side": lambda case: case.example.laterality.value if case.example.laterality else None,
    "machine": lambda case: case.example.machine,
}
COLUMNS = (
    "images",
    "masses",
    "masses found",
    "false marks an image",
    "pathology AUC, found masses",
    "cancer AUC",
    "masking accuracy",
)


def section(judged: Judged) -> Section | None:
    """None where no fact divides the images."""
    least = froc_of(judged, FOUND_IOU).confidence_at(FALSE_MARKS) if judged.has_masses else np.inf
    tables = [table for title, of in IMAGE_GROUPS.items() if (table := _by_image(title, of, judged, least))]
    sizes = _by_size(judged, least)
    if not tables and sizes is None:
        return None
    return Section(
        "Subgroups",
        f"Found at box IoU ≥ {FOUND_IOU}, one to one, at the confidence that shows {FALSE_MARKS:g} false mark an "
        f"image over the whole set{'' if np.isinf(least) else f' ({least:.2f})'}. Groups of fewer than {FEWEST_IMAGES} "
        "images are counted together. Small groups have wide intervals: read those first.",
        tables=(*tables, *([sizes] if sizes else [])),
    )


def _by_image(title: str, of: Callable[[Case], str | None], judged: Judged, least: float) -> Table | None:
    named: dict[str, list[Case]] = {}
    for case in judged.cases:
        if (name := of(case)) is not None:
            named.setdefault(name, []).append(case)
    groups = {name: cases for name, cases in sorted(named.items(), key=_order) if len(cases) >= FEWEST_IMAGES}
    others = [case for name, cases in named.items() if name not in groups for case in cases]
    if others:
        groups["others"] = others
    if len(groups) < 2:
        return None
    rows = [(name, *_image_row(cases, judged, least)) for name, cases in groups.items()]
    told = [i for i in range(len(COLUMNS) + 1) if any(row[i] for row in rows)]  # nothing is known of the others
    return Table(
        f"By {title}", tuple((title, *COLUMNS)[i] for i in told), tuple(tuple(row[i] for i in told) for row in rows)
    )


def _order(entry: tuple[str, list[Case]]) -> tuple[int, str]:
    levels = [level.value for level in LEVELS]
    name = entry[0]
    return (levels.index(name) if name in levels else len(levels), name.zfill(8))


def _image_row(cases: Sequence[Case], judged: Judged, least: float) -> tuple[Cell, ...]:
    part = Judged(judged.name, tuple(cases), (), judged.draws)
    masses = sum(len(case.example.masses or ()) for case in part.searched)
    marks = [(shown(case, least), len(case.example.masses or ())) for case in part.searched]
    weights = judged.weights(part.searched)
    hits = weights @ np.array([sum(hit for hit in found) for found, _ in marks], np.float64)
    false = weights @ np.array([len(found) - sum(found) for found, _ in marks], np.float64)
    lesions = weights @ np.array([count for _, count in marks], np.float64)
    searched = len(part.searched) if judged.has_masses else 0
    return (
        len(cases),
        masses,
        _estimate(share(hits, lesions), masses, judged),
        _estimate(share(false, weights.sum(axis=1)), searched, judged),
        _auc(pathology(found_masses(part)), judged),
        _auc(served_cancer(part), judged),
        _masking(cases, judged),
    )


def shown(case: Case, least: float) -> list[bool]:
    """Of the marks from that confidence up, whether each found a mass."""
    return [
        truth is not None for mark, truth in matching(case.scored, FOUND_IOU) if case.masses[mark].confidence >= least
    ]


def _auc(question: Question, judged: Judged) -> Estimate | None:
    if not 0 < question.truth.sum() < len(question.truth):
        return None
    curve = Operating.of(question.said, question.truth, judged.weights(question.cases))
    return judged.draws.estimate(curve.auc(), len(question.truth))


def _masking(cases: Sequence[Case], judged: Judged) -> Estimate | None:
    known = [case for case in cases if case.example.masking and case.analysis.masking]
    if not known:
        return None
    truth = [LEVELS.index(case.example.masking) for case in known if case.example.masking]
    said = [LEVELS.index(case.analysis.masking.level) for case in known if case.analysis.masking]
    return judged.draws.estimate(accuracy(confusion(truth, said, 3, judged.weights(known))), len(known))


def _estimate(values: Floats, n: int, judged: Judged) -> Estimate | None:
    return judged.draws.estimate(values, n) if n else None


def _by_size(judged: Judged, least: float) -> Table | None:
    """Found masses by their longest axis, where millimetres are known."""
    sized: list[tuple[Case, MassTruth, float, bool]] = []
    for case in judged.searched:
        hit = {truth for mark, truth in matching(case.scored, FOUND_IOU) if case.masses[mark].confidence >= least}
        for row, mass in enumerate(case.example.masses or ()):
            if (size := long_axis_mm(case, mass)) is not None:
                sized.append((case, mass, size, row in hit))
    if not sized:
        return None
    pairs = found_masses(judged)
    rows = tuple(_size_row(low, high, words, sized, pairs, judged) for low, high, words in SIZES_MM)
    return Table("By longest axis of the mass", ("size", "masses", "masses found", "pathology AUC, found masses"), rows)


def _size_row(
    low: float,
    high: float,
    words: str,
    sized: Sequence[tuple[Case, MassTruth, float, bool]],
    pairs: list[Pair],
    judged: Judged,
) -> tuple[Cell, ...]:
    inside = [(case, hit) for case, _, size, hit in sized if low <= size < high]
    if not inside:
        return words, 0, None, None
    weights = judged.weights([case for case, _ in inside])
    found = judged.draws.estimate(mean([float(hit) for _, hit in inside], weights), len(inside))
    of_size = [pair for pair in pairs if low <= (long_axis_mm(pair[0], pair[1]) or -1) < high]
    return words, len(inside), found, _auc(pathology(of_size), judged)


def long_axis_mm(case: Case, mass: MassTruth) -> float | None:
    """Longest distance of two points of the outline, or the longer side of the box; None without spacing."""
    spacing = case.analysis.mammogram.size_spacing_mm
    if spacing is None:
        return None
    outline: Points | None = mass.outline
    if outline is None:
        return max(mass.box.height * spacing[0], mass.box.width * spacing[1])
    points = np.asarray(outline, np.float64) * (spacing[1], spacing[0])
    return float(np.linalg.norm(points[:, None] - points[None], axis=-1).max())
