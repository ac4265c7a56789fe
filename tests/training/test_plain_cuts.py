"""Batches of plain pictures of masses, benign and malignant in turn."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("keras")

from pipeline.geometry import Box
from training.augment import Greys, ellipse
from training.plain_cuts import plain_cuts
from training.regions import Look, Mass, Square

STILL = Look(
    Square(0.0, 0.0, 0.0, 0.0), Greys(gamma=(1.0, 1.0), contrast=(1.0, 1.0), brightness=0.0, noise=0.0, blur=0.0)
)


def mass(brightness: int, malignant: bool, dataset: str = "a") -> Mass:
    """A bright square of 20 pixels in a grey picture of 120."""
    pixels = np.full((120, 120), 60, np.uint8)
    pixels[50:70, 50:70] = brightness
    return Mass(pixels, ellipse(Box(50, 50, 20, 20)), malignant, dataset, "p")


def test_the_picture_holds_the_mass_with_its_margin_and_nothing_is_masked() -> None:
    draw = plain_cuts([mass(120, False), mass(240, True)], 4, 40, 0.5, 0.0, STILL)
    images, labels, weights = draw(np.random.default_rng(0))
    assert (images.shape, labels.shape, weights.tolist()) == ((4, 40, 40, 1), (4, 1), [1.0] * 4)
    # a margin of half the mass on either side: the mass is half of 40 pixels
    for image, label in zip(images[..., 0], labels[:, 0], strict=True):
        row = image[20] * 255
        assert row[20] == pytest.approx(240 if label else 120, abs=2)
        assert row[[3, 36]] == pytest.approx([60, 60], abs=2)
        assert np.sum(row > 90) == pytest.approx(20, abs=2)


def test_benign_and_malignant_take_turns_with_smoothed_labels() -> None:
    draw = plain_cuts([mass(120, False), mass(240, True)], 4, 16, 0.5, 0.1, STILL)
    assert draw(np.random.default_rng(0))[1][:, 0] == pytest.approx([0.05, 0.95, 0.05, 0.95])


def test_a_batch_depends_on_its_seed_alone() -> None:
    draw = plain_cuts([mass(120, False), mass(240, True)], 2, 16, 0.5, 0.1, Look())
    first, again, other = (draw(np.random.default_rng(seed))[0] for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_set_with_one_class_only_is_refused() -> None:
    with pytest.raises(ValueError, match="b lacks one"):
        plain_cuts([mass(120, False), mass(240, True), mass(240, True, "b")], 2, 16, 0.5, 0.1, STILL)
