"""Looked at: missed masses, worst false marks, worst outlines, wrong answers, and found masses, as small pictures.

Real images are in them, so they live in the report below --out and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from pipeline.geometry import Box
from training.evaluation import clusters
from training.evaluation.classes import CUT
from training.evaluation.detection import froc_of
from training.evaluation.outlines import outline_pairs
from training.evaluation.overlays import Overlay, picture_of
from training.evaluation.questions import FOUND_IOU, Pair, found_masses
from training.evaluation.values import Judged, Section
from training.metrics import matching

MOST = 8  # of each kind
COLOURS = (
    "Green: what is true, small circles for calcifications. Orange: marks and their confidence. The data sets' "
    "licences forbid to pass these pictures on: keep this file to yourself, or write it with --no-pictures."
)


def section(judged: Judged) -> Section | None:
    kinds: list[Callable[[Judged], list[Overlay]]] = [
        missed,
        false_marks,
        outlines,
        misjudged,
        missed_clusters,
        false_clusters,
        cancers,
    ]
    pictures = tuple(picture_of(failure) for kind in kinds for failure in kind(judged)[:MOST])
    if not pictures:
        return None
    return Section("Failures", f"The worst of each kind, {MOST} at most. {COLOURS}", pictures=pictures)


def finds(judged: Judged) -> Section | None:
    """Found masses from the most to the least confident, evenly spread, so that nobody chose them."""
    found = sorted(found_masses(judged), key=lambda pair: -pair[2].confidence) if judged.has_masses else []
    if not found:
        return None
    rows = np.unique(np.linspace(0, len(found) - 1, MOST).round().astype(int))
    pictures = tuple(picture_of(_find(found[row])) for row in rows)
    words = f"{len(rows)} of {len(found)}, evenly spread from the most to the least confident. {COLOURS}"
    return Section("Found masses", words, pictures=pictures)


def _find(pair: Pair) -> Overlay:
    case, mass, mark = pair
    known = mark.malignant is not None and mass.malignant is not None
    words = f"{mark.confidence:.2f}" + (f", {_verdict(pair)}" if known else "")
    return Overlay(case, "Most confident first", words, mass.box)


def missed(judged: Judged) -> list[Overlay]:
    """Masses that no mark shown at one false mark an image found, never marked ones first."""
    if not judged.has_masses:
        return []
    least = froc_of(judged, FOUND_IOU).confidence_at(1.0)
    found: list[tuple[float, Overlay]] = []
    for case in judged.searched:
        marked = {truth: case.masses[mark].confidence for mark, truth in matching(case.scored, FOUND_IOU)}
        for row, mass in enumerate(case.example.masses or ()):
            confidence = marked.get(row, 0.0)
            if confidence < least:
                words = f"marked at {confidence:.2f} only" if row in marked else "never marked"
                found.append((confidence, Overlay(case, "Missed masses", words, mass.box)))
    return _ordered(found)


def false_marks(judged: Judged) -> list[Overlay]:
    """Where there is no mass, most confident first."""
    found = [
        (
            -case.masses[mark].confidence,
            Overlay(case, "False marks", f"{case.masses[mark].confidence:.2f}", case.masses[mark].box),
        )
        for case in judged.searched
        for mark, truth in matching(case.scored, FOUND_IOU)
        if truth is None
    ]
    return _ordered(found) if judged.has_masses else []


def outlines(judged: Judged) -> list[Overlay]:
    known = outline_pairs(found_masses(judged))
    found = [
        (pair.overlap.iou, Overlay(pair.case, "Outlines", f"IoU {pair.overlap.iou:.2f}", Box.around(pair.truth)))
        for pair in known
        if pair.overlap.iou < 0.7
    ]
    return _ordered(found)


def misjudged(judged: Judged) -> list[Overlay]:
    """Found masses on the wrong side of the cut, furthest first."""
    found = [
        (
            -abs(mark.malignant - float(mass.malignant)),
            Overlay(case, "Wrongly classified", _verdict(case_pair), mass.box),
        )
        for case_pair in found_masses(judged)
        for case, mass, mark in [case_pair]
        if mark.malignant is not None and mass.malignant is not None and (mark.malignant >= CUT) != mass.malignant
    ]
    return _ordered(found)


def _verdict(pair: Pair) -> str:
    _, mass, mark = pair
    return f"truly {'malignant' if mass.malignant else 'benign'}, said {mark.malignant:.2f}"


def missed_clusters(judged: Judged) -> list[Overlay]:
    """Clusters that no mark took, those of most spots first."""
    found = []
    for case in clusters.searched(judged):
        marked = [cluster for _, cluster in clusters.taken(case)]
        for cluster in case.example.calcifications or ():
            if cluster not in marked:
                spots = 0 if cluster.outline is None else len(cluster.outline)
                found.append((-float(spots), Overlay(case, "Missed clusters", f"{spots} spots", cluster.box)))
    return _ordered(found)


def false_clusters(judged: Judged) -> list[Overlay]:
    """Marked clusters where there is none, most confident first."""
    found = [
        (-mark.confidence, Overlay(case, "False clusters", f"{mark.confidence:.2f}", mark.box))
        for case in clusters.searched(judged)
        for mark, cluster in clusters.taken(case)
        if cluster is None
    ]
    return _ordered(found)


def cancers(judged: Judged) -> list[Overlay]:
    """Whole images, furthest from the truth first; only where single masses are not known."""
    if judged.has_masses:
        return []
    found = [
        (-abs(said.probability - float(true)), Overlay(case, "Cancer", _cancer(bool(true), said.probability), None))
        for case in judged.cases
        if (said := case.analysis.cancer) is not None and (true := case.example.cancer) is not None
    ]
    return _ordered(found)


def _cancer(true: bool, said: float) -> str:
    return f"{'cancer' if true else 'no cancer'}, said {said:.2f}"


def _ordered(found: Sequence[tuple[float, Overlay]]) -> list[Overlay]:
    return [failure for _, failure in sorted(found, key=lambda entry: (entry[0], entry[1].case.example.image_id))]
