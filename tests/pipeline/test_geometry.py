"""The way between acquired and prepared pixels, there and back."""

from __future__ import annotations

from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.geometry import Box, Points, Transform

numbers = st.floats(-5000, 5000)
sides = st.floats(0, 5000)
scales = st.floats(0.05, 8)
boxes = st.builds(Box, numbers, numbers, sides, sides)
transforms = st.builds(Transform, st.integers(1, 6000), st.booleans(), numbers, numbers, scales, scales)
clouds = st.lists(st.tuples(numbers, numbers), min_size=1, max_size=6).map(lambda rows: np.array(rows, np.float64))

WORKED = Transform(acquired_width=100, flipped=True, left=10, top=5, scale_x=0.5, scale_y=2)


@given(points=clouds, transform=transforms)
def test_points_survive_the_way_there_and_back(points: Points, transform: Transform) -> None:
    back = transform.points_to_acquired(transform.points_to_prepared(points))
    assert back == pytest.approx(points, abs=1e-6)


@given(box=boxes, transform=transforms)
def test_a_box_survives_the_way_there_and_back(box: Box, transform: Transform) -> None:
    back = transform.to_acquired(transform.to_prepared(box))
    assert astuple(back) == pytest.approx(astuple(box), abs=1e-6)


@given(box=boxes, transform=transforms)
def test_a_box_stays_a_box_and_is_scaled_when_flipped_too(box: Box, transform: Transform) -> None:
    prepared = transform.to_prepared(box)
    assert prepared.width == pytest.approx(box.width * transform.scale_x, abs=1e-6)
    assert prepared.height == pytest.approx(box.height * transform.scale_y, abs=1e-6)


def test_a_mirrored_point_is_where_it_was_worked_out_by_hand() -> None:
    assert WORKED.points_to_prepared(np.array([[20.0, 8.0]])).tolist() == [[35.0, 6.0]]  # (100-20-10)/2, (8-5)*2
    assert WORKED.to_prepared(Box(20, 8, 10, 4)) == Box(30, 6, 5, 8)


def test_the_first_and_the_last_column_change_places() -> None:
    mirrored = Transform(acquired_width=640, flipped=True)
    assert mirrored.to_prepared(Box(0, 0, 1, 1)) == Box(639, 0, 1, 1)


@given(transform=transforms, factor_x=scales, factor_y=scales, points=clouds)
def test_a_resized_transform_leads_to_the_scaled_copy(
    transform: Transform, factor_x: float, factor_y: float, points: Points
) -> None:
    expected = transform.points_to_prepared(points) * (factor_x, factor_y)
    assert transform.resized(factor_x, factor_y).points_to_prepared(points) == pytest.approx(expected, abs=1e-5)


@given(box=boxes, share=st.floats(0, 1))
def test_a_margin_keeps_the_center_and_grows_by_a_share_on_every_side(box: Box, share: float) -> None:
    grown = box.with_margin(share)
    assert grown.center == pytest.approx(box.center, abs=1e-6)
    assert (grown.width, grown.height) == pytest.approx(
        (box.width * (1 + 2 * share), box.height * (1 + 2 * share)), abs=1e-6
    )


@given(box=boxes, width=st.integers(1, 4000), height=st.integers(1, 4000))
def test_a_clipped_box_lies_inside_the_image_and_inside_the_box(box: Box, width: int, height: int) -> None:
    cut = box.clipped(width, height)
    assert 0 <= cut.x <= cut.right <= width + 1e-9
    assert 0 <= cut.y <= cut.bottom <= height + 1e-9
    assert cut.area <= box.area + 1e-6
    assert astuple(cut.clipped(width, height)) == pytest.approx(astuple(cut), abs=1e-9)


def test_clipping_cuts_what_hangs_over_and_empties_what_lies_outside() -> None:
    assert Box(-5, 10, 20, 20).clipped(100, 25) == Box(0, 10, 15, 15)
    assert Box(10, 10, 5, 5).clipped(100, 100) == Box(10, 10, 5, 5)
    assert Box(200, 10, 5, 5).clipped(100, 100).area == 0
    assert Box(-50, -50, 5, 5).clipped(100, 100).area == 0


@given(points=clouds)
def test_the_box_around_points_holds_each_and_touches_the_outermost(points: Points) -> None:
    box = Box.around(points)
    assert (points >= (box.x - 1e-9, box.y - 1e-9)).all()
    assert (points <= (box.right + 1e-9, box.bottom + 1e-9)).all()
    assert astuple(Box.around(box.corners())) == pytest.approx(astuple(box))


def test_corners_and_sides_agree() -> None:
    box = Box.from_corners(2, 3, 12, 8)
    assert (box.width, box.height, box.right, box.bottom, box.area, box.center) == (10, 5, 12, 8, 50, (7, 5.5))
