"""What the masking networks of five folds say of the patients whom they left out, calibrated together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.weights import Card
from pipeline.classify import squashed
from pipeline.finding import MaskingLevel
from pipeline.models import LiteRtMasking
from pipeline.preprocess import Recipe, preprocess
from training.datasets.base import Example
from training.fold_cases import Folds
from training.judge import calibrate_levels
from training.metrics import Estimate

LEVELS = list(MaskingLevel)
LEAST_SHARE = 1e-12


@dataclass(frozen=True, eq=False)
class Levelled:
    """A view whose level is known, and what the network says before calibration."""

    woman: str
    level: int  # place in MaskingLevel
    logits: NDArray[np.float64]  # (3,)


def levelled(folds: Folds, name: str) -> list[Levelled]:
    """Every known view of the set `name`, read and prepared as the server does. Raises NotHeldOut."""
    found: list[Levelled] = []
    for card, file, views in folds.left_out("masking", name, lambda example: example.masking is not None):
        network = LiteRtMasking(file, replace(card, calibration={}))
        found += [_levelled(example, network, Recipe(**card.recipe)) for example in views]
    return found


def _levelled(example: Example, network: LiteRtMasking, recipe: Recipe) -> Levelled:
    assert example.masking is not None
    pixels = preprocess(example.load(), recipe).pixels
    shares = network(squashed(pixels, network.height, network.width)).astype(np.float64)
    return Levelled("/".join(example.unit), LEVELS.index(example.masking), np.log(np.maximum(shares, LEAST_SHARE)))


def of_levels(card: Card, views: Sequence[Levelled]) -> tuple[Card, dict[str, Estimate]]:
    """The card with one temperature for all folds, and what that is worth on patients it was not fitted on."""
    logits = np.stack([view.logits for view in views])
    fit = calibrate_levels(logits, [view.level for view in views], [view.woman for view in views])
    return replace(card, calibration=fit.calibration), dict(fit.metrics)
