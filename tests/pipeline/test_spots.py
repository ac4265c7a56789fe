"""Spots that stand out, and which of them lie together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.geometry import Points
from pipeline.spots import candidates, detail, extent, linked

places = st.lists(st.tuples(st.floats(0, 60), st.floats(0, 60)), min_size=0, max_size=25)


def points(found: list[tuple[float, float]]) -> Points:
    return np.array(found, np.float64).reshape(-1, 2)


@given(places)
def test_no_spot_is_in_two_groups_and_no_group_is_too_small(found: list[tuple[float, float]]) -> None:
    groups = linked(points(found))
    rows = [row for group in groups for row in group]
    assert len(rows) == len(set(rows))
    assert all(len(group) >= 3 for group in groups)


@given(places)
def test_every_spot_of_a_group_has_a_neighbour_and_none_outside_it(found: list[tuple[float, float]]) -> None:
    all_points = points(found)
    for group in linked(all_points):
        distances = np.linalg.norm(all_points[group][:, None] - all_points[None], axis=-1)
        others = np.setdiff1d(np.arange(len(all_points)), group)
        assert ((distances[:, group] <= 5.0).sum(axis=1) >= 2).all()  # itself, and another
        assert (distances[:, others] > 5.0).all()


@given(places, st.floats(0, 2 * np.pi), st.floats(-100, 100))
def test_turning_and_moving_the_breast_changes_no_group(
    found: list[tuple[float, float]], angle: float, shift: float
) -> None:
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    here = points(found)
    distances = np.linalg.norm(here[:, None] - here[None], axis=-1)
    if np.all(np.abs(distances - 5.0) > 1e-6):  # rounding decides about a distance of exactly 5 mm
        there = linked(here @ turn.T + shift)
        assert [group.tolist() for group in linked(here)] == [group.tolist() for group in there]


def test_three_spots_in_a_row_within_a_centimetre_are_a_cluster_and_two_are_none() -> None:
    row = np.array([[0.0, 0.0], [5.0, 0.0], [10.0, 0.0]])
    assert [group.tolist() for group in linked(row)] == [[0, 1, 2]]
    assert linked(row[:2]) == []
    assert linked(row * 1.1) == []
    assert extent(row) == pytest.approx(10.0)


def speckled(spots: Points, rng: np.random.Generator) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    y, x = np.mgrid[:200, :200] + 0.5
    pixels = 0.4 + 0.001 * x + rng.normal(0, 0.005, x.shape)
    for column, row in spots:
        pixels += 0.15 * np.exp(-((x - column) ** 2 + (y - row) ** 2) / (2 * 1.3**2))
    return np.asarray(pixels, np.float32)


def test_drawn_spots_stand_out_where_they_are() -> None:
    spots = np.array([[40.5, 60.5], [44.5, 72.5], [150.5, 150.5]])
    found, strength = candidates(speckled(spots, np.random.default_rng(0)), np.ones((200, 200), np.bool_), least=5.0)
    assert len(found) == len(strength) == 3
    distances = np.linalg.norm(found[:, None] - spots[None], axis=-1)
    assert distances.min(axis=0).max() <= 1.5


def test_what_lies_outside_the_breast_is_no_candidate() -> None:
    inside = np.zeros((200, 200), np.bool_)
    inside[:, :100] = True
    spots = np.array([[40.5, 60.5], [150.5, 150.5]])
    found, _ = candidates(speckled(spots, np.random.default_rng(0)), inside, least=5.0)
    assert found == pytest.approx(spots[:1], abs=1.5)


def test_a_slow_change_of_grey_is_no_detail() -> None:
    slope = np.tile(np.linspace(0, 1, 300, dtype=np.float32), (100, 1))
    assert np.abs(detail(slope)[:, 20:-20]).max() < 0.05
