"""What a view and its findings say of cancer together, in one probability."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.calibration import Calibration, Judgement, logit_of
from pipeline.finding import Finding, Kind
from pipeline.microcalcification import FLOOR

LEAST_MALIGNANT = 0.002  # that any mark is a malignant mass: below it, and without a mark, nothing is told apart
LEAST_CLUSTER = FLOOR  # likewise of the most confident cluster: fainter ones are not shown


@dataclass(frozen=True)
class Evidence:
    """What was said of one view, as logits."""

    image: float  # the whole-image network's probability
    masses: float  # that at least one mark is a malignant mass
    clusters: float  # confidence of the most confident cluster of calcifications

    @classmethod
    def of(cls, image: float, findings: Sequence[Finding]) -> Evidence:
        malignant = [finding.malignant for finding in findings if finding.malignant is not None]
        clusters = [found.confidence for found in findings if found.kind is Kind.CALCIFICATION_CLUSTER]
        cluster = max(clusters, default=LEAST_CLUSTER)
        return cls(logit_of(image), logit_of(at_least(any_of(malignant), LEAST_MALIGNANT)),
                   logit_of(at_least(cluster, LEAST_CLUSTER)))  # fmt: skip


@dataclass(frozen=True)
class Together:
    """A logistic regression over the evidence, fitted on patients whom none of the networks saw (training.together).

    On an image coarser than `least_rows` it says nothing: there the marks are guesses on an enlarged picture.
    """

    image: float  # weights, none negative
    masses: float
    clusters: float
    least_rows: int  # of the breast, acquired pixels
    curve: Calibration  # of the weighted sum

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Together | None:
        """What a card's [together] says; None for an empty one. Raises ValueError where something is missing."""
        if not said:
            return None
        if missing := sorted({"image", "masses", "clusters", "least_rows"} - set(said)):
            raise ValueError(f"[together] lacks {', '.join(missing)}")
        image, masses, clusters = (float(said[name]) for name in ("image", "masses", "clusters"))
        return cls(image, masses, clusters, int(said["least_rows"]), Calibration.of(said))

    def weighed(self, evidence: Evidence) -> float:
        return self.image * evidence.image + self.masses * evidence.masses + self.clusters * evidence.clusters

    def judge(self, evidence: Evidence) -> Judgement:
        return self.curve.judge(self.weighed(evidence))


def any_of(probabilities: Sequence[float]) -> float:
    """That at least one of independent events happens."""
    return 1 - float(np.prod([1 - one for one in probabilities]))


def at_least(probability: float, least: float) -> float:
    return float(np.clip(probability, least, 1 - least))
