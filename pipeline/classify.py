"""Findings -> findings with a probability of malignancy; the whole image -> masking level and cancer probability."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.calibration import Judgement
from pipeline.crop import crop_around
from pipeline.finding import Cancer, Finding, Masking, MaskingLevel
from pipeline.preprocess import Grey8, Prepared
from pipeline.segment import filled
from pipeline.together import Evidence, Together

Floats = NDArray[np.float32]


class PathologyClassifier(Protocol):
    @property
    def side(self) -> int: ...

    def __call__(self, image: Floats, shape: Floats, margin: Floats, confidence: float) -> Judgement:
        """Three (side, side) cuts in 0..1 and the detector's confidence -> is this mark a malignant mass?"""


class WholeImageClassifier(Protocol):
    @property
    def height(self) -> int: ...

    @property
    def width(self) -> int: ...

    def __call__(self, pixels: Floats) -> Floats:
        """(height, width) 0..1 -> calibrated probabilities (3,) of low, medium and high masking."""


class CancerClassifier(Protocol):
    @property
    def height(self) -> int: ...

    @property
    def width(self) -> int: ...

    @property
    def taught(self) -> tuple[int, int] | None:
        """Rows and columns of the pictures that taught it; None where they do not matter."""

    @property
    def together(self) -> Together | None:
        """How the findings weigh beside the image; None where they do not."""

    def __call__(self, pixels: Floats) -> Judgement:
        """(height, width) 0..1 -> does this view show cancer?"""


def classify(prepared: Prepared, findings: Sequence[Finding], classifier: PathologyClassifier) -> tuple[Finding, ...]:
    """The same findings, each outlined one with its probability of malignancy; without outline it stays None."""
    return tuple(_judged(prepared, finding, classifier) for finding in findings)


def _judged(prepared: Prepared, finding: Finding, classifier: PathologyClassifier) -> Finding:
    if finding.outline is None:
        return finding
    crop = crop_around(prepared.pixels, prepared.transform.to_prepared(finding.box), classifier.side)
    inside = filled(prepared.transform.points_to_prepared(finding.outline), crop)
    judged = classifier(*three_inputs(crop.pixels, inside), finding.confidence)
    return dataclasses.replace(finding, malignant=judged.probability, interval=judged.interval)


def three_inputs(crop: Floats, inside: NDArray[np.bool_]) -> tuple[Floats, Floats, Floats]:
    """(image, shape, margin) of S-pipeline: the cut, the mass alone, and what surrounds it."""
    return crop, np.where(inside, crop, np.float32(0)), np.where(inside, np.float32(0), crop)


def masking(prepared: Prepared, classifier: WholeImageClassifier) -> Masking:
    levels = classifier(squashed(prepared.pixels, classifier.height, classifier.width))
    probabilities = {level: float(share) for level, share in zip(MaskingLevel, levels, strict=True)}
    return Masking(max(probabilities, key=probabilities.__getitem__), probabilities)


def cancer(prepared: Prepared, classifier: CancerClassifier, findings: Sequence[Finding]) -> Cancer:
    """Of image and findings together, raised to the worst finding: a breast is as suspicious as what is worst in it."""
    image = classifier(as_taught(prepared.pixels, classifier.height, classifier.width, classifier.taught))
    said = image
    if (both := classifier.together) and len(prepared.pixels) >= both.least_rows:
        said = both.judge(Evidence.of(image.probability, findings))
    probability, worst = raised(said, findings)
    return Cancer(probability, image.probability, said.interval, worst)


def raised(said: Judgement, findings: Sequence[Finding]) -> tuple[float, int | None]:
    """The probability, at least that of the worst finding; and that finding's number (from 1) where it is that."""
    judged = [(finding.malignant, -i) for i, finding in enumerate(findings, 1) if finding.malignant is not None]
    worst, number = max(judged, default=(0.0, 0))
    return (worst, -number) if worst > said.probability else (said.probability, None)


def as_taught(pixels: Grey8, height: int, width: int, taught: tuple[int, int] | None) -> Floats:
    """squashed(), but a picture of more than `height` rows is first reduced to the `taught` (rows, columns): it shall
    show no finer detail than those that the network learned from."""
    if taught and pixels.shape[0] > height:
        pixels = np.asarray(cv2.resize(pixels, taught[::-1], interpolation=cv2.INTER_AREA), np.uint8)
    return squashed(pixels, height, width)


def squashed(pixels: Grey8, height: int, width: int) -> Floats:
    """(height, width) 0..1, aspect not kept: whole-image networks also learn from sets that were squashed before."""
    how = cv2.INTER_AREA if pixels.shape[0] > height else cv2.INTER_LINEAR
    return cv2.resize(pixels, (width, height), interpolation=how) / np.float32(255)
