"""FROC over many draws and COCO's figures: worked by hand, against training.metrics, and against pycocotools."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.training.evaluation.cases import case, judged, mark, mass
from training.evaluation.detection import Froc, coco_figures, froc_of, matched, section
from training.evaluation.values import Case, Judged
from training.figures import interpolated_precision
from training.metrics import froc

# Three women: found twice and a false mark; one of two found; nothing there, a false mark all the same.
WOMEN = judged(
    case("a", (mass(0, 0),), (mark(0, 0, 0.9), mark(1, 0, 0.8), mark(80, 0, 0.7))),
    case("b", (mass(0, 0), mass(50, 50)), (mark(50, 50, 0.6),)),
    case("c", (), (mark(80, 0, 0.95),)),
    case("d", None, (mark(80, 0, 0.99),)),  # nobody looked for masses here
)


def test_every_point_of_a_curve_worked_by_hand() -> None:
    curve = froc_of(WOMEN, 0.2)
    assert curve.confidences.tolist() == [0.95, 0.9, 0.8, 0.7, 0.6]
    assert curve.sensitivity[0] == pytest.approx([0, 1 / 3, 1 / 3, 1 / 3, 2 / 3])
    assert curve.false_marks[0] == pytest.approx([1 / 3, 1 / 3, 2 / 3, 1, 1])
    assert curve.lesions == 3


@pytest.mark.parametrize(("allowed", "sensitivity"), [(0.0, 0), (0.3, 0), (0.4, 1 / 3), (0.9, 1 / 3), (1.0, 2 / 3)])
def test_sensitivity_is_the_best_at_no_more_false_marks(allowed: float, sensitivity: float) -> None:
    assert froc_of(WOMEN, 0.2).sensitivity_at(allowed)[0] == pytest.approx(sensitivity)


def test_the_confidence_to_show_is_the_least_that_stays_within_the_false_marks() -> None:
    curve = froc_of(WOMEN, 0.2)
    assert curve.confidence_at(0.5) == 0.9
    assert curve.confidence_at(1.0) == 0.6
    assert curve.confidence_at(0.1) == np.inf


def test_a_draw_weighs_images_as_if_they_were_there_so_often() -> None:
    """The second woman twice, the others not: half of four masses found, no false mark."""
    scored = [[(0.9, True), (0.7, False)], [(0.6, True)], [(0.95, False)]]
    curve = Froc.of(scored, [1, 2, 0], np.array([[1.0, 1, 1], [0, 2, 0]]))
    assert curve.sensitivity_at(0.0)[1] == pytest.approx(0.5)
    assert curve.false_marks[1].max() == 0


def test_a_draw_without_a_lesion_has_no_sensitivity() -> None:
    curve = Froc.of([[(0.9, True)], [(0.5, False)]], [1, 0], np.array([[1.0, 1], [0, 2]]))
    assert np.isnan(curve.sensitivity_at(4)[1])


def test_a_set_without_any_mark_finds_nothing() -> None:
    curve = Froc.of([[], []], [1, 2], np.ones((3, 2)))
    assert curve.sensitivity_at(4).tolist() == [0, 0, 0]


boxes = st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(4, 30))
marks = st.lists(st.tuples(boxes, st.integers(1, 9)), max_size=4)
images = st.lists(st.tuples(st.lists(boxes, max_size=2), marks), min_size=1, max_size=6)


@st.composite
def drawn(draw: st.DrawFn) -> Judged:
    """At least one mass and one mark."""
    found = [([(0, 0, 10)], [((2, 0, 10), 5)]), *draw(images)]
    return judged(*(_case(str(i), masses, said) for i, (masses, said) in enumerate(found)), draws=5)


def _case(patient: str, masses: list[tuple[int, int, int]], said: list[tuple[tuple[int, int, int], int]]) -> Case:
    truth = tuple(mass(x, y, side=side) for x, y, side in masses)
    return case(patient, truth, tuple(mark(x, y, score / 10, side=side) for (x, y, side), score in said))


@settings(max_examples=40, deadline=None)
@given(found=drawn(), least=st.sampled_from([0.2, 0.5]))
def test_the_curve_is_that_of_training_metrics(found: Judged, least: float) -> None:
    ours, theirs = froc_of(found, least), froc([case.scored for case in found.cases], least)
    assert ours.confidences.tolist() == theirs.confidences.tolist()
    assert ours.sensitivity[0] == pytest.approx(theirs.sensitivity)
    assert ours.false_marks[0] == pytest.approx(theirs.false_marks)


@settings(max_examples=40, deadline=None)
@given(found=drawn())
def test_average_precision_and_recall_are_those_of_pycocotools(found: Judged) -> None:
    """`stats`: AP, AP50, AP75, three sizes, AR at 1, 10 and 100 marks; ours are computed from its matches alone."""
    stats = matched(found.searched).stats
    ours = {figure.key: figure.estimate.value for figure in coco_figures(found)}
    expected = {"masses.ap": stats[0], "masses.ap50": stats[1], "masses.ap75": stats[2], "masses.ar": stats[8]}
    assert ours == pytest.approx(expected, abs=1e-9)


def test_two_equal_patients_weigh_like_one_drawn_twice() -> None:
    one = judged(_case("a", [(0, 0, 10)], [((2, 0, 10), 5), ((40, 40, 9), 7)]), _case("b", [(5, 5, 9)], []))
    two = judged(*one.cases, _case("c", [(0, 0, 10)], [((2, 0, 10), 5), ((40, 40, 9), 7)]))
    found, twice = matched(one.searched), np.array([[2.0, 1.0]])
    lesions = twice @ np.array([1.0, 1.0])
    ap = interpolated_precision(found.scores, found.hits[0], twice[:, found.images], lesions)
    assert ap[0] == pytest.approx(matched(two.searched).stats[1], abs=1e-9)


def test_masses_without_any_mark_have_a_precision_of_nothing() -> None:
    figures = {figure.key: figure.estimate for figure in coco_figures(judged(case("a", (mass(0, 0),), ())))}
    assert (figures["masses.ap50"].value, figures["masses.ar"].value, figures["masses.ap"].n) == (0, 0, 1)


def test_the_section_states_every_false_mark_rate_at_both_overlaps_and_draws_the_curve() -> None:
    found = section(WOMEN)
    keys = [figure.key for figure in found.figures]
    assert [key for key in keys if "iou0.2" in key] == [
        f"masses.froc_iou0.2.at_{rate}" for rate in ("0.125", "0.25", "0.5", "1", "2", "4")
    ]
    assert len([key for key in keys if "iou0.5" in key]) == 6
    assert [plot.svg.count("<svg") for plot in found.plots] == [1]
    labels = {figure.key: figure.label for figure in found.figures}
    assert labels["masses.froc_iou0.5.at_0.125"] == "sensitivity at 1/8 false mark an image, IoU ≥ 0.5"
