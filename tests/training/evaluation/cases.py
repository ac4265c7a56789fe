"""Cases as we say they are: no image, a truth and what was said of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from pipeline.finding import Analysis, Cancer, Finding, Kind, Masking, MaskingLevel
from pipeline.geometry import Box, Points
from pipeline.mammogram import Mammogram
from training.datasets.base import Example, MassTruth
from training.draws import Draws
from training.evaluation.values import Case, Judged


def square(x: float, y: float, side: float = 10.0) -> Points:
    return np.array([[x, y], [x + side, y], [x + side, y + side], [x, y + side]], np.float64)


def mass(x: float, y: float, malignant: bool | None = None, side: float = 10.0, outlined: bool = True) -> MassTruth:
    points = square(x, y, side)
    return MassTruth(Box.around(points), points if outlined else None, malignant)


def mark(
    x: float, y: float, confidence: float, malignant: float | None = None, side: float = 10.0, **more: Any
) -> Finding:
    points = square(x, y, side)
    return Finding(Kind.MASS, Box.around(points), confidence, points, malignant, **more)


def level_of(said: MaskingLevel | None) -> Masking | None:
    shares = {level: 0.6 if level is said else 0.2 for level in MaskingLevel}
    return None if said is None else Masking(said, shares)


def case(
    patient: str,
    masses: tuple[MassTruth, ...] | None,
    marks: tuple[Finding, ...],
    cancer: float | None = None,
    level: MaskingLevel | None = None,
    milliseconds: float = 500.0,
    spacing_mm: tuple[float, float] | None = None,
    models: dict[str, str] | None = None,
    **truth: Any,
) -> Case:
    image = f"{patient}-{len(marks)}-{milliseconds}"
    example = Example("drawn", image, patient, Path(image), masses, **truth)
    mammogram = Mammogram(np.zeros((1, 1), np.float32), spacing_mm=spacing_mm)
    said = None if cancer is None else Cancer(cancer, cancer)
    timings = {"detect": milliseconds / 2, "segment": milliseconds / 4}
    analysis = Analysis(mammogram, marks, level_of(level), said, models or {}, timings)
    return Case(example, analysis, 200, 300, milliseconds)


def judged(*cases: Case, draws: int = 50) -> Judged:
    return Judged("drawn", cases, (), Draws.of([found.patient for found in cases], draws))
