"""The failures, looked at: missed masses, worst false marks, worst outlines, wrong answers, as small pictures.

Real images are in them, so they live in the report below --out and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.finding import Finding
from pipeline.geometry import Box, Points
from training.evaluation import clusters
from training.evaluation.classes import CUT
from training.evaluation.detection import froc_of
from training.evaluation.outlines import outline_pairs
from training.evaluation.questions import FOUND_IOU, Pair, found_masses
from training.evaluation.values import Case, Judged, Picture, Section
from training.metrics import matching

MOST = 8  # of each kind
SIDE = 480  # pixels of a thumbnail, shown about half as large
CONTEXT = 2.0  # sides of what is shown, as margin around it
TRUTH, MARK = (60, 200, 60), (0, 140, 255)  # BGR: green, orange
Image = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Failure:
    case: Case
    kind: str
    caption: str
    around: Box | None  # what the thumbnail shows, with its surroundings; None for the whole image


def section(judged: Judged) -> Section | None:
    kinds: list[Callable[[Judged], list[Failure]]] = [
        missed,
        false_marks,
        outlines,
        misjudged,
        missed_clusters,
        false_clusters,
        cancers,
    ]
    pictures = tuple(_picture(failure) for kind in kinds for failure in kind(judged)[:MOST])
    if not pictures:
        return None
    return Section(
        "Failures",
        f"The worst of each kind, {MOST} at most. Green: what is true, small circles for calcifications. Orange: marks "
        "and their confidence. The data sets' licences forbid to pass these pictures on: keep this file to yourself, "
        "or write it with --no-pictures.",
        pictures=pictures,
    )


def missed(judged: Judged) -> list[Failure]:
    """Masses that no mark shown at one false mark an image found, never marked ones first."""
    if not judged.has_masses:
        return []
    least = froc_of(judged, FOUND_IOU).confidence_at(1.0)
    found: list[tuple[float, Failure]] = []
    for case in judged.searched:
        marked = {truth: case.masses[mark].confidence for mark, truth in matching(case.scored, FOUND_IOU)}
        for row, mass in enumerate(case.example.masses or ()):
            confidence = marked.get(row, 0.0)
            if confidence < least:
                words = f"marked at {confidence:.2f} only" if row in marked else "never marked"
                found.append((confidence, Failure(case, "Missed masses", words, mass.box)))
    return _ordered(found)


def false_marks(judged: Judged) -> list[Failure]:
    """Where there is no mass, most confident first."""
    found = [
        (
            -case.masses[mark].confidence,
            Failure(case, "False marks", f"{case.masses[mark].confidence:.2f}", case.masses[mark].box),
        )
        for case in judged.searched
        for mark, truth in matching(case.scored, FOUND_IOU)
        if truth is None
    ]
    return _ordered(found) if judged.has_masses else []


def outlines(judged: Judged) -> list[Failure]:
    known = outline_pairs(found_masses(judged))
    found = [
        (pair.overlap.iou, Failure(pair.case, "Outlines", f"IoU {pair.overlap.iou:.2f}", Box.around(pair.truth)))
        for pair in known
        if pair.overlap.iou < 0.7
    ]
    return _ordered(found)


def misjudged(judged: Judged) -> list[Failure]:
    """Found masses on the wrong side of the cut, furthest first."""
    found = [
        (
            -abs(mark.malignant - float(mass.malignant)),
            Failure(case, "Wrongly classified", _verdict(case_pair), mass.box),
        )
        for case_pair in found_masses(judged)
        for case, mass, mark in [case_pair]
        if mark.malignant is not None and mass.malignant is not None and (mark.malignant >= CUT) != mass.malignant
    ]
    return _ordered(found)


def _verdict(pair: Pair) -> str:
    _, mass, mark = pair
    return f"truly {'malignant' if mass.malignant else 'benign'}, said {mark.malignant:.2f}"


def missed_clusters(judged: Judged) -> list[Failure]:
    """Clusters that no mark took, those of most spots first."""
    found = []
    for case in clusters.searched(judged):
        marked = [cluster for _, cluster in clusters.taken(case)]
        for cluster in case.example.calcifications or ():
            if cluster not in marked:
                spots = 0 if cluster.outline is None else len(cluster.outline)
                found.append((-float(spots), Failure(case, "Missed clusters", f"{spots} spots", cluster.box)))
    return _ordered(found)


def false_clusters(judged: Judged) -> list[Failure]:
    """Marked clusters where there is none, most confident first."""
    found = [
        (-mark.confidence, Failure(case, "False clusters", f"{mark.confidence:.2f}", mark.box))
        for case in clusters.searched(judged)
        for mark, cluster in clusters.taken(case)
        if cluster is None
    ]
    return _ordered(found)


def cancers(judged: Judged) -> list[Failure]:
    """Whole images, furthest from the truth first; only where single masses are not known."""
    if judged.has_masses:
        return []
    found = [
        (-abs(said.probability - float(true)), Failure(case, "Cancer", _cancer(bool(true), said.probability), None))
        for case in judged.cases
        if (said := case.analysis.cancer) is not None and (true := case.example.cancer) is not None
    ]
    return _ordered(found)


def _cancer(true: bool, said: float) -> str:
    return f"{'cancer' if true else 'no cancer'}, said {said:.2f}"


def _ordered(found: Sequence[tuple[float, Failure]]) -> list[Failure]:
    return [failure for _, failure in sorted(found, key=lambda entry: (entry[0], entry[1].case.example.image_id))]


def _picture(failure: Failure) -> Picture:
    case = failure.case
    window = _window(failure.around, case)
    rows = slice(int(window.y), int(np.ceil(window.bottom)))
    pixels = case.example.load().pixels[rows, int(window.x) : int(np.ceil(window.right))]
    scale = SIDE / max(pixels.shape)
    grey = cv2.resize((pixels * 255).astype(np.uint8), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    coloured = np.repeat(np.asarray(grey, np.uint8)[:, :, None], 3, axis=2)
    drawn = _drawn(coloured, case, (rows.start, int(window.x)), scale)
    done, encoded = cv2.imencode(".jpg", drawn, [cv2.IMWRITE_JPEG_QUALITY, 85])
    if not done:
        raise RuntimeError("OpenCV could not encode the thumbnail")
    where = ", ".join(filter(None, [case.example.image_id, case.example.view]))
    return Picture(failure.kind, f"{failure.caption} ({where})", encoded.tobytes())


def _window(around: Box | None, case: Case) -> Box:
    if around is None:
        return Box(0, 0, case.width, case.height)
    side = max(around.width, around.height, 0.05 * case.width) * (1 + 2 * CONTEXT) / 2
    x, y = around.center
    return Box(x - side, y - side, 2 * side, 2 * side).clipped(case.width, case.height)


def _drawn(picture: Image, case: Case, origin: tuple[int, int], scale: float) -> Image:
    def placed(points: Points) -> NDArray[np.int32]:
        return np.round((points - (origin[1], origin[0])) * scale).astype(np.int32)

    for mark in (*case.masses, *case.clusters):
        _mark(picture, mark, placed)
    for cluster in case.example.calcifications or ():
        for spot in placed(cluster.box.corners()[:0] if cluster.outline is None else np.asarray(cluster.outline)):
            cv2.circle(picture, (int(spot[0]), int(spot[1])), 3, TRUTH, 1, cv2.LINE_AA)
    for mass in case.example.masses or ():
        points = _around(mass.box) if mass.outline is None else np.asarray(mass.outline, np.float64)
        cv2.polylines(picture, [placed(points)], True, TRUTH, 2, cv2.LINE_AA)
    return picture


def _mark(picture: Image, mark: Finding, placed: Callable[[Points], NDArray[np.int32]]) -> None:
    points = _around(mark.box) if mark.outline is None else mark.outline
    cv2.polylines(picture, [placed(points)], True, MARK, 2, cv2.LINE_AA)
    x, y = placed(mark.box.corners())[0].tolist()
    cv2.putText(picture, f"{mark.confidence:.2f}", (x, y - 5), cv2.FONT_HERSHEY_SIMPLEX, 0.6, MARK, 1, cv2.LINE_AA)


def _around(box: Box) -> Points:
    return np.array([[box.x, box.y], [box.right, box.y], [box.right, box.bottom], [box.x, box.bottom]], np.float64)
