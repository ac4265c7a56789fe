"""Which lesions a breast has and where they go; masses.py and clusters.py draw them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import Points
from training.phantom.canvas import COARSE_MM, COARSE_SHAPE
from training.phantom.values import FloatImage, Margin

MASS_DIAMETER_MM = (5.0, 30.0)
MALIGNANT_MARGINS = (Margin.SPICULATED, Margin.INDISTINCT, Margin.SPICULATED)
BENIGN_MARGINS = (Margin.SMOOTH, Margin.SMOOTH, Margin.LOBULATED)


@dataclass(frozen=True)
class MassPlan:
    diameter_mm: float
    malignant: bool
    margin: Margin
    contrast: float  # brightness added at its middle

    @property
    def radius_mm(self) -> float:
        return self.diameter_mm / 2


@dataclass(frozen=True)
class ClusterPlan:
    count: int
    malignant: bool
    linear: bool  # cast along a duct
    extent_mm: float

    @property
    def radius_mm(self) -> float:
        return self.extent_mm / 2


Plan = MassPlan | ClusterPlan


def plan_lesions(
    rng: np.random.Generator, masses: int | None, clusters: int | None, malignant: bool | None
) -> tuple[Plan, ...]:
    """As many as asked for, masses first; 0-2 masses and 0-1 clusters where that is left open."""
    drawn_masses, drawn_clusters = int(rng.choice(3, p=[0.3, 0.55, 0.15])), int(rng.random() < 0.35)
    for_masses, for_clusters = rng.spawn(2)
    return (
        *(plan_mass(for_masses, malignant) for _ in range(drawn_masses if masses is None else masses)),
        *(plan_cluster(for_clusters, malignant) for _ in range(drawn_clusters if clusters is None else clusters)),
    )


def plan_mass(rng: np.random.Generator, malignant: bool | None = None) -> MassPlan:
    sick = bool(rng.random() < 0.5) if malignant is None else malignant
    diameter = float(np.clip(np.exp(rng.normal(np.log(12.5), 0.42)), *MASS_DIAMETER_MM))
    margin = (MALIGNANT_MARGINS if sick else BENIGN_MARGINS)[rng.integers(3)]
    return MassPlan(diameter, sick, margin, float(rng.uniform(0.13, 0.22) + (0.03 if sick else 0.0)))


def plan_cluster(rng: np.random.Generator, malignant: bool | None = None) -> ClusterPlan:
    sick = bool(rng.random() < 0.5) if malignant is None else malignant
    linear = bool(sick and rng.random() < 0.5)
    return ClusterPlan(int(rng.integers(6, 26)), sick, linear, float(rng.uniform(4.5, 10.0)))


def place(
    allowed: NDArray[np.bool_], brightness: FloatImage, radius_mm: float, rng: np.random.Generator
) -> Points | None:
    """Where (x, y in mm) a lesion goes: allowed, and not where tissue around it would outshine it.

    `allowed` and `brightness` are on the coarse grid. None where no place is left.
    """
    side = max(3, int(2 * radius_mm / COARSE_MM) | 1)
    inner = cv2.blur(brightness, (side, side))
    around = cv2.blur(brightness, (2 * side + 1, 2 * side + 1))
    rows, columns = np.nonzero(allowed)
    if len(rows) == 0:
        return None
    tries = rng.integers(0, len(rows), 24)
    excess = np.array([(inner - around)[rows[i], columns[i]] for i in tries])
    best = tries[int(np.argmin(np.abs(excess - 0.01)))]
    return np.array([columns[best] + 0.5, rows[best] + 0.5]) * COARSE_MM


def room_for(depth: FloatImage, free: NDArray[np.bool_], radius_mm: float) -> NDArray[np.bool_]:
    """Where a lesion's middle may be: deep enough below the skin, clear of what is not free and of the border."""
    clear = np.asarray(cv2.distanceTransform(free.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)) * COARSE_MM
    allowed = (clear > radius_mm + 3.0) & (depth > radius_mm + 5.0)
    reach = int(np.ceil((radius_mm + 3.0) / COARSE_MM))
    allowed[:reach], allowed[-reach:], allowed[:, :reach] = False, False, False
    return np.asarray(allowed)


def without_disc(free: NDArray[np.bool_], at_mm: Points, radius_mm: float) -> NDArray[np.bool_]:
    """`free` less a disc, so that the next lesion keeps its distance."""
    rows, columns = np.ogrid[: COARSE_SHAPE[0], : COARSE_SHAPE[1]]
    column, row = at_mm / COARSE_MM
    return np.asarray(free & (np.hypot(columns - column, rows - row) > radius_mm / COARSE_MM))
