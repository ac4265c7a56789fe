from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.occlusion import between, occlusion, places, soft_square, surroundings

Floats = NDArray[np.float32]


def with_spot() -> Floats:
    picture = np.full((60, 40), 0.3, np.float32)
    picture[40:48, 10:18] = 1
    return picture


def test_hiding_what_the_answer_rests_on_makes_it_fall_and_hiding_the_rest_does_not() -> None:
    map_ = occlusion(with_spot(), lambda picture: float((picture > 0.8).sum()))
    y, x = np.unravel_index(map_.argmax(), map_.shape)
    assert 38 <= y < 50
    assert 8 <= x < 20
    assert map_[:20].max() < 0.01 * map_.max()


def test_a_place_that_speaks_against_the_answer_is_negative() -> None:
    map_ = occlusion(with_spot(), lambda picture: -float((picture > 0.8).sum()))
    assert map_.min() < 0
    assert map_.max() <= 0


def test_it_is_the_same_every_time_and_asks_a_bounded_number_of_questions() -> None:
    asked = []

    def answer(picture: Floats) -> float:
        asked.append(1)
        return float(picture.sum())

    first = occlusion(with_spot(), answer)
    np.testing.assert_array_equal(first, occlusion(with_spot(), answer))
    assert len(asked) / 2 <= 80


def test_air_is_not_hidden_and_not_asked_about() -> None:
    picture = np.zeros((60, 60), np.float32)
    picture[:, :20] = 0.5
    assert all(left < 20 for _, left in places(picture, 10))
    filled = surroundings(picture, 15)
    assert not filled[:, 20:].any()
    assert filled[30, 19] == pytest.approx(0.5)  # the mean of the breast, not of breast and air


def test_edges_of_what_hides_are_soft() -> None:
    window = soft_square(8)
    assert window.max() == 1
    assert window[0, 0] < 0.1


def test_between_two_known_places_their_values_blend() -> None:
    values, known = np.zeros((9, 9), np.float32), np.zeros((9, 9), np.float32)
    values[4, 1], known[4, 1], known[4, 7] = 2, 1, 1
    blend = between(values, known, 2)
    assert blend[4, 1] > blend[4, 4] > blend[4, 7]
    assert blend[4, 4] == pytest.approx(1, abs=0.01)
