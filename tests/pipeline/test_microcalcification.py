"""Clusters in a drawn breast, found by a committee that takes bright patches' brightest cells for calcifications."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.finding import Finding, Kind
from pipeline.geometry import Box, Points
from pipeline.mammogram import Mammogram
from pipeline.microcalcification import caution, hull, merged, microcalcify
from pipeline.preprocess import Recipe, preprocess
from tests.pipeline.stubs import Bright

SPOTS = np.array([[100.0, 180.0], [112.0, 190.0], [104.0, 205.0], [118.0, 214.0]])  # 1 to 4 mm apart
RECIPE = Recipe(clahe_clip=0, vertical_crop=0.0)


def breast(spots: Points, flipped: bool = False, spacing_mm: tuple[float, float] | None = (0.1, 0.1)) -> Mammogram:
    """A half disc of 0.3 on the left, radius 300 about (0, 350), with spots of 0.3 mm."""
    y, x = np.mgrid[:700, :420] + 0.5
    pixels = np.where(np.hypot(x, y - 350) < 300, 0.3, 0.0)
    for column, row in spots:
        pixels += 0.4 * np.exp(-((x - column) ** 2 + (y - row) ** 2) / (2 * 1.5**2))
    picture = np.ascontiguousarray(pixels[:, ::-1] if flipped else pixels, np.float32)
    return Mammogram(picture, spacing_mm=spacing_mm)


def found(mammogram: Mammogram, committee: Bright | None = None) -> tuple[Finding, ...]:
    return microcalcify(mammogram, preprocess(mammogram, RECIPE), committee or Bright())


@pytest.mark.parametrize("flipped", [False, True])
def test_a_cluster_is_found_measured_and_outlined_in_pixels_of_the_sent_image(flipped: bool) -> None:
    (cluster,) = found(breast(SPOTS, flipped))
    true = np.stack([420 - SPOTS[:, 0], SPOTS[:, 1]], axis=1) if flipped else SPOTS
    assert cluster.kind is Kind.CALCIFICATION_CLUSTER
    assert cluster.calcifications is not None
    assert cluster.outline is not None
    assert cluster.calcifications.count == 4
    distances = np.linalg.norm(cluster.calcifications.spots[:, None] - true[None], axis=-1)
    assert distances.min(axis=0).max() <= 1.5
    assert cluster.calcifications.extent_mm == pytest.approx(np.hypot(18, 34) * 0.1, abs=0.3)
    assert cluster.size is not None
    assert cluster.size.long_axis_mm == pytest.approx(cluster.calcifications.extent_mm, abs=0.2)
    assert cluster.confidence == pytest.approx(0.9)
    assert cluster.box == Box.around(cluster.outline)
    assert (cluster.malignant, cluster.second_opinion) == (None, None)


def test_two_groups_far_apart_are_two_clusters_and_two_spots_are_none() -> None:
    other = SPOTS[:3] + (40.0, 250.0)
    assert len(found(breast(np.vstack([SPOTS, other])))) == 2
    assert found(breast(SPOTS[:2])) == ()


@pytest.mark.parametrize("spacing", [0.05, 0.07, 0.14])
def test_size_in_millimetres_does_not_depend_on_the_sampling(spacing: float) -> None:
    y, x = np.mgrid[: round(70 / spacing), : round(42 / spacing)] * spacing + spacing / 2
    pixels = np.where(np.hypot(x, y - 35) < 30, 0.3, 0.0)
    for column, row in SPOTS * 0.1:
        pixels += 0.4 * np.exp(-((x - column) ** 2 + (y - row) ** 2) / (2 * 0.17**2))
    (cluster,) = found(Mammogram(np.asarray(pixels, np.float32), spacing_mm=(spacing, spacing)))
    assert cluster.calcifications is not None
    assert cluster.calcifications.count == 4
    assert cluster.calcifications.extent_mm == pytest.approx(np.hypot(18, 34) * 0.1, abs=0.3)


def test_patches_come_at_the_committees_sampling_and_only_from_the_breast() -> None:
    committee = Bright()
    found(breast(SPOTS), committee)
    (patches,) = committee.seen
    assert patches.shape[1:] == (60, 60)
    assert 0 < len(patches) <= 70  # the breast is 300 x 600 pixels; a patch's own part is 44 x 44, as many are 98
    assert patches.max() <= 1.0


def test_a_likelihood_below_the_cards_makes_no_spot() -> None:
    assert found(breast(SPOTS), Bright(least_spot=0.95)) == ()


def test_without_pixel_spacing_nothing_is_measured_and_it_is_said() -> None:
    y, x = np.mgrid[:1900, :950] + 0.5
    pixels = np.where(np.hypot(x, y - 950) < 900, 0.3, 0.0)
    for column, row in SPOTS:
        pixels += 0.4 * np.exp(-((x - column) ** 2 + (y - row - 600) ** 2) / (2 * 1.5**2))
    image = Mammogram(np.asarray(pixels, np.float32))
    prepared = preprocess(image, RECIPE)
    (warning,) = caution(prepared)
    assert "as if the breast were 21 cm high" in warning
    (cluster,) = microcalcify(image, prepared, Bright())
    assert cluster.calcifications is not None
    assert cluster.calcifications.count == 4
    assert (cluster.calcifications.extent_mm, cluster.size) == (None, None)


def test_a_coarse_image_is_not_searched_and_it_is_said() -> None:
    image = breast(SPOTS, spacing_mm=(0.4, 0.4))
    committee = Bright()
    assert found(image, committee) == ()
    assert committee.seen == []
    (warning,) = caution(preprocess(image, RECIPE))
    assert "too coarse" in warning


def test_nothing_is_said_of_an_image_as_it_should_be() -> None:
    assert caution(preprocess(breast(SPOTS), RECIPE)) == ()


def test_masses_and_clusters_come_together_most_confident_first() -> None:
    def finding(kind: Kind, confidence: float) -> Finding:
        return Finding(kind, Box(0, 0, 1, 1), confidence)

    masses = [finding(Kind.MASS, 0.8), finding(Kind.MASS, 0.5)]
    clusters = [finding(Kind.CALCIFICATION_CLUSTER, 0.9), finding(Kind.CALCIFICATION_CLUSTER, 0.5)]
    both = merged(masses, clusters)
    assert [(one.confidence, one.kind) for one in both] == [
        (0.9, Kind.CALCIFICATION_CLUSTER),
        (0.8, Kind.MASS),
        (0.5, Kind.MASS),
        (0.5, Kind.CALCIFICATION_CLUSTER),
    ]


@given(st.lists(st.tuples(st.floats(0, 500), st.floats(0, 500)), min_size=3, max_size=12), st.floats(0.5, 5))
def test_the_outline_holds_every_spot(places: list[tuple[float, float]], margin: float) -> None:
    points = np.array(places)
    outline = hull(points, margin)
    nearest = [min(np.linalg.norm(corner - point) for corner in outline) for point in points]
    box, spots = Box.around(outline), Box.around(points)
    assert (box.x, box.y) == pytest.approx((spots.x - margin, spots.y - margin), abs=1e-3)
    assert (box.right, box.bottom) == pytest.approx((spots.right + margin, spots.bottom + margin), abs=1e-3)
    assert len(nearest) == len(points)
