"""Square cuts around a finding: what they show, and the way back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.crop import crop_around
from pipeline.geometry import Box, Points

PIXELS = np.arange(1, 60 * 80 + 1, dtype=np.uint32).reshape(60, 80).astype(np.uint8) | np.uint8(1)  # nowhere 0
points = st.lists(st.tuples(st.floats(-200, 200), st.floats(-200, 200)), min_size=1, max_size=5).map(np.array)
boxes = st.builds(Box, st.floats(-50, 100), st.floats(-50, 100), st.floats(0, 120), st.floats(0, 120))


@given(box=boxes, side=st.sampled_from([16, 33, 64]), margin=st.floats(0, 0.5), there=points)
def test_points_survive_the_way_into_the_crop_and_back(box: Box, side: int, margin: float, there: Points) -> None:
    crop = crop_around(PIXELS, box, side, margin)
    assert crop.to_prepared(crop.to_crop(there)) == pytest.approx(there, abs=1e-9)


@given(box=boxes, side=st.sampled_from([16, 33]))
def test_the_square_is_centered_on_the_box_to_a_pixel_and_as_large_as_asked(box: Box, side: int) -> None:
    crop = crop_around(PIXELS, box, side, margin=0.3)
    assert crop.pixels.shape == (side, side)
    assert crop.pixels.dtype == np.float32
    assert 0 <= crop.pixels.min() <= crop.pixels.max() <= 1
    assert crop.size == pytest.approx(max(2, 1.6 * max(box.width, box.height)), abs=0.5 + 1e-9)
    middle = (crop.left + crop.size / 2, crop.top + crop.size / 2)
    assert middle == pytest.approx(box.center, abs=0.5 + 1e-9)


def test_a_crop_at_its_own_size_shows_the_very_pixels() -> None:
    crop = crop_around(PIXELS, Box(20, 10, 10, 10), side=10, margin=0)
    assert (crop.left, crop.top, crop.size) == (20, 10, 10)
    assert (crop.pixels * 255).round().astype(int).tolist() == PIXELS[10:20, 20:30].tolist()


def test_the_margin_is_a_share_of_the_longer_side() -> None:
    crop = crop_around(PIXELS, Box(30, 20, 20, 10), side=32)
    assert (crop.left, crop.top, crop.size) == (24, 9, 32)  # 20 * 1.6 around (40, 25)


def test_what_reaches_over_the_edge_is_black() -> None:
    crop = crop_around(PIXELS, Box(-10, -5, 20, 20), side=20, margin=0)
    assert (crop.left, crop.top) == (-10, -5)
    assert (crop.pixels[:5] == 0).all()
    assert (crop.pixels[:, :10] == 0).all()
    assert (crop.pixels[5:, 10:] > 0).all()


def test_a_crop_beside_the_image_is_all_black() -> None:
    assert (crop_around(PIXELS, Box(500, 500, 20, 20), side=16).pixels == 0).all()


@pytest.mark.parametrize("box", [Box(40, 30, 0, 0), Box(40.4, 30.4, 0.2, 0.1), Box(40, 30, 1, 1)])
def test_a_tiny_box_still_gives_a_square(box: Box) -> None:
    crop = crop_around(PIXELS, box, side=16)
    assert crop.size == 2
    assert crop.pixels.shape == (16, 16)
    assert (crop.pixels > 0).all()


def test_a_point_of_the_image_is_found_at_its_place_in_the_crop() -> None:
    picture = np.zeros((200, 200), np.uint8)
    picture[96:104, 116:124] = 255  # centered on (120, 100)
    crop = crop_around(picture, Box(80, 60, 60, 60), side=48)
    ((x, y),) = crop.to_crop(np.array([[120.0, 100.0]]))
    rows, columns = np.mgrid[:48, :48] + 0.5
    center = [float((crop.pixels * axis).sum() / crop.pixels.sum()) for axis in (columns, rows)]
    assert center == pytest.approx([x, y], abs=0.05)
