"""Masses and calcification clusters: planned in millimetres, drawn at the size of the image."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.finding import Kind
from pipeline.geometry import Points
from training.phantom.canvas import COARSE_MM, Canvas, Line, drawn_lines
from training.phantom.strands import walk
from training.phantom.values import FloatImage, Lesion, Margin

MASS_DIAMETER_MM = (5.0, 30.0)
SPOT_DIAMETER_MM = (0.1, 0.6)
EDGE_MM = {Margin.SMOOTH: 0.5, Margin.LOBULATED: 0.6, Margin.INDISTINCT: 1.8, Margin.SPICULATED: 1.0}
MALIGNANT_MARGINS = (Margin.SPICULATED, Margin.INDISTINCT, Margin.SPICULATED)
BENIGN_MARGINS = (Margin.SMOOTH, Margin.SMOOTH, Margin.LOBULATED)


@dataclass(frozen=True)
class MassPlan:
    diameter_mm: float
    malignant: bool
    margin: Margin
    contrast: float  # brightness added at its middle


@dataclass(frozen=True)
class ClusterPlan:
    count: int
    malignant: bool
    linear: bool  # cast along a duct
    extent_mm: float


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


def add_mass(image: FloatImage, plan: MassPlan, at_mm: Points, canvas: Canvas, rng: np.random.Generator) -> Lesion:
    """Draws the mass into `image` and tells its truth (chest wall on the left)."""
    radii = _radii(plan, rng)
    spacing = canvas.spacing_mm
    reach = int(np.ceil((plan.diameter_mm * 0.75 + 4.0) / spacing))
    middle = at_mm / spacing
    left, top = np.maximum(np.floor(middle).astype(int) - reach, 0)
    patch = image[top : top + 2 * reach + 1, left : left + 2 * reach + 1]
    y, x = np.mgrid[: patch.shape[0], : patch.shape[1]].astype(np.float32)
    dx, dy = (x + 0.5 + left - middle[0]) * spacing, (y + 0.5 + top - middle[1]) * spacing
    rho, angle = np.hypot(dx, dy), np.arctan2(dy, dx)
    edge = np.interp(angle, np.linspace(-np.pi, np.pi, len(radii)), radii)
    thick = np.sqrt(np.clip(1.0 - (rho / (edge * 1.04)) ** 2, 0.0, 1.0))
    body = (0.62 + 0.38 * thick) / (1.0 + np.exp(np.clip((rho - edge) / (0.42 * EDGE_MM[plan.margin]), -40, 40)))
    patch += np.asarray(plan.contrast * body, dtype=np.float32)
    if plan.margin is Margin.SPICULATED:
        image += drawn_lines(_spicules(plan, radii, at_mm, rng), canvas)
    turn = np.linspace(-np.pi, np.pi, 73)[:-1]
    ring = np.interp(turn, np.linspace(-np.pi, np.pi, len(radii)), radii)
    outline = middle + np.stack([np.cos(turn), np.sin(turn)], axis=1) * (ring / spacing)[:, None]
    return Lesion(Kind.MASS, plan.malignant, outline, plan.diameter_mm, plan.margin)


def _radii(plan: MassPlan, rng: np.random.Generator) -> NDArray[np.float64]:
    """Distance from the middle to the edge in mm, at 361 directions from -pi to pi: an oval with waves on it."""
    waves = {Margin.SMOOTH: 0.012, Margin.LOBULATED: 0.05, Margin.INDISTINCT: 0.06, Margin.SPICULATED: 0.05}
    angle = np.linspace(-np.pi, np.pi, 361)
    long_axis, stretch = rng.uniform(0, np.pi), rng.uniform(0.03, 0.20)
    shape = 1.0 + stretch * np.cos(2 * (angle - long_axis))
    for order in range(3, 14):
        shape += waves[plan.margin] * (3 / order) ** 0.7 * rng.normal() * np.cos(order * angle + rng.uniform(0, 6.28))
    return np.asarray(np.clip(shape, 0.6, 1.4) * plan.diameter_mm / 2)


def _spicules(plan: MassPlan, radii: NDArray[np.float64], at_mm: Points, rng: np.random.Generator) -> list[Line]:
    """Thin lines that leave the edge outwards and fade."""
    lines = []
    for turn in np.linspace(-np.pi, np.pi, int(rng.integers(28, 48)), endpoint=False):
        heading = turn + rng.normal(0, 0.12)
        edge = float(np.interp(heading, np.linspace(-np.pi, np.pi, len(radii)), radii))
        start = at_mm + np.array([np.cos(heading), np.sin(heading)]) * edge * rng.uniform(0.55, 0.9)
        length = edge * rng.gamma(2.5, 0.42) + edge * 0.45
        path = walk(start, heading + rng.normal(0, 0.2), length, 1.2, rng)
        lines.append(Line(path, rng.uniform(0.3, 0.9), plan.contrast * rng.uniform(0.25, 0.7), taper=True))
    return lines


def add_cluster(
    image: FloatImage, plan: ClusterPlan, at_mm: Points, canvas: Canvas, rng: np.random.Generator
) -> Lesion:
    """Draws the cluster's spots into `image` and tells its truth (chest wall on the left)."""
    places = at_mm + _scattered(plan, rng)
    spots = []
    for place_mm in places:
        diameter = float(np.clip(np.exp(rng.normal(np.log(0.28), 0.35)), *SPOT_DIAMETER_MM))
        stretch = rng.uniform(1.3, 3.0) if plan.malignant else rng.uniform(1.0, 1.2)
        bright = rng.uniform(0.16, 0.5) if plan.malignant else rng.uniform(0.28, 0.42)
        _add_spot(image, place_mm / canvas.spacing_mm, diameter / canvas.spacing_mm, stretch, bright, rng)
        spots.append((*(place_mm / canvas.spacing_mm), diameter / canvas.spacing_mm))
    found = np.array(spots)
    outline = _hull(found)
    extent = float(np.ptp(outline, axis=0).max()) * canvas.spacing_mm
    return Lesion(Kind.CALCIFICATION_CLUSTER, plan.malignant, outline, extent, None, found)


def _scattered(plan: ClusterPlan, rng: np.random.Generator) -> Points:
    """Offsets (count, 2) in mm: along a short curved line, or a round cloud."""
    if plan.linear:
        path = walk(np.zeros(2), rng.uniform(0, 6.28), plan.extent_mm, 1.5, rng, steps=60)
        along = path[rng.integers(0, 61, plan.count)] - path[30]
        return np.asarray(along + rng.normal(0, 0.35, (plan.count, 2)))
    radius = plan.extent_mm / 2 * np.sqrt(rng.random(plan.count))
    turn = rng.uniform(0, 2 * np.pi, plan.count)
    return np.stack([radius * np.cos(turn), 0.8 * radius * np.sin(turn)], axis=1)


def _add_spot(
    image: FloatImage, at: Points, diameter: float, stretch: float, bright: float, rng: np.random.Generator
) -> None:
    """A small bright ellipse in pixels; one finer than the pixels keeps its light, spread over them."""
    turn = rng.uniform(0, np.pi)
    reach = int(np.ceil(diameter * stretch + 3))
    column, row = np.floor(at).astype(int)
    if min(row, column) < reach or row + reach >= image.shape[0] or column + reach >= image.shape[1]:
        return
    y, x = np.mgrid[row - reach : row + reach + 1, column - reach : column + reach + 1] + 0.5
    along = (x - at[0]) * np.cos(turn) + (y - at[1]) * np.sin(turn)
    across = (y - at[1]) * np.cos(turn) - (x - at[0]) * np.sin(turn)
    true = np.array([diameter * np.sqrt(stretch), diameter / np.sqrt(stretch)]) / 2.35
    seen = np.hypot(true, 0.45)
    light = bright * float(np.prod(true / seen))
    spot = np.minimum(1.35 * np.exp(-0.5 * ((along / seen[0]) ** 2 + (across / seen[1]) ** 2)), 1.0)
    image[row - reach : row + reach + 1, column - reach : column + reach + 1] += (light * spot).astype(np.float32)


def _hull(spots: NDArray[np.float64]) -> Points:
    """Convex outline around every spot's circle."""
    turn = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    circles = spots[:, None, :2] + spots[:, None, 2:] / 2 * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    hull = cv2.convexHull(circles.reshape(-1, 2).astype(np.float32))
    return np.asarray(hull[:, 0, :], dtype=np.float64)
