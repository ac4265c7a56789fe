from __future__ import annotations

import numpy as np
import pytest

from pipeline.finding import Finding, Kind
from pipeline.geometry import Box
from pipeline.overlay import COLOURS, caption, draw_marks

GREY = np.full((300, 200), 90, np.uint8)
MASS = Finding(Kind.MASS, Box(60, 120, 50, 60), 0.83, malignant=0.71)
CLUSTER = Finding(Kind.CALCIFICATION_CLUSTER, Box(120, 220, 30, 30), 0.2)


def test_nothing_is_drawn_below_the_confidence_asked_for() -> None:
    drawn = draw_marks(GREY, [MASS, CLUSTER], 0.9)
    assert (drawn == 90).all()
    assert drawn.shape == (300, 200, 3)
    assert drawn.dtype == np.uint8


def test_the_box_is_drawn_at_its_place_in_the_colour_of_its_kind() -> None:
    drawn = draw_marks(GREY, [MASS, CLUSTER], 0.0)
    assert tuple(drawn[150, 60]) == COLOURS[Kind.MASS]
    assert tuple(drawn[179, 80]) == COLOURS[Kind.MASS]
    assert tuple(drawn[235, 120]) == COLOURS[Kind.CALCIFICATION_CLUSTER]
    assert tuple(drawn[150, 85]) == (90, 90, 90)  # the tissue inside stays to be seen


def test_the_outline_is_drawn_where_there_is_one() -> None:
    outline = np.array([[70.0, 130.0], [100.0, 130.0], [100.0, 170.0], [70.0, 170.0]])
    outlined = Finding(Kind.MASS, MASS.box, 0.83, outline)
    drawn = draw_marks(GREY, [outlined], 0.0).astype(int)
    assert np.abs(drawn[150, 100] - COLOURS[Kind.MASS]).max() <= 20  # anti-aliased
    assert tuple(drawn[150, 85]) == (90, 90, 90)


def test_the_footer_is_written_along_the_lower_edge() -> None:
    drawn = draw_marks(GREY, [], 0.0, "Not a medical device.")
    assert (drawn[-30:] > 180).any()
    assert (drawn[:-30] == 90).all()


@pytest.mark.parametrize("box", [Box(-20, -20, 30, 30), Box(190, 290, 50, 50), Box(0, 0, 200, 300)])
def test_marks_at_the_edge_do_not_leave_the_picture(box: Box) -> None:
    drawn = draw_marks(GREY, [Finding(Kind.MASS, box, 0.5)], 0.0)
    assert drawn.shape == (300, 200, 3)
    assert (drawn != 90).any()


def test_the_picture_that_was_given_is_left_alone() -> None:
    before = GREY.copy()
    draw_marks(GREY, [MASS], 0.0)
    assert np.array_equal(GREY, before)


def test_the_caption_says_confidence_and_pathology_as_far_as_they_are_known() -> None:
    assert caption(1, MASS) == "1 mass 83%, malignant 71%"
    assert caption(2, CLUSTER) == "2 calcification cluster 20%"
