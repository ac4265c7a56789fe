"""A mass cut from one breast stands in another where it is said to."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tests.training.pictures import circle, disc
from training.paste import cut_out, paste

SOURCE = disc(120, 120, (60, 60), 20, ground=80, bright=230)
PATCH = cut_out(SOURCE, circle(60, 60, 20))


def test_a_patch_holds_the_mass_and_fades_towards_its_edge() -> None:
    assert PATCH.pixels.shape == PATCH.alpha.shape
    x, y = PATCH.outline.mean(axis=0).astype(int)
    assert PATCH.alpha[y, x] == 1
    assert PATCH.pixels[y, x] == 230
    border = np.concatenate([PATCH.alpha[0], PATCH.alpha[-1], PATCH.alpha[:, 0], PATCH.alpha[:, -1]])
    assert border.max() < 0.05
    assert PATCH.outline.min() >= 0
    assert (PATCH.outline.max(axis=0) <= PATCH.alpha.shape[::-1]).all()


@pytest.mark.parametrize("seed", range(10))
def test_a_mass_is_set_where_the_outline_says(seed: int) -> None:
    empty = np.full((300, 200), 100, np.uint8)
    pasted = paste(np.random.default_rng(seed), empty, PATCH)
    assert pasted is not None
    pixels, outline = pasted
    inside = np.zeros(pixels.shape, np.uint8)
    cv2.fillPoly(inside, [np.round(outline - 0.5).astype(np.int32)], 1)
    bright = pixels > 175
    assert (bright & (inside > 0)).sum() / (bright | (inside > 0)).sum() > 0.8
    assert (outline >= 0).all()
    assert (outline <= (200, 300)).all()


def test_what_is_around_the_patch_stays_as_it_was() -> None:
    empty = np.random.default_rng(0).integers(90, 110, (300, 200)).astype(np.uint8)
    pasted = paste(np.random.default_rng(1), empty, PATCH)
    assert pasted is not None
    pixels, outline = pasted
    left, top = np.floor(outline.min(axis=0)).astype(int) - 16
    right, bottom = np.ceil(outline.max(axis=0)).astype(int) + 16
    outside = np.ones(pixels.shape, bool)
    outside[max(top, 0) : bottom, max(left, 0) : right] = False
    assert np.array_equal(pixels[outside], empty[outside])
    assert empty.max() < 110  # the picture given is not written to
    assert pixels.max() > 200


def test_a_mass_is_never_set_beside_the_breast() -> None:
    picture = np.zeros((300, 300), np.uint8)
    picture[:, :100] = 100
    for seed in range(20):
        pasted = paste(np.random.default_rng(seed), picture, PATCH)
        if pasted is not None:
            assert pasted[1][:, 0].max() < 105
    assert paste(np.random.default_rng(0), np.zeros((300, 300), np.uint8), PATCH) is None


def test_a_picture_smaller_than_the_patch_gets_none() -> None:
    assert paste(np.random.default_rng(0), np.full((30, 200), 100, np.uint8), PATCH) is None


def test_the_same_seed_sets_it_at_the_same_place() -> None:
    empty = np.full((300, 200), 100, np.uint8)
    one, again = (paste(np.random.default_rng(9), empty, PATCH) for _ in range(2))
    assert one is not None
    assert again is not None
    assert np.array_equal(one[0], again[0])
    assert np.array_equal(one[1], again[1])
