"""The game itself, on networks that point where they were told to."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, cast

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("tensorflow")

from pipeline.finding import Calcifications, Finding, Kind
from pipeline.geometry import Box
from pipeline.mammogram import Mammogram
from pipeline.models import Models
from pipeline.preprocess import Recipe, preprocess
from tests.pipeline.stubs import Boxes, breast_with_disc, models
from training.phantom import draw_phantom
from training.phantom.density import glandular_share
from training.pointing_game import Case, hits, lesions_truth, likeness, numbers, shots_at

Floats = NDArray[np.float32]
AROUND = np.array([[70.0, 170.0], [130.0, 170.0], [130.0, 230.0], [70.0, 230.0]])


@dataclass
class Points:
    """Its map is the bright places, or with `sign` -1 all others."""

    sign: float = 1
    height: int = 96
    width: int = 64

    def logits(self, *pictures: Floats) -> Floats:
        return np.array([1.0], np.float32)

    def cam(self, *pictures: Floats) -> Floats:
        bright = cv2.GaussianBlur((pictures[0] > 0.7).astype(np.float32), (0, 0), 2)
        return np.asarray(self.sign * bright[..., None], np.float32)


def case() -> Case:
    mammogram = Mammogram(breast_with_disc(), grey_levels=256)
    mass = Finding(Kind.MASS, Box.around(AROUND), 1.0, AROUND)
    return Case("p", mammogram, preprocess(mammogram, Recipe(clahe_clip=0)), (mass,))


def pointing(sign: float) -> Models:
    return dataclasses.replace(models(Boxes([], [])), cancer=cast(Any, Points(sign)))


def test_a_map_that_is_strongest_in_the_mass_hits_and_one_that_is_not_misses() -> None:
    (hit,) = shots_at(case(), "cancer", "gradcam", pointing(1), pointing(-1))
    (miss,) = shots_at(case(), "cancer", "gradcam", pointing(-1), pointing(1))
    assert (hit.hit, miss.hit) == (True, False)
    assert 0.02 < hit.chance < 0.15  # the mass's share of the breast
    assert hit.likeness < 0.1


def test_a_network_that_is_not_there_takes_no_shot() -> None:
    assert list(shots_at(case(), "cancer", "gradcam", models(Boxes([], [])), pointing(1))) == []


def test_networks_of_a_finding_are_asked_about_the_findings_they_judge() -> None:
    cluster = Finding(Kind.CALCIFICATION_CLUSTER, Box(0, 0, 9, 9), 1.0, AROUND)
    both = dataclasses.replace(case(), findings=(cluster, *case().findings))
    assert [list(numbers(both, name)) for name in ("pathology", "microcalcification", "masking")] == [[2], [1], [None]]


def test_the_truth_of_a_cluster_is_a_millimetre_around_its_spots() -> None:
    mammogram = Mammogram(breast_with_disc(), spacing_mm=(0.5, 0.5), grey_levels=256)
    spots = Calcifications(np.array([[80.0, 200.0], [110.0, 200.0], [95.0, 220.0]]), None)
    cluster = Finding(Kind.CALCIFICATION_CLUSTER, Box.around(AROUND), 1.0, AROUND, calcifications=spots)
    prepared = preprocess(mammogram, Recipe(clahe_clip=0))
    truth = lesions_truth(Case("p", mammogram, prepared, (cluster,)), 1, prepared.pixels.shape)
    assert truth.sum() == pytest.approx(3 * np.pi * 2**2, abs=6)  # three circles of two pixels


def test_an_empty_map_points_nowhere_and_is_like_nothing() -> None:
    empty, full = np.zeros((4, 4), np.float32), np.eye(4, dtype=np.float32)
    inside = np.ones((4, 4), np.bool_)
    assert not hits(empty, inside, inside)
    assert np.isnan(likeness(empty, full, inside))
    assert likeness(full, full, inside) == pytest.approx(1)


def test_where_a_phantom_is_glandular_it_is_brighter() -> None:
    phantom = draw_phantom(910_002, size=(416, 320), view="MLO", laterality="R", density="C", masses=0, clusters=0)
    share = glandular_share(phantom)
    inside = np.isfinite(share)
    assert not inside[~phantom.breast].any()
    assert inside.sum() < phantom.breast.sum()  # the pectoral muscle is neither
    dense, fat = phantom.pixels[inside & (share > 0.8)].mean(), phantom.pixels[inside & (share < 0.1)].mean()
    assert dense > 1.2 * fat
    assert 20 < 100 * (share[inside] > 0.5).mean() < 90
