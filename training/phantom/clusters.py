"""A calcification cluster: a handful of small very bright spots within about a centimetre."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.finding import Kind
from pipeline.geometry import Points
from training.phantom.canvas import Canvas
from training.phantom.lesions import ClusterPlan
from training.phantom.strands import walk
from training.phantom.values import FloatImage, Lesion

SPOT_DIAMETER_MM = (0.1, 0.6)


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
