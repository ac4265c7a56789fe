"""Outlines follow their pixels through every draw."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.geometry import Box
from tests.training.pictures import center_of, circle, disc
from training.augment import (
    Matrix,
    Ranges,
    ellipse,
    fit_matrix,
    moved,
    random_affine,
    regreyed,
    then,
    visible_boxes,
    warped,
)

PICTURE = disc(200, 160, (90, 110), 25)


def overlap(pixels: NDArray[np.uint8], outline: NDArray[np.float64]) -> float:
    """IoU of what is bright with what the outline holds."""
    inside = np.zeros(pixels.shape, np.uint8)
    cv2.fillPoly(inside, [np.round(outline - 0.5).astype(np.int32)], 1)
    bright = pixels > 140
    return float((bright & (inside > 0)).sum() / (bright | (inside > 0)).sum())


@pytest.mark.parametrize("seed", range(8))
def test_an_outline_stays_on_its_mass(seed: int) -> None:
    rng = np.random.default_rng(seed)
    matrix = then(fit_matrix(PICTURE.shape, 256, 256), random_affine(rng, 256, 256, Ranges()))
    pixels, outline = warped(PICTURE, matrix, 256, 256), moved(circle(90, 110, 25), matrix)
    assert overlap(pixels, outline) > 0.93
    assert center_of(pixels > 140) == pytest.approx(outline.mean(axis=0), abs=0.6)


def test_halving_an_image_halves_its_coordinates() -> None:
    matrix = fit_matrix(PICTURE.shape, 100, 100)
    assert matrix.tolist() == [[0.5, 0, 0], [0, 0.5, 0]]
    assert center_of(warped(PICTURE, matrix, 100, 100) > 140) == pytest.approx((45, 55), abs=0.3)


def test_turning_upside_down_keeps_pixels_exactly() -> None:
    """A pixel covers [i, i + 1): row 0 becomes row 199, not row 200."""
    matrix: Matrix = np.array([[1.0, 0, 0], [0, -1, 200]])
    assert np.array_equal(warped(PICTURE, matrix, 200, 160), PICTURE[::-1])


def test_first_one_then_the_other() -> None:
    larger, shifted = np.array([[2.0, 0, 0], [0, 2, 0]]), np.array([[1.0, 0, 10], [0, 1, 20]])
    points = np.array([[1.0, 2]])
    assert moved(points, then(larger, shifted)).tolist() == [[12, 24]]
    assert moved(points, then(shifted, larger)).tolist() == [[22, 44]]


def test_draws_stay_within_their_ranges() -> None:
    ranges = Ranges(scale=(0.8, 1.25), rotation=0, shear=0, shift=0.1, flip=0)
    for seed in range(50):
        matrix = random_affine(np.random.default_rng(seed), 100, 60, ranges)
        assert matrix[0, 0] == pytest.approx(matrix[1, 1])
        assert 0.8 <= matrix[0, 0] <= 1.25
        middle = moved(np.array([[30.0, 50]]), matrix)[0]
        assert (np.abs(middle - (30, 50)) <= (6, 10)).all()


def test_half_of_the_draws_turn_the_image_upside_down_and_none_sideways() -> None:
    flat = Ranges(rotation=5)
    matrices = [random_affine(np.random.default_rng(seed), 100, 100, flat) for seed in range(200)]
    upside_down = [np.linalg.det(matrix[:, :2]) < 0 for matrix in matrices]
    assert 70 < sum(upside_down) < 130
    assert all(matrix[0, 0] > 0 for matrix in matrices)  # the chest wall stays on the left


def test_an_ellipse_touches_the_sides_of_its_box() -> None:
    box = Box.around(ellipse(Box(10, 20, 40, 60)))
    assert (box.x, box.y, box.width, box.height) == pytest.approx((10, 20, 40, 60))


def test_boxes_are_cut_to_the_frame_and_dropped_when_too_little_is_left() -> None:
    inside, half_out, mostly_out = circle(50, 50, 10), circle(0, 50, 10), circle(-5, 50, 10)
    first, second = visible_boxes([inside, half_out, mostly_out], 100, 100)
    assert (first.x, first.y, first.width, first.height) == pytest.approx((40, 40, 20, 20))
    assert (second.x, second.width, second.height) == pytest.approx((0, 10, 20))


def test_a_speck_of_a_mass_is_no_box() -> None:
    assert visible_boxes([circle(50, 50, 1.9)], 100, 100) == []


@pytest.mark.parametrize("seed", range(6))
def test_another_machines_look_keeps_the_background_black_and_the_breast_not(seed: int) -> None:
    picture = PICTURE.copy()
    picture[:, 100:] = 0
    changed = regreyed(np.random.default_rng(seed), picture, Ranges())
    assert changed.dtype == np.uint8
    assert np.array_equal(changed == 0, picture == 0)
    assert not np.array_equal(changed, picture)
    assert changed[picture == 220].mean() > changed[picture == 60].mean()


def test_the_same_seed_draws_the_same() -> None:
    one, again = (regreyed(np.random.default_rng(5), PICTURE, Ranges()) for _ in range(2))
    assert np.array_equal(one, again)
