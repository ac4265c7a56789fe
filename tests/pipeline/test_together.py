"""Image, masses and clusters in one probability of cancer, against values worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.calibration import logit_of
from pipeline.finding import Finding, Kind
from pipeline.geometry import Box
from pipeline.together import LEAST_CLUSTER, LEAST_MALIGNANT, Evidence, Together, any_of

CARD = {"image": 0.5, "masses": 0.75, "clusters": 0.25, "least_rows": 528, "scale": 0.9, "offset": -0.3}
SHARES = st.floats(0, 1)


def mass(malignant: float | None) -> Finding:
    return Finding(Kind.MASS, Box(0, 0, 4, 4), 0.5, malignant=malignant)


def cluster(confidence: float) -> Finding:
    return Finding(Kind.CALCIFICATION_CLUSTER, Box(0, 0, 4, 4), confidence)


def sigmoid(logit: float) -> float:
    return 1 / (1 + float(np.exp(-logit)))


def test_the_three_logits_are_weighed_and_calibrated() -> None:
    together = Together.of(CARD)
    assert together is not None
    evidence = Evidence.of(0.4, [mass(0.5), mass(0.2), mass(None), cluster(0.3), cluster(0.1)])
    weighed = 0.5 * logit_of(0.4) + 0.75 * logit_of(0.6) + 0.25 * logit_of(0.3)
    assert together.judge(evidence).probability == pytest.approx(sigmoid(0.9 * weighed - 0.3))


def test_without_findings_the_least_of_each_kind_is_taken() -> None:
    assert Evidence.of(0.4, []) == Evidence(logit_of(0.4), logit_of(LEAST_MALIGNANT), logit_of(LEAST_CLUSTER))


@given(st.lists(SHARES, max_size=12))
def test_that_any_of_them_happens_is_no_less_likely_than_each_and_no_likelier_than_all_together(
    one: list[float],
) -> None:
    assert max(one, default=0.0) - 1e-12 <= any_of(one) <= min(1.0, sum(one)) + 1e-12


@given(SHARES, SHARES, SHARES, SHARES)
def test_one_more_finding_never_makes_a_view_less_suspicious(
    image: float, one: float, other: float, spot: float
) -> None:
    together = Together.of(CARD)
    assert together is not None
    few = together.judge(Evidence.of(image, [mass(one)])).probability
    assert together.judge(Evidence.of(image, [mass(one), mass(other), cluster(spot)])).probability >= few - 1e-12


def test_a_card_that_says_nothing_weighs_nothing_and_half_a_card_is_refused() -> None:
    assert Together.of({}) is None
    with pytest.raises(ValueError, match="lacks clusters, least_rows"):
        Together.of({"image": 1.0, "masses": 0.5})
