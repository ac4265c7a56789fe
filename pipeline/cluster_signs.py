"""What tells a cluster of microcalcifications from a chance group of spots, and how sure that makes.

Three signs: how likely a committee calls its likeliest spots, how far its strongest spots stand out of the usual detail
nearby, and how deep in the breast it lies, since skin and its folds make spots as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.calibration import Calibration
from pipeline.spots import Spots

BEST_SPOTS = 3  # of a cluster: the likeliest, and apart from them the strongest, speak for it


def signs_of(cluster: Spots) -> NDArray[np.float64]:
    """(3,): mean logit of its likeliest spots; logarithm of the mean strength of its strongest; that of 1 + its mean
    depth in mm."""
    likeliest = np.clip(np.sort(cluster.likely)[-BEST_SPOTS:].astype(np.float64), 1e-6, 1 - 1e-6)
    strongest = np.sort(cluster.strength)[-BEST_SPOTS:].astype(np.float64)
    logit, depth = np.log(likeliest / (1 - likeliest)).mean(), np.log1p(cluster.depth_mm.astype(np.float64).mean())
    return np.array([logit, np.log(max(strongest.mean(), 1e-6)), depth])


@dataclass(frozen=True)
class ClusterJudge:
    """How the signs add up: the weights of strength and depth where likelihood has 1, and the sum's calibration."""

    calibration: Calibration
    strength: float = 0.0
    depth: float = 0.0

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> ClusterJudge:
        """What a card's [calibration] says; an empty table leaves the likelihood alone."""
        return cls(Calibration.of(said), float(said.get("strength", 0.0)), float(said.get("depth", 0.0)))

    def confidence(self, signs: NDArray[np.float64]) -> float:
        """0..1, of signs_of a cluster."""
        return self.calibration.judge(float(signs @ (1.0, self.strength, self.depth))).probability
