"""What speaks for a cluster: its likeliest spots, its strongest ones, its depth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.cluster_signs import ClusterJudge, signs_of
from pipeline.spots import Sampled, Spots, depth_mm

LIKELY = np.array([0.6, 0.9, 0.7, 0.8], np.float32)
STRENGTH = np.array([1.5, 2.0, 6.0, 4.0], np.float32)
DEPTH = np.array([10.0, 12.0, 14.0, 16.0], np.float32)


def spots(likely: object = LIKELY, strength: object = STRENGTH, depth: object = DEPTH) -> Spots:
    columns = [np.asarray(column, np.float32) for column in (likely, strength, depth)]
    return Spots(np.zeros((len(columns[0]), 2)), *columns)


def test_the_three_likeliest_and_the_three_strongest_spots_speak_for_it() -> None:
    logit, strength, depth = signs_of(spots())
    assert logit == pytest.approx(np.mean(np.log([9, 4, 7 / 3])), abs=1e-5)
    assert strength == pytest.approx(np.log(4))
    assert depth == pytest.approx(np.log(14))


@given(st.permutations(range(4)))
def test_the_order_of_the_spots_tells_nothing(order: list[int]) -> None:
    assert signs_of(spots().of(np.array(order))) == pytest.approx(signs_of(spots()), abs=1e-5)


def test_certain_spots_and_none_at_all_above_the_detail_stay_finite() -> None:
    assert np.isfinite(signs_of(spots([1.0, 1.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]))).all()


@given(st.floats(0, 3), st.floats(0, 3), st.floats(0.01, 1), st.floats(0.01, 1))
def test_more_of_a_sign_never_makes_a_cluster_less_sure(
    strength: float, depth: float, stronger: float, deeper: float
) -> None:
    judge = ClusterJudge.of({"scale": 0.7, "offset": -1, "strength": strength, "depth": depth})
    plain = judge.confidence(signs_of(spots()))
    assert judge.confidence(signs_of(spots(strength=STRENGTH + stronger, depth=DEPTH + deeper))) >= plain


def test_depth_is_measured_to_the_skin_and_not_to_the_end_of_the_picture() -> None:
    breast = np.zeros((100, 80), np.bool_)
    breast[:, :60] = True  # from the chest wall on the left to the skin, through the upper and lower end
    sampled = Sampled(np.zeros((100, 80), np.float32), breast, (1.0, 1.0))
    at_the_wall, at_the_end, near_the_skin = depth_mm(sampled, np.array([[0.5, 50], [30.5, 0.5], [58.5, 50]]), 0.1)
    assert (at_the_wall, at_the_end, near_the_skin) == pytest.approx((6.0, 3.0, 0.2), abs=0.1)


def test_in_a_picture_that_is_all_breast_every_place_is_deep() -> None:
    sampled = Sampled(np.zeros((100, 80), np.float32), np.ones((100, 80), np.bool_), (1.0, 1.0))
    assert depth_mm(sampled, np.array([[1.0, 1.0]]), 0.1) == pytest.approx([10.0])
