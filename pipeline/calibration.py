"""From a network's logit to a probability one can read, with the uncertainty of that step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
NORMAL_95 = 1.96  # standard deviations either side


@dataclass(frozen=True)
class Judgement:
    """A calibrated probability and its 95 % interval; None where the card does not tell how sure the fit was."""

    probability: float
    interval: tuple[float, float] | None = None


@dataclass(frozen=True)
class Calibration:
    """Platt's scale and offset (1999), then, where given, an isotonic curve. Fitted on validation patients.

    The variances are those of the fit over patients; they say how sure the curve is, not how sure the network is.
    """

    scale: float = 1.0
    offset: float = 0.0
    confidence: float = 0.0  # weight of the detector's logit, added to the network's: a faint mark is seldom a mass
    var_scale: float | None = None
    var_offset: float | None = None
    cov: float | None = None  # of scale and offset
    knots: tuple[tuple[float, ...], tuple[float, ...]] | None = None  # rising x, y in 0..1

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Calibration:
        """What a card says; an empty table changes nothing."""
        known = {field.name: said[field.name] for field in fields(cls) if field.name in said and field.name != "knots"}
        curve = said.get("knots")
        return cls(**known, knots=(tuple(curve["x"]), tuple(curve["y"])) if curve else None)

    def scaled(self, logits: Floats) -> Floats:
        return logits * np.float32(self.scale) + np.float32(self.offset)

    def judge(self, logit: float, confidence: float | None = None) -> Judgement:
        """`confidence`: the detector's, 0..1; needed where the card gives it a weight."""
        if self.confidence:
            if confidence is None:
                raise ValueError("this calibration weighs the detector's confidence, which is not given")
            logit += self.confidence * logit_of(confidence)
        centre, spread = self.scale * logit + self.offset, self._spread(logit)
        if spread is None:
            return Judgement(self._curved(centre))
        low, high = centre - NORMAL_95 * spread, centre + NORMAL_95 * spread
        return Judgement(self._curved(centre), (self._curved(low), self._curved(high)))

    def _spread(self, logit: float) -> float | None:
        """Standard deviation of scale * logit + offset."""
        if self.var_scale is None or self.var_offset is None or self.cov is None:
            return None
        return float(np.sqrt(max(0.0, logit**2 * self.var_scale + 2 * logit * self.cov + self.var_offset)))

    def _curved(self, logit: float) -> float:
        probability = float(1 / (1 + np.exp(-np.clip(logit, -60, 60))))
        return probability if self.knots is None else float(np.interp(probability, *self.knots))


def logit_of(probability: float) -> float:
    kept = float(np.clip(probability, 1e-6, 1 - 1e-6))
    return float(np.log(kept / (1 - kept)))
