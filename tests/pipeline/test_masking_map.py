"""The masking map on a breast of which one half hides everything."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.mammogram import Mammogram
from pipeline.masking_map import EXPLANATION, designer_nodule, grid_of, masking_map, share_missed
from pipeline.preprocess import Prepared, Recipe, preprocess

Floats = NDArray[np.float32]
RECIPE = Recipe(clahe_clip=0, vertical_crop=0.02)
SPACING_MM = 0.5


@dataclass
class SeesBumps:
    """Marks every place that is brighter than its surroundings, the surer the more it is."""

    height: int = 320
    width: int = 192
    asked: list[Floats] = field(default_factory=list)

    def __call__(self, pixels: Floats) -> tuple[Floats, Floats]:
        self.asked.append(pixels)
        inside = cv2.erode((pixels > 0).astype(np.uint8), np.ones((9, 9), np.uint8))
        bump = (cv2.GaussianBlur(pixels, (0, 0), 3) - cv2.GaussianBlur(pixels, (0, 0), 9)) * inside
        peaks = (bump == cv2.dilate(bump, np.ones((9, 9), np.uint8))) & (bump > 0.01)
        rows, columns = np.nonzero(peaks)
        boxes = np.stack([rows - 6, columns - 6, rows + 7, columns + 7], axis=1)
        return boxes.astype(np.float32), np.clip(bump[rows, columns] / 0.06, 0, 1)


def breast(flipped: bool = False) -> Mammogram:
    """A half disc; above the middle fat at 0.35, below it tissue as white as white can be."""
    picture = np.zeros((400, 320), np.float32)
    cv2.ellipse(picture, (0, 200), (200, 170), 0, 0, 360, 0.35, -1)
    picture[200:][picture[200:] > 0] = 1
    turned = np.ascontiguousarray(picture[:, ::-1]) if flipped else picture
    return Mammogram(turned, spacing_mm=(SPACING_MM, SPACING_MM), grey_levels=256)


def made(mammogram: Mammogram, detector: SeesBumps) -> tuple[Floats, Prepared]:
    prepared = preprocess(mammogram, RECIPE)
    return masking_map(mammogram, prepared, RECIPE, detector), prepared


@pytest.mark.parametrize("flipped", [False, True])
def test_what_hides_masses_is_high_and_what_shows_them_is_low(flipped: bool) -> None:
    mammogram, detector = breast(flipped), SeesBumps()
    map_, _ = made(mammogram, detector)
    middle = slice(-90, -30) if flipped else slice(30, 90)
    assert map_.shape == mammogram.pixels.shape
    assert map_[250:320, middle].min() > 0.9
    assert map_[90:150, middle].max() < 0.3
    far_off = cv2.dilate((mammogram.pixels > 0).astype(np.uint8), np.ones((25, 25), np.uint8)) == 0
    assert not map_[far_off].any()
    assert (map_.min(), map_.max()) == (0, pytest.approx(1, abs=0.05))


def test_masses_are_nine_millimetres_and_far_from_each_other_in_every_copy() -> None:
    detector = SeesBumps()
    mammogram = breast()
    _, prepared = made(mammogram, detector)
    scale = min(detector.height / prepared.pixels.shape[0], detector.width / prepared.pixels.shape[1])
    grid = grid_of((detector.asked[0] > 0).astype(np.float32), 4.5 / SPACING_MM * scale)
    assert 2 * grid.radius * SPACING_MM / scale == pytest.approx(9)
    assert len(detector.asked) == len(np.unique(grid.copy)) <= 16
    for copy in np.unique(grid.copy):
        x, y = grid.x[grid.copy == copy], grid.y[grid.copy == copy]
        apart = np.hypot(x[:, None] - x, y[:, None] - y) + 1e9 * np.eye(len(x))
        assert apart.min() * SPACING_MM / scale > 34


def test_the_image_itself_is_left_alone() -> None:
    mammogram = breast()
    before = mammogram.pixels.copy()
    made(mammogram, SeesBumps())
    np.testing.assert_array_equal(mammogram.pixels, before)


def test_without_pixel_spacing_a_breast_of_usual_height_is_assumed() -> None:
    known, unknown = SeesBumps(), SeesBumps()
    mammogram = breast()
    made(mammogram, known)
    map_, _ = made(Mammogram(mammogram.pixels.copy(), grey_levels=256), unknown)
    assert map_[250:320, 30:90].min() > 0.9
    assert len(unknown.asked) > 4


def test_the_share_is_one_half_at_the_operating_point_and_falls_with_confidence() -> None:
    shares = share_missed(np.array([0.0, 0.3, 0.6, 0.99], np.float32), 0.3)
    assert shares[1] == pytest.approx(0.5)
    assert shares[0] > 0.99
    assert (np.diff(shares) < 0).all()


def test_the_nodule_is_one_in_the_middle_and_nothing_at_its_edge() -> None:
    nodule = designer_nodule(5.0, 6)
    assert nodule[6, 6] == 1
    assert nodule[6, 11] == 0
    assert nodule[6, 8] == pytest.approx((1 - 0.16) ** 1.5)


def test_the_sentence_for_the_page_says_what_it_is_and_what_not() -> None:
    assert "dense tissue could hide a mass here" in EXPLANATION
    assert "No finding" in EXPLANATION
