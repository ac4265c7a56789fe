"""Outlines, classes, masking, clusters, subgroups and run time, worked by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipeline.finding import Finding, Kind, MaskingLevel, SecondOpinion
from pipeline.geometry import Box
from tests.training.evaluation.cases import case, judged, mark, mass
from training.datasets.base import MassTruth
from training.evaluation import classes, clusters, outlines, questions, runtime, subgroups
from training.evaluation.values import Case, Section
from training.metrics import Estimate, outline_overlap

LOW, MEDIUM, HIGH = MaskingLevel


def values(section: Section | None) -> dict[str, float]:
    assert section is not None
    return {figure.key: figure.estimate.value for figure in section.figures}


def test_pixels_of_two_outlines_are_counted_apart() -> None:
    left, right = np.array([[0, 0], [10, 0], [10, 10], [0, 10]]), np.array([[5, 0], [20, 0], [20, 10], [5, 10]])
    both = outline_overlap(left + 0.5, right + 0.5)
    assert (both.both, both.first, both.second) == (6 * 11, 5 * 11, 10 * 11)
    assert both.iou == pytest.approx(6 / 21)
    assert both.dice == pytest.approx(12 / 27)


def test_an_outline_half_as_wide_is_precise_and_finds_half() -> None:
    half = Finding(Kind.MASS, Box(0, 0, 5, 10), 0.9, np.array([[0, 0], [5, 0], [5, 10], [0, 10]], float) + 0.5)
    whole = MassTruth.around(np.array([[0, 0], [10, 0], [10, 10], [0, 10]], float) + 0.5)
    found = judged(case("a", (whole,), (half,)))
    told = values(outlines.section(questions.found_masses(found), found))
    assert told["outlines.precision"] == 1
    assert told["outlines.recall"] == pytest.approx(6 / 11)
    assert told["outlines.iou"] == pytest.approx(6 / 11)
    assert told["outlines.dice"] == pytest.approx(12 / 17)
    assert told["outlines.roi_auc"] == pytest.approx((6 / 11 + 1) / 2)


def test_a_found_mass_without_drawn_outline_counts_as_not_outlined() -> None:
    found = judged(case("a", (mass(0, 0),), (Finding(Kind.MASS, Box(0, 0, 10, 10), 0.9),)))
    told = values(outlines.section(questions.found_masses(found), found))
    assert (told["outlines.iou"], told["outlines.recall"], told["outlines.roi_auc"]) == (0, 0, 0.5)


FOUND = judged(
    *(
        case(f"{i}", (mass(0, 0, malignant=true),), (mark(0, 0, 0.9, said), mark(1, 0, 0.3, 1 - said)))
        for i, (true, said) in enumerate([(True, 0.9), (True, 0.4), (False, 0.6), (False, 0.2), (False, 0.1)])
    )
)


def test_a_found_mass_is_judged_by_the_mark_that_takes_it() -> None:
    told = values(questions.sections(FOUND)[0])
    assert told["pathology.auc"] == pytest.approx(5 / 6)
    assert told["pathology.accuracy"] == pytest.approx(3 / 5)
    assert told["pathology.sensitivity"] == pytest.approx(1 / 2)
    assert told["pathology.specificity"] == pytest.approx(2 / 3)
    assert told["pathology.f1"] == pytest.approx(1 / 2)
    assert told["pathology.brier"] == pytest.approx((0.01 + 0.36 + 0.36 + 0.04 + 0.01) / 5)


def test_confusions_are_counted_and_three_plots_drawn() -> None:
    section = questions.sections(FOUND)[0]
    assert section.tables[0].rows == (("truly benign", 2, 1), ("truly malignant", 1, 1))
    assert [plot.title.split(":")[0] for plot in section.plots] == ["ROC", "Precision and recall", "Reliability"]


def test_a_question_with_one_answer_only_is_not_put() -> None:
    same = judged(*(case(f"{i}", (mass(0, 0, malignant=True),), (mark(0, 0, 0.9, 0.7),)) for i in range(6)))
    assert questions.sections(same) == []


def test_the_second_opinion_is_judged_on_the_same_masses() -> None:
    def second(i: int) -> SecondOpinion:
        return SecondOpinion("hybrid", 0.9 if i < 2 else 0.1, disagrees=i in (1, 2))

    both = judged(
        *(
            case(f"{i}", (mass(0, 0, malignant=true),), (mark(0, 0, 0.9, said, second_opinion=second(i)),))
            for i, (true, said) in enumerate([(True, 0.9), (True, 0.4), (False, 0.6), (False, 0.2), (False, 0.1)])
        )
    )
    told = values(questions.sections(both)[1])
    assert told["second_opinion.auc"] == 1
    assert told["second_opinion.disagrees"] == pytest.approx(2 / 5)
    assert told["second_opinion.right_when_agreed"] == 1


def test_cancer_is_asked_of_every_image_and_within_machines_where_they_are_known() -> None:
    """Machine x says more of everything; within a machine the cancers are first in one pair of two each."""
    x, y = [(True, 0.9), (False, 0.8), (False, 0.95)], [(True, 0.3), (False, 0.2), (False, 0.4)]
    rows = [*(("x", *row) for row in x), *(("y", *row) for row in y)]
    cases = [_cancer(f"{i}", m, true, p) for i, (m, true, p) in enumerate(rows)]
    served, alone = questions.sections(judged(*cases))
    assert values(served)["cancer.auc_within_machine"] == pytest.approx(1 / 2)
    assert values(served)["cancer.auc"] == pytest.approx(4 / 8)
    assert [figure.key for figure in alone.figures][:2] == ["cancer_image.auc", "cancer_image.auc_within_machine"]


def _cancer(patient: str, machine: str, true: bool, said: float) -> Case:
    found = case(patient, None, (), said, machine=machine)
    return replace(found, example=replace(found.example, cancer=true))


def test_masking_levels_are_told_class_by_class() -> None:
    said = [(LOW, LOW), (LOW, LOW), (LOW, MEDIUM), (MEDIUM, MEDIUM), (HIGH, MEDIUM), (HIGH, HIGH)]
    section = classes.masking(
        judged(*(case(f"{i}", None, (), level=answer, masking=true) for i, (true, answer) in enumerate(said)))
    )
    told = values(section)
    assert told["masking.balanced_accuracy"] == pytest.approx((2 / 3 + 1 + 1 / 2) / 3)
    assert told["masking.macro_f1"] == pytest.approx((4 / 5 + 2 / 4 + 2 / 3) / 3)
    assert section is not None
    assert section.tables[0].rows[2] == ("truly high", 0, 1, 1)


def marked_cluster(x: float, y: float, confidence: float) -> Finding:
    return Finding(Kind.CALCIFICATION_CLUSTER, Box(x, y, 10, 10), confidence)


def test_a_cluster_is_found_by_a_mark_with_one_of_its_points_inside_or_beside_it() -> None:
    """One pixel is a millimetre: the second mark ends 1.5 mm before a point of the other cluster."""
    spots = MassTruth.around(np.array([[20, 20], [40, 20], [60, 20]], float))
    other = MassTruth.around(np.array([[100, 100], [110, 100], [120, 110]], float))
    marks = (marked_cluster(35, 15, 0.9), marked_cluster(88.5, 95, 0.8), marked_cluster(55, 15, 0.7))
    found = case("a", None, marks, calcifications=(spots, other), spacing_mm=(1.0, 1.0))
    assert clusters.hits(found) == [(0.9, True), (0.8, True), (0.7, False)]
    far = case("a", None, (marked_cluster(87.5, 95, 0.8),), calcifications=(spots, other), spacing_mm=(1.0, 1.0))
    assert clusters.hits(far) == [(0.8, False)]


def test_clusters_are_judged_only_where_a_network_looks_for_them() -> None:
    spots = MassTruth.around(np.array([[20, 20], [22, 20], [24, 22]], float))
    silent = judged(case("a", None, (), calcifications=(spots,)))
    assert clusters.section(silent) is None
    marks = (marked_cluster(18, 18, 0.9),)
    asked = judged(case("a", None, marks, calcifications=(spots,), models={"microcalcification": "x"}))
    assert values(clusters.section(asked))["clusters.froc.at_0.125"] == 1


def test_subgroups_count_their_own_images_at_one_common_confidence() -> None:
    """Right views hold faint masses: found, but below the confidence that one false mark an image allows."""
    left = [case(f"l{i}", (mass(0, 0),), (mark(0, 0, 0.9),), view="CC") for i in range(10)]
    right = [case(f"r{i}", (mass(0, 0),), (mark(50, 50, 0.8), mark(0, 0, 0.1)), view="MLO") for i in range(10)]
    loud = [case(f"n{i}", (), (mark(50, 50, 0.5), mark(90, 90, 0.5)), view="MLO") for i in range(10)]
    section = subgroups.section(judged(*left, *right, *loud))
    assert section is not None
    (table,) = section.tables
    assert table.columns == ("view", "images", "masses", "masses found", "false marks an image")
    found = {str(row[0]): row[3] for row in table.rows}
    assert isinstance(found["CC"], Estimate)
    assert isinstance(found["MLO"], Estimate)
    assert (found["CC"].value, found["MLO"].value) == (1, 1)
    quiet = judged(*left, *right, *[case(f"n{i}", (), (mark(9, 50, 0.5),) * 4, view="MLO") for i in range(10)])
    again = subgroups.section(quiet)
    assert again is not None
    missed = again.tables[0].rows[1][3]
    assert isinstance(missed, Estimate)
    assert missed.value == 0


@pytest.mark.parametrize(("side", "size"), [(10, 14.14), (20, 28.28)])
def test_masses_are_sized_by_their_longest_axis(side: float, size: float) -> None:
    found = case("a", (mass(0, 0, side=side),), (), spacing_mm=(1.0, 1.0))
    assert subgroups.long_axis_mm(found, mass(0, 0, side=side)) == pytest.approx(size, abs=0.01)
    assert subgroups.long_axis_mm(found, mass(0, 0, side=side, outlined=False)) == pytest.approx(side)


def test_run_time_is_a_median_and_a_95th_percentile() -> None:
    found = judged(*(case(f"{i}", None, (), milliseconds=1000.0 * (i + 1)) for i in range(20)))
    section = runtime.section(found, processes=1)
    assert values(section) == {"runtime.median": 10, "runtime.p95": 19}
    assert [row[0] for row in section.tables[0].rows] == ["detect", "segment"]
