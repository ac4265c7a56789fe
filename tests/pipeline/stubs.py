"""Networks that answer what they were told to, in two lines, and a prepared image to show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.calibration import Judgement
from pipeline.finding import Look
from pipeline.geometry import Transform
from pipeline.models import Models
from pipeline.preprocess import Prepared, Recipe
from pipeline.second_opinion import SecondNetwork
from pipeline.spots import Spots
from pipeline.together import Together

Floats = NDArray[np.float32]


@dataclass
class Boxes:
    """A detector that says `boxes` (y0, x0, y1, x1 in its pixels) with `confidences`, whatever it sees."""

    boxes: Sequence[Sequence[float]]
    confidences: Sequence[float]
    height: int = 200
    width: int = 100
    seen: list[Floats] = field(default_factory=list)

    def __call__(self, pixels: Floats) -> tuple[Floats, Floats]:
        self.seen.append(pixels)
        return np.array(self.boxes, np.float32).reshape(-1, 4), np.array(self.confidences, np.float32)


@dataclass
class BrightParts:
    """A segmenter that takes what is at least half bright."""

    side: int = 64

    def __call__(self, crop: Floats) -> Floats:
        return crop


@dataclass
class Told:
    """A whole-image network with one answer; remembers what it saw."""

    answer: list[float]
    height: int = 16
    width: int = 8
    seen: list[Floats] = field(default_factory=list)

    def __call__(self, pixels: Floats) -> Floats:
        self.seen.append(pixels)
        return np.array(self.answer, np.float32)


@dataclass
class ThreeSeen:
    """A pathology network that answers `answer`; remembers its three inputs."""

    answer: float = 0.7
    side: int = 64
    seen: list[tuple[Floats, Floats, Floats]] = field(default_factory=list)

    def __call__(self, image: Floats, shape: Floats, margin: Floats, confidence: float) -> Judgement:
        self.seen.append((image, shape, margin))
        return Judgement(self.answer, (0.6, 0.8))


@dataclass
class ToldCancer:
    """A cancer network with one answer; remembers what it saw."""

    answer: float
    height: int = 16
    width: int = 8
    taught: tuple[int, int] | None = None
    together: Together | None = None
    seen: list[Floats] = field(default_factory=list)

    def __call__(self, pixels: Floats) -> Judgement:
        self.seen.append(pixels)
        return Judgement(self.answer, (0.1, 0.4))


@dataclass
class PlainSeen:
    """A second network that answers `answer`; remembers what it saw."""

    answer: float = 0.2
    side: int = 32
    margin: float = 0.5
    seen: list[tuple[Floats, float]] = field(default_factory=list)

    def __call__(self, image: Floats, confidence: float) -> Judgement:
        self.seen.append((image, confidence))
        return Judgement(self.answer)


@dataclass
class Bright:
    """A committee that is sure of every cell that holds something clearly brighter than its patch."""

    side: int = 60
    spacing_mm: float = 0.1
    least_spot: float = 0.5
    cells: int = 30
    seen: list[Floats] = field(default_factory=list)

    def spots(self, patches: Floats) -> tuple[Floats, Floats]:
        self.seen.append(patches)
        brightest = patches.reshape(len(patches), self.cells, self.side // self.cells, self.cells, -1).max(axis=(2, 4))
        above = brightest - np.median(patches, axis=(1, 2))[:, None, None]
        return np.ones(len(patches), np.float32), (0.9 * (above > 0.15)).astype(np.float32)

    def confidence(self, cluster: Spots) -> float:
        return float(cluster.likely.mean())


@dataclass
class Looks:
    """A guard that says `look`, whatever it sees; remembers what it saw."""

    look: Look = field(default_factory=lambda: Look(0.99, 0.9, ("digital",)))
    side: int = 32
    seen: list[Floats] = field(default_factory=list)

    def __call__(self, picture: Floats) -> Look:
        self.seen.append(picture)
        return self.look


def models(
    detector: Boxes,
    pathology: ThreeSeen | None = None,
    second: PlainSeen | None = None,
    committee: Bright | None = None,
    guard: Looks | None = None,
) -> Models:
    return Models(
        recipe=Recipe(clahe_clip=0),
        detector=detector,
        segmenter=BrightParts(),
        pathology=pathology or ThreeSeen(),
        masking=Told([0.2, 0.5, 0.3]),
        cancer=ToldCancer(0.25),
        provenance={"detector": "stub 1 sha256:000000000000"} | ({"hybrid": "stub"} if second else {}),
        second_opinion=SecondNetwork("hybrid", second, 0.5, 0.5) if second else None,
        microcalcification=committee,
        guard=guard,
    )


def prepared(
    transform: Transform | None = None,
    spacing_mm: tuple[float, float] | None = (0.1, 0.1),
    disc: tuple[float, float, float] = (150.0, 200.0, 40.0),
) -> Prepared:
    """400 rows x 300 columns of grey 60 with a disc of grey 220 around (x, y) with a radius, in prepared pixels."""
    y, x = np.mgrid[:400, :300] + 0.5
    at_x, at_y, radius = disc
    inside = np.hypot(x - at_x, y - at_y) <= radius
    return Prepared(np.where(inside, 220, 60).astype(np.uint8), transform or Transform(300), spacing_mm)


def breast_with_disc(flipped: bool = False) -> NDArray[np.float32]:
    """Acquired pixels 0..1: a half disc of 0.25 on the left with a disc of 0.9, radius 30, around (100, 200)."""
    picture = np.zeros((400, 320), np.float32)
    cv2.ellipse(picture, (0, 200), (220, 170), 0, 0, 360, 0.25, -1)
    y, x = np.mgrid[:400, :320] + 0.5
    picture[np.hypot(x - 100, y - 200) <= 30] = 0.9
    return np.ascontiguousarray(picture[:, ::-1]) if flipped else picture
