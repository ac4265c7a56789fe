"""Heatmaps through the stages' protocols: the right place, frame and class, whatever the network."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.errors import NoHeatmap
from pipeline.finding import Finding, Kind
from pipeline.geometry import Box
from pipeline.heatmap import METHODS, heatmap, relative
from pipeline.mammogram import Mammogram
from pipeline.models import Models
from pipeline.preprocess import Prepared, Recipe, preprocess
from tests.pipeline.stubs import Boxes, breast_with_disc, models

Floats = NDArray[np.float32]
DISC = (100, 200)  # x, y of the bright disc of breast_with_disc()


@dataclass
class BrightnessOf:
    """A network whose logit is the share of its picture above 0.7, and whose map are those places."""

    side: int = 64
    height: int = 96
    width: int = 64
    margin: float = 0.5

    def logits(self, *pictures: Floats) -> Floats:
        return np.array([(pictures[0] > 0.7).mean() * 50], np.float32)

    def cam(self, *pictures: Floats) -> Floats:
        return (pictures[0] > 0.7).astype(np.float32)[::4, ::4, None]


@dataclass
class ThreeLevels(BrightnessOf):
    """Says the middle one of three classes, whose map is of the bright places; the others' of the dark ones."""

    def logits(self, *pictures: Floats) -> Floats:
        return np.array([0.0, 1 + (pictures[0] > 0.7).mean() * 50, 0.5], np.float32)

    def cam(self, *pictures: Floats) -> Floats:
        bright = super().cam(*pictures)[..., 0]
        return np.stack([1 - bright, bright, 1 - bright], axis=-1)


def explained(**networks: Any) -> Models:
    return dataclasses.replace(models(Boxes([], [])), **networks)


def seen(flipped: bool = False) -> tuple[Mammogram, Prepared]:
    mammogram = Mammogram(breast_with_disc(flipped), grey_levels=256)
    return mammogram, preprocess(mammogram, Recipe(clahe_clip=0))


def disc(flipped: bool) -> Finding:
    x = 320 - DISC[0] if flipped else DISC[0]
    outline = np.array([[x - 30, 200], [x, 170], [x + 30, 200], [x, 230]], float)
    return Finding(Kind.MASS, Box(x - 30, 170, 60, 60), 0.9, outline)


@pytest.mark.parametrize("flipped", [False, True])
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("model", ["pathology", "cancer", "masking"])
def test_the_strongest_place_is_the_one_that_speaks_for_the_answer(model: str, method: str, flipped: bool) -> None:
    mammogram, prepared = seen(flipped)
    ours = explained(pathology=BrightnessOf(), cancer=BrightnessOf(), masking=ThreeLevels())
    finding = 1 if model == "pathology" else None
    map_ = heatmap(mammogram, prepared, [disc(flipped)], ours, model, method, finding)
    assert map_.shape == mammogram.pixels.shape
    assert map_.dtype == np.dtype(np.float32)
    assert (map_.min(), map_.max()) == (0, pytest.approx(1, abs=0.05))
    weights = np.where(map_ > 0.5, map_, 0)
    y, x = (float((weights * axis).sum() / weights.sum()) for axis in np.mgrid[:400, :320] + 0.5)
    assert x == pytest.approx(220 if flipped else 100, abs=8)
    assert y == pytest.approx(200, abs=8)


def test_of_a_finding_nothing_is_said_outside_the_square_that_the_network_saw() -> None:
    mammogram, prepared = seen()
    map_ = heatmap(mammogram, prepared, [disc(False)], explained(pathology=BrightnessOf()), "pathology", "gradcam", 1)
    square = 60 * 1.6  # the mass with 0.3 of its side around it
    y, x = np.nonzero(map_)
    assert max(np.abs(x + 0.5 - 100).max(), np.abs(y + 0.5 - 200).max()) <= square / 2 + 2


def test_the_picture_that_is_hidden_piece_by_piece_is_given_back_whole() -> None:
    mammogram, prepared = seen()
    before = prepared.pixels.copy()
    heatmap(mammogram, prepared, (), explained(cancer=BrightnessOf()), "cancer", "occlusion")
    np.testing.assert_array_equal(prepared.pixels, before)


@pytest.mark.parametrize(
    ("model", "finding", "words"),
    [
        ("pathology", None, "finding=1 to 2"),
        ("pathology", 3, "finding=1 to 2"),
        ("pathology", 2, "no outlined mass"),
        ("microcalcification", 2, "No network"),
        ("hybrid", 1, "No network"),
        ("cancer", None, "no more than its answer"),
    ],
)
def test_what_cannot_be_explained_is_refused_in_words(model: str, finding: int | None, words: str) -> None:
    mammogram, prepared = seen()
    cluster = Finding(Kind.CALCIFICATION_CLUSTER, Box(50, 50, 9, 9), 0.5)
    ours = explained(pathology=BrightnessOf())
    with pytest.raises(NoHeatmap, match=words):
        heatmap(mammogram, prepared, [disc(False), cluster], ours, model, "gradcam", finding)


def test_a_map_without_anything_that_stands_out_is_empty_rather_than_noise() -> None:
    flat, inside = np.full((4, 4), 3, np.float32), np.ones((4, 4), np.bool_)
    assert not relative(flat, inside).any()
    assert not relative(flat, ~inside).any()


def test_the_median_place_is_zero_and_the_strongest_one() -> None:
    map_ = np.array([[1, 2, 3], [4, 9, -5]], np.float32)
    inside = np.array([[True, True, True], [True, False, True]])
    assert relative(map_, inside).tolist() == [[0, 0, 0.5], [1, 0, 0]]
