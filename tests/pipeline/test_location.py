from __future__ import annotations

import cv2
import numpy as np
import pytest

from pipeline.geometry import Box
from pipeline.location import Breast, Depth, Location, Region, breast_in, describe
from pipeline.mammogram import Laterality
from pipeline.read import read
from training.phantom.dicom import dicom_bytes
from training.phantom.draw import draw_phantom

L, R = Laterality.LEFT, Laterality.RIGHT
ON_THE_LEFT = Breast(Box(0, 100, 600, 1000), chest_wall_right=False, nipple=(600.0, 500.0))
ON_THE_RIGHT = Breast(Box(200, 100, 600, 1000), chest_wall_right=True, nipple=(200.0, 500.0))


def at(x: float, y: float) -> Box:
    return Box(x - 10, y - 10, 20, 20)


@pytest.mark.parametrize(("x", "depth"), [(590, Depth.ANTERIOR), (300, Depth.MIDDLE), (50, Depth.POSTERIOR)])
def test_depth_counts_in_thirds_from_the_nipple_to_the_chest_wall(x: float, depth: Depth) -> None:
    assert describe(at(x, 500), ON_THE_LEFT).depth is depth
    assert describe(at(800 - x, 500), ON_THE_RIGHT).depth is depth


@pytest.mark.parametrize(
    ("view", "y", "region"),
    [
        ("CC", 200, Region.OUTER),
        ("CC", 900, Region.INNER),
        ("CC", 550, Region.CENTRAL),
        ("XCCL", 200, Region.OUTER),
        ("MLO", 200, Region.UPPER),
        ("MLO", 900, Region.LOWER),
        ("ML", 900, Region.LOWER),
        ("SIO", 900, None),
        (None, 900, None),
    ],
)
def test_a_view_tells_one_direction_or_none(view: str | None, y: float, region: Region | None) -> None:
    found = describe(at(300, y), ON_THE_LEFT, L, view)
    assert found.region is region
    assert found.assumed is (region not in (None, Region.CENTRAL))  # without Patient Orientation it is a convention


@pytest.mark.parametrize(
    ("side", "view", "orientation", "top"),
    [
        (L, "CC", ("A", "R"), Region.OUTER),
        (L, "CC", ("P", "L"), Region.INNER),  # turned by half a circle
        (R, "CC", ("P", "L"), Region.OUTER),
        (R, "CC", ("A", "R"), Region.INNER),
        (L, "MLO", ("A", "FR"), Region.UPPER),
        (L, "MLO", ("P", "HL"), Region.LOWER),
        (R, "MLO", ("P", "FL"), Region.UPPER),
    ],
)
def test_patient_orientation_tells_what_the_upper_edge_is(
    side: Laterality, view: str, orientation: tuple[str, str], top: Region
) -> None:
    found = describe(at(300, 150), ON_THE_LEFT, side, view, orientation=orientation)
    assert (found.region, found.assumed) == (top, False)


def test_the_distance_from_the_nipple_uses_the_spacing_of_both_directions() -> None:
    assert describe(at(300, 900), ON_THE_LEFT, spacing_mm=(0.05, 0.1)).nipple_mm == pytest.approx(np.hypot(30, 20))
    assert describe(at(300, 900), ON_THE_LEFT).nipple_mm is None


def test_a_location_reads_as_a_radiologist_would_say_it() -> None:
    words = Location(L, Region.OUTER, Depth.MIDDLE, 34.4, False).words()
    assert words == "left breast, outer half, middle third, about 34 mm from nipple"
    assert Location(None, None, Depth.ANTERIOR, None, False).words() == "breast (side unknown), anterior third"
    assert Location(R, Region.CENTRAL, Depth.POSTERIOR, None, False).words() == "right breast, central, posterior third"


@pytest.mark.parametrize("mirrored", [False, True])
def test_the_breast_is_found_with_its_nipple_and_chest_wall(mirrored: bool) -> None:
    picture = np.zeros((800, 600), np.float32)
    cv2.ellipse(picture, (0, 500), (400, 250), 0, -90, 90, 0.6, -1)
    found = breast_in(np.ascontiguousarray(picture[:, ::-1]) if mirrored else picture)
    x, y = found.nipple
    assert found.chest_wall_right is mirrored
    assert (600 - x if mirrored else x) == pytest.approx(400, abs=15)
    assert y == pytest.approx(500, abs=15)


@pytest.mark.parametrize("side", [L, R])
def test_a_drawn_mammogram_has_its_nipple_away_from_the_chest_wall(side: Laterality) -> None:
    found = breast_in(read(dicom_bytes(draw_phantom(3, size=(640, 512), view="CC", laterality=side))).pixels)
    assert found.chest_wall_right is (side is R)  # as the phantom draws it, and as mammograms are hung
    assert found.depth(found.nipple[0]) == 0.0
    assert describe(at(*found.nipple), found, side, "CC").depth is Depth.ANTERIOR
