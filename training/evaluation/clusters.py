"""Calcification clusters: marks against the spots that a reader pointed out."""

from __future__ import annotations

import numpy as np

from pipeline.finding import Finding
from pipeline.geometry import Box
from pipeline.spots import LEAST, LINK_MM
from training.datasets.base import MassTruth
from training.evaluation.detection import Froc, Scored, froc_figures, froc_plot, froc_table
from training.evaluation.values import Case, Judged, Section

NEAR_MM = 2.0  # a mark's box is grown by this before it is asked what lies inside
NEAR_SHARE = 0.01  # of the image's height, where the spacing is unknown


def taken(case: Case) -> list[tuple[Finding, MassTruth | None]]:
    """Every marked cluster, the most confident first, and the free one that it holds most of, if any."""
    free = list(case.example.calcifications or ())
    marks: list[tuple[Finding, MassTruth | None]] = []
    for mark in sorted(case.clusters, key=lambda finding: -finding.confidence):
        best = max(free, key=lambda cluster: held(mark, cluster, case), default=None)
        if best is None or not held(mark, best, case):
            best = None
        else:
            free.remove(best)
        marks.append((mark, best))
    return marks


def hits(case: Case) -> Scored:
    """(confidence, is it true) of every marked cluster."""
    return [(mark.confidence, cluster is not None) for mark, cluster in taken(case)]


def searched(judged: Judged) -> list[Case]:
    """Images whose clusters are known, where there are any and a network looks for them."""
    cases = [case for case in judged.cases if case.example.calcifications is not None]
    looked = any("calcification" in task for case in cases for task in case.analysis.models)
    return cases if looked and any(case.example.calcifications for case in cases) else []


def held(mark: Finding, cluster: MassTruth, case: Case) -> int:
    """How many of the cluster's marked points, its middle counted as one, lie in the mark's box or just beside it."""
    spacing = case.analysis.mammogram.size_spacing_mm
    margin = NEAR_MM / spacing[0] if spacing else NEAR_SHARE * case.height
    box = mark.box
    near = Box(box.x - margin, box.y - margin, box.width + 2 * margin, box.height + 2 * margin)
    points = np.array([cluster.box.center, *([] if cluster.outline is None else cluster.outline.tolist())])
    inside = (points >= (near.x, near.y)).all(axis=1) & (points <= (near.right, near.bottom)).all(axis=1)
    return int(inside.sum())


def section(judged: Judged) -> Section | None:
    """None where nobody pointed clusters out, or nothing looks for them."""
    cases = searched(judged)
    lesions = [len(case.example.calcifications or ()) for case in cases]
    if not cases:
        return None
    curve = Froc.of([hits(case) for case in cases], lesions, judged.weights(cases))
    figures = froc_figures(curve, judged, "clusters.froc", "clusters")
    return Section(
        "Calcification clusters",
        f"A mark finds a cluster when its box, grown by {NEAR_MM:g} mm, holds the cluster's middle or one of the "
        "points that the reader marked; one to one, the most confident mark first, each takes the free cluster of "
        f"which it holds most. Where the set lists single spots, at least {LEAST} of them, each within "
        f"{LINK_MM:g} mm of the next, are a cluster.",
        figures,
        (froc_table(figures, ["clusters"]),),
        plots=(froc_plot({0.0: curve}, "FROC of calcification clusters", "clusters"),),
    )
