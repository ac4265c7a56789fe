"""Findings -> findings with what another network says of the same mass, and whether the two disagree."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.calibration import Judgement
from pipeline.crop import crop_around
from pipeline.finding import Finding, Kind, SecondOpinion
from pipeline.preprocess import Prepared

DEFAULT_MARGIN = 0.5  # of the mass's longer side, on every side: more surroundings than the first network sees


class MassClassifier(Protocol):
    @property
    def side(self) -> int: ...

    @property
    def margin(self) -> float: ...

    def __call__(self, image: NDArray[np.float32], confidence: float) -> Judgement:
        """(side, side) 0..1 of the mass with `margin` around it, and the detector's confidence -> malignant mass?"""


@dataclass(frozen=True, eq=False)
class SecondNetwork:
    model: str  # its task, as in Analysis.models
    classifier: MassClassifier
    threshold: float  # calibrated probability from which it says malignant: the operating point of its card
    first_threshold: float  # the same of the network whose answer is in Finding.malignant


def second_opinion(prepared: Prepared, findings: Sequence[Finding], second: SecondNetwork) -> tuple[Finding, ...]:
    """The same findings, each mass that has a first opinion with a second; the others as they were."""
    return tuple(_asked(prepared, finding, second) for finding in findings)


def _asked(prepared: Prepared, finding: Finding, second: SecondNetwork) -> Finding:
    if finding.kind is not Kind.MASS or finding.malignant is None:
        return finding
    ask = second.classifier
    crop = crop_around(prepared.pixels, prepared.transform.to_prepared(finding.box), ask.side, ask.margin)
    malignant = ask(crop.pixels, finding.confidence).probability
    disagrees = (malignant >= second.threshold) != (finding.malignant >= second.first_threshold)
    return dataclasses.replace(finding, second_opinion=SecondOpinion(second.model, malignant, disagrees))
