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
class Calcifications:
    """The spots of one cluster."""

    spots: Points  # (N, 2) x, y acquired pixels, N >= 3
    extent_mm: float | None  # largest distance between two spots; None without pixel spacing

    @property
    def count(self) -> int:
        return len(self.spots)


@dataclass(frozen=True)
class SecondOpinion:
    """What another network answers to the same question about the same mass."""

    model: str  # its task, as in Analysis.models
    malignant: float  # calibrated probability
    disagrees: bool  # on the other side of its own operating point than the first network is of its


@dataclass(frozen=True, eq=False)
class Finding:
    """Something a reader should look at."""

    kind: Kind
    box: Box  # acquired pixels
    confidence: float  # 0..1, the detector's own; not a probability of cancer
    outline: Points | None = None  # (N, 2) x, y acquired pixels, closed; None until segment() has run
    malignant: float | None = None  # calibrated: is this mark, true or false, a malignant mass? None until classify()
    size: Size | None = None  # None without an outline or without pixel spacing
    interval: tuple[float, float] | None = None  # 95 % of `malignant`, from the calibration; None where unknown
    calcifications: Calcifications | None = None  # of a calcification cluster
    second_opinion: SecondOpinion | None = None  # of a mass, where a second network is set up


@dataclass(frozen=True)
class Masking:
    level: MaskingLevel
    probabilities: Mapping[MaskingLevel, float]  # all three, sum 1


@dataclass(frozen=True)
class Cancer:
    """Whether this view shows cancer; never below its worst finding, so that no two numbers contradict each other."""

    probability: float  # of image and findings together (pipeline.together), or the worst finding's, if that is more
    image: float  # calibrated, of the image as a whole
    interval: tuple[float, float] | None = None  # 95 % of image and findings together; None where unknown
    worst_finding: int | None = None  # number (from 1) of the finding that raised `probability`; None if none did


@dataclass(frozen=True)
class Look:
    """What a picture as a whole looks like, before anything is looked for in it."""

    mammogram: float  # 0..1 that it is one
    inside: float  # 0..1: low where hardly any mammogram of the training lay so far out
    words: tuple[str, ...] = ()  # of pipeline.guard.LOOKS, as far as the guard is sure of them
    refused: bool = False  # no mammogram
    doubtful: bool = False  # analysed, with a warning


@dataclass(frozen=True, eq=False)
class Analysis:
    """All we have to say about one mammogram; findings most confident first, down to a low floor."""

    mammogram: Mammogram
    findings: tuple[Finding, ...]
    masking: Masking | None
    cancer: Cancer | None
    models: Mapping[str, str] = field(default_factory=dict)  # task -> "name version sha256:12 hex digits"
    timings_ms: Mapping[str, float] = field(default_factory=dict)  # stage -> milliseconds
    warnings: tuple[str, ...] = ()
    look: Look | None = None  # None where no guard is set up
