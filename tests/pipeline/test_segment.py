"""Outlines and sizes, in pixels of the sent image and in millimetres."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.crop import crop_around
from pipeline.finding import Finding, Kind
from pipeline.geometry import Box, Points, Transform
from pipeline.segment import filled, outline_of, segment, size_of
from tests.pipeline.stubs import BrightParts, prepared

STRAIGHT = Transform(acquired_width=320, left=12, top=7)
MIRRORED = Transform(acquired_width=320, flipped=True, left=12, top=7)


def finding_of(transform: Transform, box: Box) -> Finding:
    return Finding(Kind.MASS, transform.to_acquired(box), 0.5)


def distances(outline: Points, center: tuple[float, float]) -> NDArray[np.float64]:
    """Of points all along the closed outline, corners and the straight pieces between them."""
    following = np.roll(outline, -1, axis=0)
    along = [outline + (following - outline) * share for share in np.linspace(0, 1, 5)[:-1]]
    return np.asarray(np.linalg.norm(np.concatenate(along) - center, axis=1), np.float64)


@pytest.mark.parametrize("transform", [STRAIGHT, MIRRORED], ids=["straight", "mirrored"])
@pytest.mark.parametrize("side", [128, 256])
def test_the_outline_of_a_disc_is_its_circle_in_acquired_pixels(transform: Transform, side: int) -> None:
    """Within a pixel of the network's mask: it is simplified by half a pixel of that, and drawn on whole ones."""
    finding = finding_of(transform, Box(110, 160, 80, 80))
    (outlined,) = segment(prepared(transform), [finding], BrightParts(side))
    assert outlined.outline is not None
    ((center),) = transform.points_to_acquired(np.array([[150.0, 200.0]]))
    assert np.abs(distances(outlined.outline, center) - 40).max() < max(1.0, 128 / side)
    assert cv2.contourArea(outlined.outline.astype(np.float32)) == pytest.approx(np.pi * 40**2, rel=0.03)
    assert Box.around(outlined.outline).center == pytest.approx(center, abs=1.0)


def test_the_size_of_a_disc_of_known_diameter_is_told_in_millimetres() -> None:
    image, finding = prepared(spacing_mm=(0.07, 0.07)), finding_of(Transform(300), Box(110, 160, 80, 80))
    (outlined,) = segment(image, [finding], BrightParts(256))
    assert outlined.size is not None
    assert outlined.size.long_axis_mm == pytest.approx(80 * 0.07, abs=0.15)
    assert outlined.size.area_mm2 == pytest.approx(np.pi * (40 * 0.07) ** 2, rel=0.03)


def test_without_spacing_there_is_an_outline_but_no_size() -> None:
    (outlined,) = segment(prepared(spacing_mm=None), [finding_of(Transform(300), Box(110, 160, 80, 80))], BrightParts())
    assert outlined.outline is not None
    assert outlined.size is None


def test_rows_and_columns_may_be_spaced_differently() -> None:
    rectangle = np.array([[0, 0], [30, 0], [30, 40], [0, 40]], np.float64)
    size = size_of(rectangle, (0.1, 0.2))  # 6 mm wide, 4 mm high
    assert size is not None
    assert size.long_axis_mm == pytest.approx(np.hypot(6, 4), rel=1e-5)
    assert size.area_mm2 == pytest.approx(24, rel=1e-5)


def test_two_points_have_no_size() -> None:
    assert size_of(np.array([[0.0, 0], [3, 4]]), (0.1, 0.1)) is None


def test_a_finding_whose_mask_is_empty_stays_without_outline_and_the_order_stays() -> None:
    nothing, disc = finding_of(STRAIGHT, Box(10, 300, 30, 30)), finding_of(STRAIGHT, Box(110, 160, 80, 80))
    first, second = segment(prepared(STRAIGHT), [nothing, disc], BrightParts())
    assert first is nothing
    assert second.outline is not None
    assert (second.box, second.confidence) == (disc.box, disc.confidence)


def test_the_largest_of_several_regions_is_outlined() -> None:
    mask = np.zeros((64, 64), np.float32)
    mask[5:10, 5:10] = 1
    mask[20:50, 30:60] = 1
    outline = outline_of(mask)
    assert outline is not None
    box = Box.around(outline)
    assert (box.x, box.y, box.right, box.bottom) == pytest.approx((30, 20, 60, 50), abs=0.5)


def test_probabilities_between_pixels_move_the_outline() -> None:
    ramp = np.tile(np.arange(32) / 31, (32, 1)).astype(np.float32)
    low, high = (outline_of(ramp, threshold) for threshold in (0.3, 0.6))
    assert low is not None
    assert high is not None
    assert Box.around(low).x == pytest.approx(0.3 * 31 + 0.5, abs=0.75)
    assert Box.around(high).x == pytest.approx(0.6 * 31 + 0.5, abs=0.75)


@pytest.mark.parametrize("value", [0.0, 0.49])
def test_no_probability_at_the_threshold_is_no_outline(value: float) -> None:
    assert outline_of(np.full((64, 64), value, np.float32)) is None


def test_a_single_bright_pixel_is_no_outline() -> None:
    mask = np.zeros((64, 64), np.float32)
    mask[30, 30] = 1
    assert outline_of(mask) is None


def test_a_filled_outline_covers_what_it_surrounds() -> None:
    image = prepared()
    crop = crop_around(image.pixels, Box(110, 160, 80, 80), 128)
    angles = np.linspace(0, 2 * np.pi, 64, endpoint=False)
    circle = np.stack([150 + 40 * np.cos(angles), 200 + 40 * np.sin(angles)], axis=1)
    mask, bright = filled(circle, crop), crop.pixels > 140 / 255
    assert (mask & bright).sum() / (mask | bright).sum() > 0.96
