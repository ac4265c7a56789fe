"""Heatmaps of a committee that judges patches: regions are cut, judged and put together in the right places."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from models.weights import Card
from pipeline.committee import SheetCommittee
from pipeline.finding import Finding, Kind
from pipeline.geometry import Box
from pipeline.heatmap import METHODS, heatmap
from pipeline.mammogram import Mammogram
from pipeline.preprocess import Recipe, preprocess
from pipeline.spots import Spots
from tests.pipeline.stubs import Boxes, models

Floats = NDArray[np.float32]
SPOT = (212, 305)  # x, y
OUTLINE = np.array([[180.0, 280.0], [260.0, 280.0], [260.0, 360.0], [180.0, 360.0]])


@dataclass
class Whitest:
    """A committee that calls white calcified."""

    side: int = 60
    spacing_mm: float = 0.1
    least_spot: float = 0.5

    def __call__(self, patches: Floats) -> tuple[Floats, Floats]:
        return patches.max(axis=(1, 2)), patches

    def spots(self, patches: Floats) -> tuple[Floats, Floats]:
        return self(patches)

    def confidence(self, cluster: Spots) -> float:
        return float(cluster.likely.max())

    def cams(self, patches: Floats) -> Floats:
        return np.stack([cv2.resize(patch, (30, 30), interpolation=cv2.INTER_AREA) for patch in patches])


def mammogram(flipped: bool) -> Mammogram:
    picture = np.zeros((700, 560), np.float32)
    cv2.ellipse(picture, (0, 350), (420, 300), 0, 0, 360, 0.4, -1)
    cv2.circle(picture, SPOT, 4, 1.0, -1)
    turned = np.ascontiguousarray(picture[:, ::-1]) if flipped else picture
    return Mammogram(turned, spacing_mm=(0.1, 0.1), grey_levels=256)


@pytest.mark.parametrize("flipped", [False, True])
@pytest.mark.parametrize("method", METHODS)
def test_the_spot_of_a_cluster_is_where_its_map_is_strongest(method: str, flipped: bool) -> None:
    image = mammogram(flipped)
    prepared = preprocess(image, Recipe(clahe_clip=0))
    outline = OUTLINE * (-1, 1) + (560, 0) if flipped else OUTLINE
    cluster = Finding(Kind.CALCIFICATION_CLUSTER, Box.around(outline), 0.8, outline)
    ours = dataclasses.replace(models(Boxes([], [])), microcalcification=Whitest())
    map_ = heatmap(image, prepared, [cluster], ours, "microcalcification", method, 1)
    y, x = np.unravel_index(map_.argmax(), map_.shape)
    assert x == pytest.approx(560 - SPOT[0] if flipped else SPOT[0], abs=12)
    assert y == pytest.approx(SPOT[1], abs=12)
    assert not map_[:200].any()  # beyond 3 mm around the cluster nothing was asked


class SumOfEach:
    """A sheet of 2 x 2 patches of 4 pixels: the map of each patch is the patch at half its size."""

    def __call__(self, *inputs: Floats) -> tuple[Floats, ...]:
        raise AssertionError("only its map is asked for")

    def cam(self, *inputs: Floats) -> Floats:
        return np.asarray(inputs[0].reshape(1, 4, 2, 4, 2, 1).mean(axis=(2, 4)), np.float32)


def test_maps_of_a_sheet_come_back_patch_by_patch_also_from_a_sheet_that_is_not_full() -> None:
    card = Card(
        name="c", task="microcalcification", preset="compact", architecture="", version="", file="c", sha256="",
        data_licence="", input={"patch": 4, "spacing_mm": 0.1, "height": 8, "width": 8},
    )  # fmt: skip
    patches = np.arange(6 * 16, dtype=np.float32).reshape(6, 4, 4)
    found = SheetCommittee(SumOfEach(), card).cams(patches)
    assert found.shape == (6, 2, 2)
    np.testing.assert_allclose(found, patches.reshape(6, 2, 2, 2, 2).mean(axis=(2, 4)))
