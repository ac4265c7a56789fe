"""Whole views, balanced so that telling machines apart gains nothing."""

from __future__ import annotations

import numpy as np
import pytest

from training.augment import Ranges
from training.recipes.values import Schedule
from training.whole_image import Labelled, WholeView, balanced, draws, labelled, strata, targets

RANGES = Ranges(scale=(0.9, 1.15), rotation=10.0, shear=0.08, shift=0.05, noise=4.0)
STILL = Ranges(
    scale=(1, 1), rotation=0, shear=0, shift=0, flip=0, gamma=(1, 1), contrast=(1, 1), brightness=0, noise=0, blur=0
)


def view(label: int, stratum: str, grey: int = 100, rows: int = 32) -> Labelled:
    """Even grey in the upper `rows` of 32."""
    pixels = np.zeros((32, 16), np.uint8)
    pixels[:rows] = grey
    return Labelled(pixels, label, stratum)


def test_a_view_is_squashed_to_the_networks_size() -> None:
    made = labelled(np.full((400, 300), 128, np.uint8), 2, "set", 64, 32)
    assert made.pixels.shape == (64, 32)
    assert made.pixels.dtype == np.uint8
    assert (made.pixels == 128).all()
    assert (made.label, made.stratum) == (2, "set")


def test_strata_without_every_class_are_left_out() -> None:
    views = [view(0, "a"), view(1, "a"), view(1, "a"), view(0, "b"), view(0, "c"), view(1, "c")]
    table = strata(views, 2)
    assert {name: [len(group) for group in groups] for name, groups in table.items()} == {"a": [1, 2], "c": [1, 1]}


def test_classes_are_drawn_evenly_within_every_stratum_and_strata_by_the_root_of_their_size() -> None:
    """Of one 160 views, 10 of them positive, and 10 of the other, shorter ones, 9 of them positive."""
    views = [view(int(i < 10), "a") for i in range(160)] + [view(int(i < 9), "b", rows=12) for i in range(10)]
    images, labels, weights = balanced(views, 2, 600, 0.0, RANGES)(np.random.default_rng(0))
    assert images.shape == (600, 32, 16, 1)
    assert images.dtype == np.float32
    assert weights.shape == (600,)
    truth = labels[:, 0] == 1
    short = (images > 0).mean(axis=(1, 2, 3)) < 0.6
    assert short.mean() == pytest.approx(1 / 5, abs=0.05)
    assert truth[short].mean() == pytest.approx(0.5, abs=0.12)
    assert truth[~short].mean() == pytest.approx(0.5, abs=0.06)


def plainly(class_weights: bool) -> WholeView:
    return WholeView(32, 16, 400, 0.0, False, class_weights, Schedule(1, 1, 0.1), STILL)


def test_as_published_every_view_is_drawn_alike_and_left_as_it_is() -> None:
    views = [view(0, "a", 50)] * 3 + [view(1, "b", 200)]
    images, labels, weights = draws(views, 2, plainly(False))(np.random.default_rng(0))
    assert labels.mean() == pytest.approx(1 / 4, abs=0.07)
    assert images[labels[:, 0] == 1] == pytest.approx(200 / 255)
    assert images[labels[:, 0] == 0] == pytest.approx(50 / 255, abs=1.1 / 255)  # a grey level is lost
    assert set(weights) == {1}


def test_class_weights_make_the_classes_count_alike() -> None:
    views = [view(0, "a")] * 3 + [view(1, "a")]
    _, labels, weights = draws(views, 2, plainly(True))(np.random.default_rng(0))
    assert set(weights[labels[:, 0] == 1]) == {np.float32(4 / 2)}
    assert set(weights[labels[:, 0] == 0]) == {np.float32(4 / 6)}


def test_balanced_draws_need_a_stratum_with_every_class() -> None:
    with pytest.raises(ValueError, match="all 2 classes"):
        balanced([view(0, "a"), view(1, "b")], 2, 4, 0.0, RANGES)


def test_two_classes_are_one_number_and_three_a_row() -> None:
    assert targets([0, 1], 2, 0.0).tolist() == [[0], [1]]
    assert targets([0, 1], 2, 0.2) == pytest.approx(np.array([[0.1], [0.9]]))
    assert targets([0, 2], 3, 0.0).tolist() == [[1, 0, 0], [0, 0, 1]]
    smoothed = targets([1], 3, 0.3)
    assert smoothed == pytest.approx(np.array([[0.1, 0.8, 0.1]]))
    assert smoothed.sum() == pytest.approx(1)


def test_the_same_seed_draws_the_same() -> None:
    draw = balanced([view(i % 3, "a", 50 + i) for i in range(9)], 3, 4, 0.0, RANGES)
    one, again = (draw(np.random.default_rng(3)) for _ in range(2))
    assert np.array_equal(one[0], again[0])
    assert np.array_equal(one[1], again[1])
