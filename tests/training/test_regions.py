"""What the networks that look at one mass are shown."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.geometry import Box
from tests.training.pictures import circle, disc, prepared_example
from training.datasets.base import MassTruth
from training.regions import Mass, cut, jittered, masses_of, outlines, pathologies, shrunk_and_warped

PIXELS = disc(400, 300, (140, 200), 30)


def mass(malignant: bool = False, dataset: str = "set", radius: float = 30) -> Mass:
    return Mass(disc(400, 300, (140, 200), radius), circle(140, 200, radius), malignant, dataset, "p")


def test_masses_keep_what_is_known_of_them() -> None:
    example = prepared_example(PIXELS, MassTruth(Box(10, 20, 30, 40), None, True), dataset="film", patient="7")
    (found,) = masses_of(example)
    assert (found.malignant, found.dataset, found.patient) == (True, "film", "7")
    box = Box.around(found.outline)
    assert (box.x, box.y, box.width, box.height) == pytest.approx((10, 20, 30, 40))


@pytest.mark.parametrize("radius", [15, 30, 110])
@pytest.mark.parametrize("seed", range(3))
def test_the_mask_follows_the_pixels_through_every_turn(radius: float, seed: int) -> None:
    """Large masses are averaged first, as the pipeline's crop does; the way there must stay the same."""
    image, inside = cut(np.random.default_rng(seed), mass(radius=radius), 96)
    assert image.shape == inside.shape == (96, 96)
    level = (np.median(image[inside]) + np.median(image[~inside])) / 2
    bright = image > level
    assert (bright & inside).sum() / (bright | inside).sum() > 0.88
    assert 0.1 < inside.mean() < 0.6


def test_a_shrunken_picture_is_warped_to_the_same_place() -> None:
    matrix = np.array([[0.25, 0, 0], [0, 0.25, 0]])
    small = shrunk_and_warped(PIXELS, matrix, 96)
    y, x = np.nonzero(small > 140)
    assert (x.mean() + 0.5, y.mean() + 0.5) == pytest.approx((35, 50), abs=0.3)


def test_a_batch_for_the_segmenter_has_its_shares() -> None:
    real, drawn = [mass()], [mass(radius=60)]
    images, inside, weights = outlines((real, drawn), (3, 1), 64)(np.random.default_rng(0))
    assert images.shape == inside.shape == (4, 64, 64, 1)
    assert (images.dtype, inside.dtype) == (np.float32, np.float32)
    assert set(np.unique(inside)) == {0, 1}
    assert weights.tolist() == [1] * 4


def test_a_batch_for_the_pathology_network_is_half_malignant_in_three_views() -> None:
    masses = [mass(True), mass(False), mass(True, "film"), mass(False, "film")]
    views, labels, weights = pathologies(masses, 6, 64, smoothing=0.2)(np.random.default_rng(0))
    assert labels[:, 0] == pytest.approx([0.1, 0.9] * 3)
    assert weights.shape == (6,)
    assert {name: view.shape for name, view in views.items()} == dict.fromkeys(
        ("image", "shape", "margin"), (6, 64, 64, 1)
    )
    assert np.array_equal(views["shape"] + views["margin"], views["image"])
    assert (views["shape"] > 0).any(axis=(1, 2, 3)).all()


def test_the_label_tells_which_masses_were_drawn() -> None:
    bright, dark = mass(True), Mass(disc(400, 300, (140, 200), 30, 200, 20), circle(140, 200, 30), False, "set", "q")
    views, labels, _ = pathologies([bright, dark], 8, 64, smoothing=0.0)(np.random.default_rng(2))
    inner = views["image"][:, 28:36, 28:36].mean(axis=(1, 2, 3))
    assert ((inner > 0.5) == (labels[:, 0] == 1)).all()


def test_jitter_changes_the_size_a_little_and_never_the_place() -> None:
    _, inside = cut(np.random.default_rng(0), mass(), 96)
    shares = [jittered(np.random.default_rng(seed), inside).sum() / inside.sum() for seed in range(40)]
    assert min(shares) < 0.9 < 1.1 < max(shares)
    assert 0.5 < min(shares) < max(shares) < 1.7


def test_the_same_seed_draws_the_same() -> None:
    draw = outlines(([mass()],), (2,), 64)
    one, again = (draw(np.random.default_rng(3)) for _ in range(2))
    assert np.array_equal(one[0], again[0])
    assert np.array_equal(one[1], again[1])
