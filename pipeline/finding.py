"""What we concluded: findings, masking level, cancer probability, and all of them together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pipeline.geometry import Box, Points
from pipeline.mammogram import Mammogram


class Kind(StrEnum):
    MASS = "mass"
    CALCIFICATION_CLUSTER = "calcification_cluster"


class MaskingLevel(StrEnum):
    """How much dense tissue could hide a mass. Trained on density: A low, B medium, C and D high."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True)
class Size:
    long_axis_mm: float  # largest distance between two points of the outline
    area_mm2: float


@dataclass(frozen=True, eq=False)
class Finding:
    """Something a reader should look at."""

    kind: Kind
    box: Box  # acquired pixels
    confidence: float  # 0..1, the detector's own; not a probability of cancer
    outline: Points | None = None  # (N, 2) x, y acquired pixels, closed; None until segment() has run
    malignant: float | None = None  # calibrated probability; None until classify() has run
    size: Size | None = None  # None without an outline or without pixel spacing


@dataclass(frozen=True)
class Masking:
    level: MaskingLevel
    probabilities: Mapping[MaskingLevel, float]  # all three, sum 1


@dataclass(frozen=True, eq=False)
class Analysis:
    """All we have to say about one mammogram; findings most confident first, down to a low floor."""

    mammogram: Mammogram
    findings: tuple[Finding, ...]
    masking: Masking | None
    cancer: float | None  # calibrated probability that this view shows cancer
    models: Mapping[str, str] = field(default_factory=dict)  # task -> "name version sha256:12 hex digits"
    timings_ms: Mapping[str, float] = field(default_factory=dict)  # stage -> milliseconds
    warnings: tuple[str, ...] = ()
