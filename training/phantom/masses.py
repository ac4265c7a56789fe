"""A mass: an irregular soft-edged blob added to the image, with spicules where its margin has them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.finding import Kind
from pipeline.geometry import Points
from training.phantom.canvas import Canvas, Line, drawn_lines
from training.phantom.lesions import MassPlan
from training.phantom.strands import walk
from training.phantom.values import FloatImage, Lesion, Margin

EDGE_MM = {Margin.SMOOTH: 0.5, Margin.LOBULATED: 0.6, Margin.INDISTINCT: 2.0, Margin.SPICULATED: 1.7}
WAVES = {Margin.SMOOTH: 0.012, Margin.LOBULATED: 0.05, Margin.INDISTINCT: 0.06, Margin.SPICULATED: 0.05}
ALL_ROUND = np.linspace(-np.pi, np.pi, 361)


def add_mass(image: FloatImage, plan: MassPlan, at_mm: Points, canvas: Canvas, rng: np.random.Generator) -> Lesion:
    """Draws the mass into `image` and tells its truth (chest wall on the left)."""
    radii = _radii(plan, rng)
    spacing = canvas.spacing_mm
    reach = int(np.ceil((plan.radius_mm * 3.2 + 4.0) / spacing))
    middle = at_mm / spacing
    left, top = (int(v) for v in np.maximum(np.floor(middle) - reach, 0))
    patch = image[top : int(middle[1]) + reach + 1, left : int(middle[0]) + reach + 1]
    body = _body(patch.shape, plan, radii, middle - (left, top), spacing)
    patch += plan.contrast * _mottle(patch.shape, rng) * body
    if plan.margin is Margin.SPICULATED:
        lines = _spicules(plan, radii, at_mm - np.array([left, top]) * spacing, rng)
        patch += drawn_lines(lines, Canvas(patch.shape, spacing)) * (1.0 - 0.8 * body)
    turn = ALL_ROUND[:-1:5]
    outline = middle + np.stack([np.cos(turn), np.sin(turn)], axis=1) * (radii[:-1:5] / spacing)[:, None]
    return Lesion(Kind.MASS, plan.malignant, outline, plan.diameter_mm, plan.margin)


def _body(
    shape: tuple[int, ...], plan: MassPlan, radii: NDArray[np.float64], middle: Points, spacing: float
) -> FloatImage:
    """0..1: thickest in the middle, falling off over the margin's width; half of the edge's value at the outline."""
    y, x = np.mgrid[: shape[0], : shape[1]]
    dx, dy = (x + 0.5 - middle[0]) * spacing, (y + 0.5 - middle[1]) * spacing
    rho, edge = np.hypot(dx, dy), np.interp(np.arctan2(dy, dx), ALL_ROUND, radii)
    thick = np.sqrt(np.clip(1.0 - (rho / (edge * 1.04)) ** 2, 0.0, 1.0))
    fall = np.clip((rho - edge) / (0.42 * EDGE_MM[plan.margin]), -40.0, 40.0)
    return np.asarray((0.62 + 0.38 * thick) / (1.0 + np.exp(fall)), dtype=np.float32)


def _mottle(shape: tuple[int, ...], rng: np.random.Generator) -> FloatImage:
    """Around 1: no tissue is even."""
    coarse = np.clip(rng.normal(1.0, 0.13, (15, 15)), 0.6, 1.4).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC), dtype=np.float32)


def _radii(plan: MassPlan, rng: np.random.Generator) -> NDArray[np.float64]:
    """Distance from the middle to the edge in mm, in the directions of ALL_ROUND: an oval with waves on it."""
    long_axis, stretch = rng.uniform(0, np.pi), rng.uniform(0.03, 0.20)
    shape = 1.0 + stretch * np.cos(2 * (ALL_ROUND - long_axis))
    for order in range(3, 14):
        wave = np.cos(order * ALL_ROUND + rng.uniform(0, 2 * np.pi))
        shape += WAVES[plan.margin] * (3 / order) ** 0.7 * rng.normal() * wave
    return np.asarray(np.clip(shape, 0.6, 1.4) * plan.radius_mm)


def _spicules(plan: MassPlan, radii: NDArray[np.float64], at_mm: Points, rng: np.random.Generator) -> list[Line]:
    """Thin, nearly straight lines that leave the edge outwards and fade, up to two radii long."""
    lines = []
    for turn in np.linspace(-np.pi, np.pi, int(rng.integers(60, 100)), endpoint=False):
        heading = turn + rng.normal(0, 0.10)
        edge = float(np.interp(heading, ALL_ROUND, radii))
        start = at_mm + np.array([np.cos(heading), np.sin(heading)]) * edge * rng.uniform(0.55, 0.95)
        length = min(edge * (rng.gamma(1.8, 0.40) + 0.55), 2.2 * plan.radius_mm)
        path = walk(start, heading + rng.normal(0, 0.15), length, 0.25, rng)
        lines.append(Line(path, rng.uniform(0.2, 0.55), plan.contrast * rng.uniform(0.12, 0.55), taper=True))
    return lines
