from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.export.mask import empty, filled
from pipeline.geometry import Points

ROWS, COLUMNS = 24, 30


@st.composite
def triangles(draw: st.DrawFn) -> Points:
    """Corners in and around the image, at eighths of a pixel, with which floating point reckons exactly."""
    eighths = st.integers(-64, 320).map(lambda n: n / 8)
    return np.array([[draw(eighths), draw(eighths)] for _ in range(3)])


def sides(outline: Points) -> NDArray[np.float64]:
    """(3, rows, columns): on which hand of each side a pixel's centre lies, by the sign; 0 on its line."""
    y, x = np.mgrid[0:ROWS, 0:COLUMNS] + 0.5
    ends = zip(outline, np.roll(outline, -1, axis=0), strict=True)
    return np.stack([(x - a[0]) * (b[1] - a[1]) - (y - a[1]) * (b[0] - a[0]) for a, b in ends])


@given(outline=triangles())
@settings(max_examples=60)
def test_a_mask_holds_the_centres_inside(outline: Points) -> None:
    hands = sides(outline)
    inside = (hands > 0).all(axis=0) | (hands < 0).all(axis=0)
    off_the_sides = np.asarray((hands != 0).all(axis=0))  # what lies on a side may belong to either
    assert np.array_equal(filled(outline, ROWS, COLUMNS)[off_the_sides], np.asarray(inside)[off_the_sides])


def test_a_rectangle_along_the_pixels_is_filled_exactly() -> None:
    mask = filled(np.array([[3.0, 2.0], [7.0, 2.0], [7.0, 5.0], [3.0, 5.0]]), ROWS, COLUMNS)
    assert mask[2:5, 3:7].all()
    assert mask.sum() == 12


def test_a_hole_in_a_figure_that_crosses_itself_stays_open() -> None:
    bow = np.array([[2.0, 2.0], [12.0, 12.0], [12.0, 2.0], [2.0, 12.0]])
    mask = filled(bow, ROWS, COLUMNS)
    assert mask[7, 3]
    assert mask[7, 10]
    assert not mask[3, 7]


def test_what_lies_outside_the_image_fills_nothing() -> None:
    assert not filled(np.array([[-9.0, -9.0], [-2.0, -9.0], [-2.0, -2.0]]), ROWS, COLUMNS).any()
    assert not empty(ROWS, COLUMNS).any()
