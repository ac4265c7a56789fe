"""How the signs of a cluster (pipeline/cluster_signs.py) add up: a logistic regression over marks, true and false."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from pipeline.cluster_signs import ClusterJudge
from pipeline.microcalcification import MOST_CLUSTERS
from training.judge import LEAST_SCALE, STRENGTH
from training.microcalcification.judge import ClusteredImage

Signs = NDArray[np.float64]
LEAST_TRUE = 2  # marks; with fewer, nothing is weighed


@dataclass(frozen=True, eq=False)
class SignedImage:
    """Marks (signs, number of the cluster that they hit or None), before anybody says how sure they are."""

    patient: str
    fold: int
    marks: tuple[tuple[Signs, int | None], ...]
    clusters: int
    complete: bool  # False: a mark that hits nothing may still be true

    def judged_by(self, judge: ClusterJudge) -> ClusteredImage:
        """With the marks that microcalcify() would give."""
        marks = sorted(((judge.confidence(signs), hit) for signs, hit in self.marks), key=lambda mark: -mark[0])
        return ClusteredImage(self.patient, tuple(marks[:MOST_CLUSTERS]), self.clusters, self.complete)


def weighed(images: Sequence[SignedImage]) -> Mapping[str, float]:
    """`scale`, `offset`, `strength` and `depth` for a card's [calibration]; empty where too few marks are true, or none
    is false.

    A mark that hits nothing counts as false where the image's list is complete, and not at all elsewhere.
    """
    told = [
        (signs, hit is not None) for image in images for signs, hit in image.marks if image.complete or hit is not None
    ]
    truth = [true for _, true in told]
    if sum(truth) < LEAST_TRUE or all(truth):
        print(f"clusters are not weighed: {sum(truth)} true and {len(truth) - sum(truth)} false marks are too few")
        return {}
    fit = LogisticRegression(C=STRENGTH, tol=1e-8).fit(np.stack([signs for signs, _ in told]), truth)
    likelihood, strength, depth = fit.coef_[0]
    scale = max(float(likelihood), LEAST_SCALE)
    found = {"scale": scale, "offset": float(fit.intercept_[0]), "strength": strength / scale, "depth": depth / scale}
    return {name: round(float(value), 4) for name, value in found.items()}


def cross_weighed(images: Sequence[SignedImage]) -> list[ClusteredImage]:
    """Each fold judged by what the other folds' marks taught, in the order of `images`."""
    others = {fold: [image for image in images if image.fold != fold] for fold in {image.fold for image in images}}
    judges = {fold: ClusterJudge.of(weighed(rest)) for fold, rest in others.items()}
    return [image.judged_by(judges[image.fold]) for image in images]
