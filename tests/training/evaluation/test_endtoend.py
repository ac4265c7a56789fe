"""The published end-to-end table, both ways of counting worked by hand."""

from __future__ import annotations

import pytest

from pipeline.finding import Finding, Kind
from pipeline.geometry import Box
from tests.training.evaluation.cases import case, judged, mark, mass
from training.evaluation.endtoend import Count, counted, overlap, section

# One malignant mass, marked three times: first as benign, then rightly, then once more; and a mark on nothing.
MARKED_OFTEN = case(
    "a",
    (mass(0, 0, malignant=True),),
    (mark(0, 0, 0.9, 0.2), mark(1, 0, 0.6, 0.8), mark(0, 1, 0.4, 0.9), mark(60, 60, 0.25, 0.9)),
)
# A benign mass found with the right class, and one that nobody marked.
HALF = case("b", (mass(0, 0, malignant=False), mass(50, 50, malignant=True)), (mark(0, 0, 0.35, 0.1),))


def test_the_prototype_counts_a_mass_again_until_its_class_was_right() -> None:
    assert counted(MARKED_OFTEN, 0.2, "prototype") == Count(masses=1, regions=4, found=2, right=1, false=3)


def test_one_to_one_the_best_mark_takes_the_mass_and_the_others_are_false() -> None:
    assert counted(MARKED_OFTEN, 0.2, "one_to_one") == Count(masses=1, regions=4, found=1, right=0, false=3)


def test_regions_below_the_threshold_are_not_there() -> None:
    assert counted(MARKED_OFTEN, 0.5, "prototype") == Count(masses=1, regions=2, found=2, right=1, false=1)
    assert counted(HALF, 0.5, "one_to_one") == Count(masses=2, regions=0, found=0, right=0, false=0)


def test_wrongly_classified_regions_are_false_detections_for_the_prototype_only() -> None:
    wrong = case("c", (mass(0, 0, malignant=True),), (mark(0, 0, 0.9, 0.1),))
    assert counted(wrong, 0.2, "prototype") == Count(1, 1, 1, 0, 1)
    assert counted(wrong, 0.2, "one_to_one") == Count(1, 1, 1, 0, 0)


def test_a_region_without_an_answer_named_no_class() -> None:
    assert counted(case("c", (mass(0, 0, malignant=False),), (mark(0, 0, 0.9),)), 0.2, "one_to_one").right == 0


def test_outlines_decide_and_boxes_where_there_is_no_outline() -> None:
    """The box covers the mass, the outline inside it does not."""
    small = Finding(Kind.MASS, Box(0, 0, 10, 10), 0.9, mark(0, 0, 0.9, side=3).outline)
    assert overlap(small, mass(0, 0)) < 0.2
    assert overlap(small, mass(0, 0, outlined=False)) == pytest.approx(1)
    assert overlap(Finding(Kind.MASS, Box(0, 0, 10, 10), 0.9), mass(0, 0)) == 0


def test_the_table_adds_images_up_and_every_share_has_its_interval() -> None:
    found = section(judged(MARKED_OFTEN, HALF))
    figures = {figure.key: figure.estimate for figure in found.figures}
    told = [figures[f"e2e.prototype.at_{threshold}.found"] for threshold in ("0.2", "0.3", "0.5")]
    assert [estimate.value for estimate in told] == pytest.approx([3 / 3, 3 / 3, 2 / 3])
    assert {estimate.n for estimate in told} == {3}
    honest = figures["e2e.one_to_one.at_0.2.found"]
    assert (honest.value, honest.low, honest.high) == pytest.approx((2 / 3, 1 / 2, 1))
    assert figures["e2e.one_to_one.at_0.2.right"].value == pytest.approx(1 / 3)
    assert figures["e2e.one_to_one.at_0.2.right_of_found"].value == pytest.approx(1 / 2)
    assert figures["e2e.one_to_one.at_0.2.false_per_image"].value == pytest.approx(3 / 2)
    prototype, one_to_one = found.tables
    assert [row[:3] for row in prototype.rows] == [(0.2, 5, 3), (0.3, 4, 3), (0.5, 2, 2)]
    assert [row[:3] for row in one_to_one.rows] == [(0.2, 5, 2), (0.3, 4, 2), (0.5, 2, 1)]
    assert [row[-1] for row in prototype.rows] == [0.54, 0.439, 0.198]
