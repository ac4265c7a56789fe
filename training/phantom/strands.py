"""Thin bright strands: ducts running to the nipple, Cooper's ligaments, septa, vessels."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import Points
from training.phantom.anatomy import Anatomy
from training.phantom.canvas import Line
from training.phantom.tissue import FINE_MM, Tissue


def walk(
    start: Points, heading: float, length_mm: float, wander: float, rng: np.random.Generator, steps: int = 28
) -> Points:
    """A smooth random path (steps + 1, 2) in mm; `wander` is about how far the heading strays, radians."""
    bend = wander * rng.normal(size=4) / np.array([1.0, 2.0, 4.0, 7.0])
    headings = heading + np.sin(_waves(steps) + bend * 9.0) @ bend
    step = np.stack([np.cos(headings), np.sin(headings)], axis=1) * (length_mm / steps)
    return np.concatenate([start[None], start + np.cumsum(step, axis=0)])


@cache
def _waves(steps: int) -> NDArray[np.float64]:
    """(steps, 4) phases of ever shorter waves along a path."""
    return np.asarray(np.linspace(0, np.pi, steps)[:, None] * np.array([0.5, 1.0, 2.6, 5.3]))


def draw_strands(anatomy: Anatomy, tissue: Tissue, rng: np.random.Generator) -> list[Line]:
    groups = (_ducts(anatomy, rng), _septa(anatomy, tissue, rng), _vessels(anatomy, tissue, rng))
    return [line for group in groups for line in group]


def _ducts(anatomy: Anatomy, rng: np.random.Generator) -> list[Line]:
    """From behind the nipple backwards, each branching once or twice."""
    lines = []
    for _ in range(int(rng.integers(9, 16))):
        start = anatomy.nipple + np.array([rng.uniform(-6, 0), rng.uniform(-3, 3)])
        heading = np.pi + rng.normal(0.0, 0.42)
        length = anatomy.depth_mm * rng.uniform(0.3, 0.85)
        trunk = walk(start, heading, length, 0.7, rng)
        strength = rng.uniform(0.03, 0.085)
        lines.append(Line(trunk, rng.uniform(0.4, 1.0), strength, taper=True))
        for _ in range(int(rng.integers(1, 4))):
            branch = trunk[rng.integers(6, 24)]
            side = heading + rng.choice([-1, 1]) * rng.uniform(0.3, 0.8)
            path = walk(branch, side, length * rng.uniform(0.2, 0.5), 0.7, rng)
            lines.append(Line(path, rng.uniform(0.3, 0.8), strength * 0.8, taper=True))
    return lines


def _septa(anatomy: Anatomy, tissue: Tissue, rng: np.random.Generator) -> list[Line]:
    """Many short faint lines, most of them pointing roughly at the nipple."""
    lines = []
    for start in _places(tissue, 380, 3.0, rng):
        towards = np.arctan2(anatomy.nipple[1] - start[1], anatomy.nipple[0] + 15 - start[0])
        heading = towards + rng.normal(0.0, 0.45)
        length = min(rng.gamma(3.0, 6.0) + 5.0, 60.0)
        width, strength = rng.uniform(0.15, 0.45), min(rng.gamma(1.6, 0.014) + 0.008, 0.08)
        lines.append(Line(walk(start, heading, length, 0.35, rng), width, strength))
    return lines


def _vessels(anatomy: Anatomy, tissue: Tissue, rng: np.random.Generator) -> list[Line]:
    """A few long winding bands through the fat, some with a branch."""
    lines = []
    for start in _places(tissue, int(rng.integers(2, 6)), 8.0, rng):
        towards = np.arctan2(anatomy.nipple[1] - start[1], anatomy.nipple[0] - start[0])
        heading = towards + np.pi * rng.integers(0, 2) + rng.normal(0.0, 0.5)
        path = walk(start, heading, rng.uniform(40, 100), 0.9, rng, steps=60)
        width, strength = rng.uniform(0.8, 1.8), rng.uniform(0.03, 0.06)
        lines.append(Line(path, width, strength, taper=True))
        if rng.random() < 0.6:
            twig = walk(path[25], heading + rng.choice([-0.7, 0.7]), rng.uniform(20, 50), 0.9, rng, steps=60)
            lines.append(Line(twig, width * 0.6, strength * 0.8, taper=True))
    return lines


def _places(tissue: Tissue, count: int, margin_mm: float, rng: np.random.Generator) -> Points:
    """`count` points (x, y) in mm at least `margin_mm` below the skin."""
    inside = np.flatnonzero(tissue.below_skin > margin_mm)
    picked = rng.choice(inside, count)
    rows, columns = np.unravel_index(picked, tissue.below_skin.shape)
    return np.stack([columns + 0.5, rows + 0.5], axis=1) * FINE_MM
