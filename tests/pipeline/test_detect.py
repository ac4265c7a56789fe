"""Findings in acquired pixels, most certain first."""

from __future__ import annotations

from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.detect import FLOOR, detect, fit_scale, letterboxed
from pipeline.finding import Finding, Kind
from pipeline.geometry import Box, Transform
from tests.pipeline.stubs import Boxes, prepared

# A network of 200 x 100 sees 400 x 300 at a third: 133 rows, 100 columns.
THIRD = 1 / 3


def found(detector: Boxes, transform: Transform | None = None) -> tuple[Finding, ...]:
    return detect(prepared(transform), detector)


def test_findings_come_most_confident_first_in_acquired_pixels() -> None:
    first, second = found(
        Boxes([[0, 0, 30, 30], [40, 20, 60, 50]], [0.3, 0.9]), Transform(acquired_width=500, left=10, top=20)
    )
    assert (first.confidence, second.confidence) == pytest.approx((0.9, 0.3))
    assert astuple(first.box) == pytest.approx((70, 140, 90, 60), abs=1e-3)
    assert astuple(second.box) == pytest.approx((10, 20, 90, 90), abs=1e-3)
    assert {finding.kind for finding in (first, second)} == {Kind.MASS}


def test_equal_confidences_keep_the_order_of_the_network() -> None:
    boxes = [[float(i), 0, i + 10.0, 10] for i in range(6)]
    tops = [round(finding.box.y / 3) for finding in found(Boxes(boxes, [0.5] * 6))]
    assert tops == [0, 1, 2, 3, 4, 5]


def test_a_flipped_image_gives_boxes_of_the_sent_one() -> None:
    (finding,) = found(Boxes([[0, 0, 20, 30]], [0.5]), Transform(acquired_width=320, flipped=True))
    assert astuple(finding.box) == pytest.approx((320 - 90, 0, 90, 60), abs=1e-3)


def test_nothing_below_the_floor_is_kept_and_what_is_on_it_is() -> None:
    boxes = [[0, 0, 10, 10]] * 3
    confidences = [float(np.float32(FLOOR)) + 1e-6, FLOOR - 1e-3, 0.01]
    assert len(found(Boxes(boxes, confidences))) == 1
    assert len(detect(prepared(), Boxes(boxes, confidences), floor=0.0)) == 3


def test_boxes_are_cut_to_the_breast_and_those_outside_are_dropped() -> None:
    detector = Boxes([[-10, -20, 30, 30], [10, 90, 20, 140], [140, 0, 160, 20], [50, 50, 50, 60]], [0.9, 0.8, 0.7, 0.6])
    first, second = found(detector)
    assert astuple(first.box) == pytest.approx((0, 0, 90, 90), abs=1e-3)
    assert astuple(second.box) == pytest.approx((270, 30, 30, 30), abs=1e-3)


def test_no_box_is_no_finding() -> None:
    assert found(Boxes([], [])) == ()


def test_the_network_sees_the_image_at_the_top_left_with_nothing_around_it() -> None:
    detector = Boxes([], [])
    found(detector)
    (seen,) = detector.seen
    assert seen.shape == (200, 100)
    assert seen.dtype == np.float32
    assert (seen[:133] >= np.float32(60 / 255)).all()
    assert (seen[133:] == 0).all()
    y, x = np.mgrid[:133, :100] + 0.5
    disc = seen[:133] > 150 / 255
    assert (x[disc].mean(), y[disc].mean()) == pytest.approx((150 * THIRD, 200 * THIRD), abs=0.2)


@given(rows=st.integers(1, 500), columns=st.integers(1, 500), height=st.integers(32, 300), width=st.integers(32, 300))
def test_an_image_of_any_shape_just_fits(rows: int, columns: int, height: int, width: int) -> None:
    scale = fit_scale((rows, columns), height, width)
    assert max(rows * scale / height, columns * scale / width) == pytest.approx(1)
    assert Box(0, 0, columns * scale, rows * scale).area <= height * width + 1e-6


@pytest.mark.parametrize("shape", [(10, 2000), (2000, 10), (1, 1)])
def test_extreme_shapes_are_shown_too(shape: tuple[int, int]) -> None:
    frame = letterboxed(np.full(shape, 255, np.uint8), 64, 64)
    assert frame.shape == (64, 64)
    assert frame.max() == 1
