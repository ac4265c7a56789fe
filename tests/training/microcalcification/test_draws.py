"""What an expert is shown: the spots are where the labels say, and nothing held out is in a batch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from training.datasets.base import Example
from training.microcalcification.data import Patch, Spotted
from training.microcalcification.draws import Cut, Ranges, Shares, assembled, batches, spot_map

CALM = Ranges(scale=(1.0, 1.0), blur=0.3, noise=0.0, gamma=(1.0, 1.0))


def image(complete: bool = True) -> Spotted:
    """300 x 300 with three spots of 3 x 3 pixels, and places in plain tissue."""
    pixels = np.full((300, 300), 80, np.uint8)
    spots = np.array([[100.5, 100.5], [120.5, 104.5], [110.5, 130.5]])
    for x, y in spots.astype(int):
        pixels[y - 1 : y + 2, x - 1 : x + 2] = 220
    tissue = np.array([[220.0, 220.0], [250.0, 60.0]])
    example = Example("inbreast", "1", "p", Path("none"), spacing_mm=(0.1, 0.1))
    return Spotted(pixels, 1.0, spots, complete, tissue, tissue, example, 0)


def drawn_patches() -> list[Patch]:
    return [Patch(np.full((60, 60), 40 + 90 * label, np.uint8), bool(label), "c", 0) for label in (0, 1)]


def test_bright_pixels_lie_where_the_map_says_however_a_cut_is_turned() -> None:
    draw = batches(drawn_patches(), [image()], 30, Shares(0, 8, 0, 0, 0), CALM)
    for seed in range(5):
        pixels, labels, weights = draw(np.random.default_rng(seed))
        assert pixels.shape == (8, 60, 60, 1)
        assert (labels["calcified"] == 1).all()
        assert (weights["spots"] > 0).all()
        for cut, marked in zip(pixels[..., 0], labels["spots"][..., 0], strict=True):
            rows, columns = np.nonzero(cut[6:-6, 6:-6] > 0.9 * cut.max())
            assert len(rows) > 0
            assert (marked[(rows + 6) // 2, (columns + 6) // 2] > 0.3).all()


def test_half_of_the_patches_are_calcified_and_say_nothing_of_where() -> None:
    draw = batches(drawn_patches(), [image()], 30, Shares(6, 0, 0, 0, 0), CALM)
    pixels, labels, weights = draw(np.random.default_rng(0))
    assert labels["calcified"][:, 0].tolist() == [0.0, 1.0] * 3
    assert (weights["spots"] == 0).all()
    means = pixels.mean(axis=(1, 2, 3))
    assert means.shape == (6,)


def test_tissue_is_empty_and_tissue_with_drawn_spots_is_not() -> None:
    draw = batches(drawn_patches(), [image()], 30, Shares(0, 0, 2, 2, 2), CALM)
    _, labels, _ = draw(np.random.default_rng(0))
    assert labels["calcified"][:, 0].tolist() == [0.0] * 4 + [1.0] * 2
    assert labels["spots"][:4].max() == 0
    assert labels["spots"][4:].max() > 0.5


def test_the_same_generator_gives_the_same_batch() -> None:
    draw = batches(drawn_patches(), [image()], 30)
    first, second = (draw(np.random.default_rng(3)) for _ in range(2))
    assert np.array_equal(first[0], second[0])
    assert np.array_equal(first[1]["spots"], second[1]["spots"])


def test_where_others_are_not_listed_only_the_listed_spots_surroundings_count() -> None:
    cut = Cut(np.zeros((60, 60), np.float32), 1.0, np.array([[11.0, 31.0]]), complete=False)
    label, weight = spot_map(cut, 30)
    assert label.argmax() == 15 * 30 + 5
    assert weight[15, 5] == pytest.approx(44.0, rel=0.01)
    assert weight[0, 29] == 0
    assert (spot_map(Cut(cut.pixels, 1.0, cut.spots), 30)[1] >= 4).all()


def test_a_filter_is_done_to_every_cut() -> None:
    cuts = [Cut(np.full((60, 60), 0.5, np.float32), 0.0, None)] * 2
    pixels, _, _ = assembled(cuts, 30, lambda cut: cut * 0.5)
    assert (pixels == 0.25).all()
