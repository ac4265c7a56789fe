"""Clusters on whole images: which marks are true, and how many are found at how many false ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.finding import Finding
from pipeline.geometry import Box, Points
from pipeline.spots import LINK_MM, linked
from training.metrics import Estimate, bootstrap
from training.microcalcification.data import Spotted

HIT_MM = 1.0  # between a mark's spot and a listed calcification: readers' points are half a millimetre off
TRUE_SPOTS = 2  # of a mark that hits
RULE = (
    "a mark hits a cluster when at least two of its spots lie within 1 mm of two calcifications that the reader listed "
    "in it and its middle lies in the cluster's box grown by 5 mm (after Kallergi et al. 1999, doi:10.1118/1.598511); "
    "further marks on a found cluster count as neither"
)


@dataclass(frozen=True, eq=False)
class ClusteredImage:
    """Marks (confidence, number of the cluster that it hits or None), and how many clusters there are."""

    patient: str
    marks: tuple[tuple[float, int | None], ...]
    clusters: int
    complete: bool  # False: a mark that hits nothing may still be true


def hits_of(image: Spotted, findings: Sequence[Finding]) -> tuple[list[int | None], int]:
    """The cluster that each mark hits, or None; and how many clusters are listed."""
    assert image.example.spacing_mm is not None
    mm = image.example.spacing_mm[0]
    truths = [image.spots[rows] * mm for rows in linked(image.spots * mm)]
    return [hit(found, truths, mm) for found in findings], len(truths)


def hit(found: Finding, truths: Sequence[Points], mm: float) -> int | None:
    """The cluster that a mark hits by RULE; of several the one it shares most spots with."""
    assert found.calcifications is not None
    spots = found.calcifications.spots * mm
    shared = [_shared(spots, truth) if _near(spots, truth) else 0 for truth in truths]
    best = int(np.argmax(shared)) if shared else 0
    return best if shared and shared[best] >= TRUE_SPOTS else None


def _shared(spots: Points, truth: Points) -> int:
    close = np.linalg.norm(spots[:, None] - truth[None], axis=-1) <= HIT_MM
    return int(min(close.any(axis=0).sum(), close.any(axis=1).sum()))


def _near(spots: Points, truth: Points) -> bool:
    (x, y), box = Box.around(spots).center, Box.around(truth)
    return box.x - LINK_MM <= x <= box.right + LINK_MM and box.y - LINK_MM <= y <= box.bottom + LINK_MM


@dataclass(frozen=True, eq=False)
class ClusterFroc:
    confidences: NDArray[np.float64]  # falling
    sensitivity: NDArray[np.float64]
    false_marks: NDArray[np.float64]  # per image whose list is complete

    def sensitivity_at(self, false_marks: float) -> float:
        return float(self.sensitivity[self.false_marks <= false_marks].max(initial=0.0))


def froc(images: Sequence[ClusteredImage]) -> ClusterFroc:
    """Marks that hit nothing on an image whose list is not complete count as neither. ValueError without a cluster."""
    clusters, judged = sum(image.clusters for image in images), sum(image.complete for image in images)
    if not clusters or not judged:
        raise ValueError("sensitivity needs a cluster, false marks an image whose list is complete")
    rows: list[tuple[float, int, int]] = []  # confidence, one more found, one more false
    for image in images:
        found: set[int] = set()
        for confidence, cluster in sorted(image.marks, key=lambda mark: -mark[0]):
            new = cluster is not None and cluster not in found
            found |= {cluster} if cluster is not None else set()
            rows.append((confidence, int(new), int(cluster is None and image.complete)))
    rows.sort(key=lambda row: -row[0])
    table = np.array(rows, float).reshape(-1, 3)
    last = np.append(np.diff(table[:, 0]) < 0, True)[: len(table)]  # marks of one confidence show together
    return ClusterFroc(
        table[last, 0],
        (np.cumsum(table[:, 1]) / clusters)[last],
        (np.cumsum(table[:, 2]) / judged)[last],
    )


def sensitivity_at(images: Sequence[ClusteredImage], false_marks: float) -> Estimate:
    """With its interval over patients; n counts clusters."""

    def figure(rows: Sequence[int]) -> float:
        chosen = [images[row] for row in rows]
        if not sum(image.clusters for image in chosen) or not sum(image.complete for image in chosen):
            return float("nan")
        return froc(chosen).sensitivity_at(false_marks)

    return bootstrap([image.patient for image in images], figure, n=sum(image.clusters for image in images))


def operating_points(images: Sequence[ClusteredImage], confidences: Sequence[float]) -> tuple[Mapping[str, float], ...]:
    """What a reader who hides marks below each confidence may expect."""
    curve, points = froc(images), []
    for confidence in confidences:
        shown = int((curve.confidences >= confidence).sum())
        found = float(curve.sensitivity[shown - 1]) if shown else 0.0
        false = float(curve.false_marks[shown - 1]) if shown else 0.0
        points.append({"confidence": confidence, "sensitivity": round(found, 4), "false_marks": round(false, 4)})
    return tuple(points)
