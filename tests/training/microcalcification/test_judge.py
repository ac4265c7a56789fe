"""Marks on whole images against listed calcifications, worked by hand."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from pipeline.finding import Calcifications, Finding, Kind
from pipeline.geometry import Box, Points
from training.datasets.base import Example
from training.microcalcification.data import Spotted, snapped
from training.microcalcification.judge import ClusteredImage, froc, hits_of, operating_points, sensitivity_at
from training.microcalcification.whole_images import calibrated

CLUSTER = np.array([[100.0, 100.0], [120.0, 100.0], [110.0, 120.0]])  # pixels of 0.1 mm: 1 cm is 100
FAR = np.array([[500.0, 500.0], [520.0, 500.0], [510.0, 520.0]])
ALONE = np.array([[800.0, 100.0], [805.0, 100.0]])


def image(spots: Points, complete: bool = True, patient: str = "p") -> Spotted:
    example = Example("inbreast", "1", patient, Path("none"), spacing_mm=(0.1, 0.1))
    nothing = np.zeros((0, 2))
    return Spotted(np.zeros((4, 4), np.uint8), 1.0, spots, complete, nothing, nothing, example, 0)


def mark(spots: Points) -> Finding:
    return Finding(Kind.CALCIFICATION_CLUSTER, Box.around(spots), 0.5, calcifications=Calcifications(spots, None))


def test_a_mark_hits_with_two_spots_within_a_millimetre_of_two_listed_ones() -> None:
    truth = image(np.vstack([CLUSTER, FAR, ALONE]))
    near, one_only = CLUSTER + 6.0, np.vstack([CLUSTER[:1], CLUSTER[:1] + [[-30, -30], [-30, 0]]])
    hits, listed = hits_of(truth, [mark(near), mark(one_only), mark(FAR)])
    assert listed == 2  # two spots alone are no cluster
    assert hits == [0, None, 1]


def test_a_mark_over_the_whole_breast_hits_nothing() -> None:
    scattered = np.array([[x, y] for x in range(0, 1200, 200) for y in range(0, 1200, 200)], float)
    assert hits_of(image(CLUSTER), [mark(np.vstack([CLUSTER, scattered]))]) == ([None], 1)


def test_two_spots_on_the_same_calcification_are_one() -> None:
    twice = np.vstack([CLUSTER[:1], CLUSTER[:1] + 2.0, CLUSTER[:1] + [[0, 30]]])
    assert hits_of(image(CLUSTER), [mark(twice)]) == ([None], 1)


def worked() -> list[ClusteredImage]:
    return [
        ClusteredImage("a", ((0.9, 0), (0.6, 0), (0.5, None)), 2, True),
        ClusteredImage("b", ((0.8, None), (0.4, None)), 0, True),
        ClusteredImage("c", ((0.7, 0), (0.3, None)), 1, False),
    ]


def test_froc_by_hand() -> None:
    """Three clusters; two images whose lists are complete, so two marks that hit nothing are one an image."""
    curve = froc(worked())
    assert curve.sensitivity_at(0.0) == pytest.approx(1 / 3)
    assert curve.sensitivity_at(0.5) == pytest.approx(2 / 3)
    assert curve.sensitivity_at(4.0) == pytest.approx(2 / 3)
    assert curve.false_marks.max() == pytest.approx(1.5)  # three on two; that on the incomplete list counts as neither


def test_operating_points_say_what_is_left_at_a_confidence() -> None:
    points = operating_points(worked(), (0.35, 0.85, 0.95))
    assert points[0] == {"confidence": 0.35, "sensitivity": 0.6667, "false_marks": 1.5}
    assert points[1] == {"confidence": 0.85, "sensitivity": 0.3333, "false_marks": 0.0}
    assert points[2] == {"confidence": 0.95, "sensitivity": 0.0, "false_marks": 0.0}


def test_the_interval_is_over_patients() -> None:
    """A hundred copies of one patient's image are no more certain than one."""
    many = [dataclasses.replace(worked()[0], patient=name) for name in ("a", "b") for _ in range(50)]
    assert sensitivity_at(many, 1.0).low == sensitivity_at(many, 1.0).high == pytest.approx(0.5)


def test_a_readers_point_moves_to_the_spot_it_means_and_no_farther() -> None:
    bright, strength = np.array([[12.0, 10.0], [13.0, 13.0], [30.0, 30.0]]), np.array([2.0, 5.0, 9.0], np.float32)
    moved = snapped(np.array([[10.0, 10.0], [20.0, 20.0]]), bright, strength)
    assert moved.tolist() == [[13.0, 13.0], [20.0, 20.0]]


def test_too_few_marks_give_no_calibration_and_no_crash(capsys: pytest.CaptureFixture[str]) -> None:
    nothing = ClusteredImage("woman", (), 1, complete=True)
    assert calibrated([nothing]) == {}
    assert calibrated([dataclasses.replace(nothing, marks=((0.7, 0),))]) == {}
    assert "no calibration: a calibration needs two patients" in capsys.readouterr().out
