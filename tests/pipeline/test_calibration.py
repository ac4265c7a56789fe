"""From logits to probabilities with intervals, against values worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.calibration import Calibration, Judgement, logit_of

LOGITS = st.floats(-30, 30)


def sigmoid(logit: float) -> float:
    return 1 / (1 + float(np.exp(-logit)))


def test_a_card_without_calibration_changes_nothing() -> None:
    assert Calibration.of({}).judge(0.0) == Judgement(0.5, None)


def test_scale_offset_and_the_detectors_confidence_are_added_up() -> None:
    fitted = Calibration.of({"scale": 2.0, "offset": -1.0, "confidence": 0.5, "sensitivity": 0.9})
    said = fitted.judge(0.3, confidence=sigmoid(1.2))
    assert said.probability == pytest.approx(sigmoid(2 * (0.3 + 0.5 * 1.2) - 1))


def test_a_calibration_that_needs_the_confidence_asks_for_it() -> None:
    with pytest.raises(ValueError, match="confidence"):
        Calibration(confidence=0.5).judge(0.3)


def test_the_interval_is_two_standard_deviations_of_the_fitted_line() -> None:
    said = Calibration(1.5, 0.2, var_scale=0.04, var_offset=0.01, cov=-0.005).judge(2.0)
    spread = np.sqrt(4 * 0.04 + 2 * 2 * -0.005 + 0.01)
    assert said.interval == pytest.approx((sigmoid(3.2 - 1.96 * spread), sigmoid(3.2 + 1.96 * spread)))


@given(LOGITS, LOGITS, st.floats(0.05, 3), st.floats(-3, 3))
def test_calibrating_never_changes_the_order(first: float, second: float, scale: float, offset: float) -> None:
    curve = Calibration(scale, offset, knots=((0.0, 0.3, 1.0), (0.0, 0.1, 0.9)))
    low, high = sorted((first, second))
    assert curve.judge(low).probability <= curve.judge(high).probability


def test_knots_bend_the_probability() -> None:
    curve = Calibration.of({"knots": {"x": [0.0, 0.5, 1.0], "y": [0.0, 0.2, 1.0]}})
    assert curve.judge(0.0).probability == pytest.approx(0.2)
    assert curve.judge(logit_of(0.75)).probability == pytest.approx(0.6)
