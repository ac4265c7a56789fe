"""What the detector is shown and told: shares, boxes on their masses, targets that decode to them."""

from __future__ import annotations

import numpy as np
import pytest

from models.boxes import AnchorGrid, decode, iou
from pipeline.geometry import Box
from tests.training.pictures import CALM, circle, disc, prepared_example
from training.augment import Grey
from training.datasets.base import MassTruth
from training.detector_data import Pools, Scene, augmented, batch, labelled, patches_of, scene_of

ANCHORS = AnchorGrid(3, 6, 3, (1.0,), 3.0).boxes(192, 128)
WITH = Scene(disc(192, 128, (60, 80), 15), (circle(60, 80, 15),))
WITHOUT = Scene(np.full((192, 128), 90, np.uint8), ())


def bright_box(image: Grey) -> Box:
    y, x = np.nonzero(image > 140)
    return Box.from_corners(float(x.min()), float(y.min()), float(x.max() + 1), float(y.max() + 1))


def test_a_scene_takes_the_contour_or_an_ellipse_in_the_box() -> None:
    outline = circle(50, 60, 10)
    scene = scene_of(prepared_example(WITH.pixels, MassTruth(Box(0, 0, 1, 1), outline), MassTruth(Box(20, 30, 40, 10))))
    first, second = scene.outlines
    assert first == pytest.approx(outline)
    box = Box.around(second)
    assert (box.x, box.y, box.width, box.height) == pytest.approx((20, 30, 40, 10))


@pytest.mark.parametrize("seed", range(5))
def test_boxes_lie_around_the_masses_of_the_changed_picture(seed: int) -> None:
    image, (box,) = augmented(np.random.default_rng(seed), WITH, 192, 128, CALM)
    seen = bright_box(image)
    assert (box.x, box.y, box.right, box.bottom) == pytest.approx((seen.x, seen.y, seen.right, seen.bottom), abs=2.5)


def test_targets_decode_to_the_boxes() -> None:
    boxes = [Box(20, 30, 30, 34), Box(80, 120, 26, 20)]
    classes, codes, class_weights, box_weights = labelled(ANCHORS, boxes)
    mass = classes == 0
    decoded = decode(codes[mass], ANCHORS[mass])
    truth = np.array([(box.y, box.x, box.bottom, box.right) for box in boxes], np.float32)
    assert iou(decoded, truth).max(axis=1) == pytest.approx(np.ones(mass.sum()), abs=1e-4)
    assert set(iou(decoded, truth).argmax(axis=1)) == {0, 1}
    assert np.array_equal(box_weights, mass)
    assert set(np.unique(classes)) == {-1, 0}
    assert (codes[~mass] == 0).all()
    neither = class_weights == 0
    assert neither.any()
    best = iou(ANCHORS, truth).max(axis=1)
    assert ((best[neither] >= 0.4) & (best[neither] < 0.5)).all()


def test_an_image_without_a_mass_teaches_background_only() -> None:
    classes, _, class_weights, box_weights = labelled(ANCHORS, [])
    assert (classes == -1).all()
    assert (class_weights == 1).all()
    assert (box_weights == 0).all()


def test_a_batch_has_its_shares_and_is_drawn_by_the_seed_alone() -> None:
    pools = Pools(((WITH,), (WITHOUT,)), (2, 3), ())
    one, again = (batch(np.random.default_rng(4), pools, ANCHORS, 192, 128) for _ in range(2))
    assert one.images.shape == (5, 192, 128, 1)
    assert one.images.dtype == np.float32
    assert 0 <= one.images.min() <= one.images.max() <= 1
    assert one.codes.shape == (5, len(ANCHORS), 4)
    has_mass = (one.classes == 0).any(axis=1)
    assert has_mass.tolist() == [True, True, False, False, False]
    for name in ("images", "classes", "codes", "class_weights", "box_weights"):
        assert np.array_equal(getattr(one, name), getattr(again, name))


@pytest.mark.parametrize(("chance", "least", "most"), [(0.0, 0, 0), (1.0, 20, 20), (0.5, 4, 16)])
def test_masses_are_set_into_breasts_without_one(chance: float, least: int, most: int) -> None:
    pools = Pools(((WITHOUT,),), (20,), patches_of([WITH]), chance)
    targets = batch(np.random.default_rng(1), pools, ANCHORS, 192, 128)
    assert least <= int((targets.classes == 0).any(axis=1).sum()) <= most
