"""FROC and intervals, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.geometry import Box
from training.metrics import Estimate, ScoredImage, bootstrap, froc, one_to_one, sensitivity_at

MASS, OTHER, NOTHING = Box(0, 0, 10, 10), Box(50, 50, 10, 10), Box(80, 0, 10, 10)
SHIFTED = Box(0, 5, 10, 10)  # a third of MASS, as IoU

# Three images: found twice and a false mark; one of two found; nothing there, a false mark all the same.
IMAGES = (
    ScoredImage("a", ((MASS, 0.9), (MASS, 0.8), (NOTHING, 0.7)), (MASS,)),
    ScoredImage("b", ((OTHER, 0.6),), (MASS, OTHER)),
    ScoredImage("c", ((NOTHING, 0.95),), ()),
)


def test_every_point_of_a_curve_worked_by_hand() -> None:
    curve = froc(IMAGES, 0.2)
    assert curve.confidences.tolist() == [0.95, 0.9, 0.8, 0.7, 0.6]
    assert curve.sensitivity == pytest.approx([0, 1 / 3, 1 / 3, 1 / 3, 2 / 3])
    assert curve.false_marks == pytest.approx([1 / 3, 1 / 3, 2 / 3, 1, 1])


@pytest.mark.parametrize(("allowed", "sensitivity"), [(0.0, 0.0), (0.3, 0.0), (0.4, 1 / 3), (0.9, 1 / 3), (1.0, 2 / 3)])
def test_sensitivity_is_the_best_at_no_more_false_marks(allowed: float, sensitivity: float) -> None:
    assert froc(IMAGES, 0.2).sensitivity_at(allowed) == pytest.approx(sensitivity)
    assert sensitivity_at(IMAGES, allowed, 0.2, draws=20).value == pytest.approx(sensitivity)


def test_a_second_mark_on_the_same_mass_is_a_false_one() -> None:
    assert one_to_one(IMAGES[0], 0.2) == [(0.9, True), (0.8, False), (0.7, False)]


def test_the_best_mark_takes_the_mass_it_overlaps_most() -> None:
    image = ScoredImage("a", ((SHIFTED, 0.5), (MASS, 0.9)), (SHIFTED, MASS))
    assert one_to_one(image, 0.2) == [(0.9, True), (0.5, True)]


def test_overlap_must_reach_the_least_iou() -> None:
    image = ScoredImage("a", ((SHIFTED, 0.9),), (MASS,))
    assert one_to_one(image, 0.33) == [(0.9, True)]
    assert one_to_one(image, 0.34) == [(0.9, False)]


def test_marks_of_one_confidence_are_shown_together() -> None:
    images = (ScoredImage("a", ((MASS, 0.5), (NOTHING, 0.5)), (MASS,)),)
    curve = froc(images, 0.2)
    assert (curve.confidences.tolist(), curve.sensitivity.tolist(), curve.false_marks.tolist()) == ([0.5], [1], [1])
    assert curve.sensitivity_at(0.5) == 0


def test_no_mark_at_all_finds_nothing() -> None:
    curve = froc((ScoredImage("a", (), (MASS,)),), 0.2)
    assert curve.sensitivity_at(4) == 0


def test_sensitivity_needs_a_lesion() -> None:
    with pytest.raises(ValueError, match="at least one lesion"):
        froc((IMAGES[2],), 0.2)


def test_the_number_of_lesions_is_told() -> None:
    assert sensitivity_at(IMAGES, 1.0, 0.2, draws=20).n == 3


def test_two_patients_are_drawn_as_wholes() -> None:
    """Both or one of them, whatever their number of images: the mean of draws is 0, 1/2 or 1."""
    patients, values = ["a"] * 50 + ["b"] * 50, np.repeat([0.0, 1.0], 50)
    estimate = bootstrap(patients, lambda rows: float(values[list(rows)].mean()))
    assert (estimate.value, estimate.low, estimate.high, estimate.n) == (0.5, 0.0, 1.0, 100)


def test_the_interval_of_a_share_is_the_binomial_one() -> None:
    """100 patients, half of them found: 0.5 give or take 1.96 times 0.05."""
    patients, values = [str(i) for i in range(100)], np.arange(100) % 2
    estimate = bootstrap(patients, lambda rows: float(values[list(rows)].mean()), draws=2000)
    assert (estimate.low, estimate.high) == pytest.approx((0.402, 0.598), abs=0.02)


def test_draws_without_a_figure_do_not_count() -> None:
    def only_with_both(rows: object) -> float:
        chosen = set(rows)  # type: ignore[call-overload]
        return 1.0 if chosen == {0, 1} else float("nan")

    assert bootstrap(["a", "b"], only_with_both, draws=50) == Estimate(1.0, 1.0, 1.0, 2)


def test_the_same_seed_gives_the_same_interval() -> None:
    first, again = (sensitivity_at(IMAGES, 1.0, 0.2, draws=50, seed=3) for _ in range(2))
    assert first == again


def test_an_estimate_reads_as_a_figure_with_its_interval() -> None:
    assert str(Estimate(0.75, 0.6, 0.9, 12)) == "0.750 (0.600-0.900, n = 12)"
