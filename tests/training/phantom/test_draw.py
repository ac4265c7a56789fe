from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import pytest

from pipeline.finding import Kind
from pipeline.geometry import Box
from pipeline.mammogram import Laterality
from tests.training.phantom.measure import SMALL, TINY, contrast, inside
from training.phantom import Density, Phantom, draw_phantom
from training.phantom.values import ViewPosition

SEEDS = range(8)


@pytest.fixture(scope="module")
def phantoms() -> list[Phantom]:
    return [draw_phantom(seed, size=SMALL, masses=1, clusters=1) for seed in SEEDS]


def test_the_same_seed_gives_the_same_phantom_and_another_seed_another() -> None:
    first, again, other = (draw_phantom(seed, size=TINY) for seed in (4, 4, 5))
    assert np.array_equal(first.pixels, again.pixels)
    assert [lesion.box for lesion in first.lesions] == [lesion.box for lesion in again.lesions]
    assert not np.array_equal(first.pixels, other.pixels)


def test_a_phantom_fills_its_bits_but_never_more() -> None:
    for bits in (12, 14):
        phantom = draw_phantom(1, size=TINY, bits=bits)
        assert phantom.pixels.dtype == np.uint16
        assert phantom.pixels.max() == phantom.white == 2**bits - 1  # the label is white
        assert phantom.pixels.min() == 0


def test_air_is_zero_and_the_breast_is_not() -> None:
    phantom = draw_phantom(2, size=SMALL, view="CC", burnt_in=False)
    far = cv2.distanceTransform((~phantom.breast).astype(np.uint8), cv2.DIST_L2, 5) > 3
    assert phantom.pixels[phantom.breast].min() > 0
    assert phantom.pixels[far].max() == 0
    assert 0.08 < phantom.breast.mean() < 0.6


@pytest.mark.parametrize("view", ["CC", "MLO"])
def test_the_chest_wall_is_on_the_side_that_laterality_says(view: ViewPosition) -> None:
    left = draw_phantom(3, size=TINY, view=view, laterality="L", burnt_in=False)
    right = draw_phantom(3, size=TINY, view=view, laterality=Laterality.RIGHT, burnt_in=False)
    assert left.breast[:, 0].sum() > 50
    assert left.breast[:, -1].sum() == 0
    assert np.array_equal(left.breast, right.breast[:, ::-1])


def test_a_smaller_phantom_is_a_coarser_picture_of_the_same_breast() -> None:
    large, small = (draw_phantom(8, size=size, masses=1, burnt_in=False) for size in ((1664, 1280), SMALL))
    reduced = cv2.resize(large.pixels.astype(np.float32), SMALL[::-1], interpolation=cv2.INTER_AREA)
    seen = small.breast
    assert np.corrcoef(reduced[seen], small.pixels[seen])[0, 1] > 0.97
    assert small.spacing_mm == pytest.approx((0.34, 0.34))
    assert large.lesions[0].box.x / 2 == pytest.approx(small.lesions[0].box.x)


def test_any_size_is_drawn_with_square_pixels_and_nothing_cut_off() -> None:
    for size in ((300, 300), (256, 128), (128, 256)):
        phantom = draw_phantom(6, size=size, view="CC", laterality="L", burnt_in=False)
        assert phantom.pixels.shape == size
        assert phantom.spacing_mm[0] == phantom.spacing_mm[1]
        assert not phantom.breast[:, -1].any()


def test_one_lesion_more_changes_nothing_away_from_it() -> None:
    with_mass, without = (draw_phantom(9, size=SMALL, masses=n, clusters=0, malignant=False) for n in (1, 0))
    (mass,) = with_mass.lesions
    changed = with_mass.pixels.astype(int) - without.pixels
    near = mass.box.with_margin(1.5)
    rows, columns = np.nonzero(changed)
    assert near.x < columns.min()
    assert columns.max() < near.right
    assert near.y < rows.min()
    assert rows.max() < near.bottom
    assert changed[inside(mass.outline, changed.shape)].min() > 0
    assert changed.min() >= 0


def test_lesions_lie_inside_the_breast_and_their_boxes_bound_their_outlines(phantoms: list[Phantom]) -> None:
    for phantom in phantoms:
        assert len(phantom.lesions) == 2
        for lesion in phantom.lesions:
            assert phantom.breast[inside(lesion.outline, phantom.pixels.shape)].all()
            assert lesion.box == Box.around(lesion.outline)
            low, high = lesion.outline.min(axis=0), lesion.outline.max(axis=0)
            assert low.min() > 0
            assert (high < (phantom.columns, phantom.rows)).all()


def test_masses_are_brighter_than_what_is_around_them(phantoms: list[Phantom]) -> None:
    masses = [(phantom, lesion) for phantom in phantoms for lesion in phantom.lesions if lesion.kind is Kind.MASS]
    seen = np.array([contrast(phantom, mass) for phantom, mass in masses])
    assert (seen > 0.03).all()
    assert 0.06 < seen.mean() < 0.3


def test_masses_have_the_size_they_say(phantoms: list[Phantom]) -> None:
    for phantom in phantoms:
        mass = phantom.lesions[0]
        assert 5.0 <= mass.diameter_mm <= 30.0
        area_mm2 = inside(mass.outline, phantom.pixels.shape).sum() * phantom.spacing_mm[0] ** 2
        assert np.sqrt(area_mm2 * 4 / np.pi) == pytest.approx(mass.diameter_mm, rel=0.25)


def test_every_calcification_of_a_cluster_is_a_bright_spot_where_the_truth_says() -> None:
    shown, without = (draw_phantom(11, size=(1664, 1280), masses=0, clusters=n, laterality="R") for n in (1, 0))
    (cluster,) = shown.lesions
    assert cluster.spots is not None
    assert 5 <= len(cluster.spots) <= 25
    added = shown.pixels.astype(int) - without.pixels
    for x, y, diameter in cluster.spots:
        assert 0.1 <= diameter * shown.spacing_mm[0] <= 0.601
        assert added[int(y), int(x)] > 60
    assert (added > 60).sum() < 40 * len(cluster.spots)  # spots, not a patch
    assert cluster.diameter_mm < 14


def test_denser_breasts_have_more_glandular_tissue_and_look_it() -> None:
    drawn = [
        [draw_phantom(seed, size=TINY, density=density, masses=0, clusters=0, view="CC") for seed in range(3)]
        for density in Density
    ]
    shares = [[phantom.percent_density for phantom in group] for group in drawn]
    assert max(shares[0]) < 25
    assert min(shares[3]) > 75
    assert all(max(low) < min(high) for low, high in pairwise(shares))
    brightness = [np.mean([p.pixels[p.breast].mean() / p.white for p in group]) for group in drawn]
    assert brightness == sorted(brightness)


def test_the_pectoral_muscle_is_bright_in_the_upper_corner_of_oblique_views() -> None:
    for seed in range(4):
        view = draw_phantom(seed, size=SMALL, view="MLO", laterality="L", density="A", masses=0, clusters=0)
        corner = view.pixels[20:60, 5:25].mean()
        fat = view.pixels[20:60][view.breast[20:60]].min()
        breast = np.median(view.pixels[view.breast])
        assert corner > 1.2 * breast > fat


def test_the_label_is_burnt_in_outside_the_breast_only_when_asked() -> None:
    views: tuple[ViewPosition, ...] = ("CC", "MLO")
    for view in views:
        shown, bare = (draw_phantom(13, size=SMALL, view=view, burnt_in=burnt) for burnt in (True, False))
        label = shown.pixels != bare.pixels
        assert label.sum() > 500
        assert not (label & shown.breast).any()


def test_views_of_one_patient_share_density_and_the_kinds_of_lesions() -> None:
    cc = draw_phantom(1, size=TINY, patient=77, laterality="L", view="CC", masses=1)
    mlo = draw_phantom(2, size=TINY, patient=77, laterality="L", view="MLO", masses=1)
    assert cc.density == mlo.density
    assert cc.lesions[0].diameter_mm == mlo.lesions[0].diameter_mm
    assert cc.lesions[0].malignant == mlo.lesions[0].malignant
    assert not np.array_equal(cc.pixels, mlo.pixels)


def test_a_size_too_small_or_other_bits_are_refused() -> None:
    with pytest.raises(ValueError, match="64 x 64"):
        draw_phantom(1, size=(32, 32))
    with pytest.raises(ValueError, match="12 or 14"):
        draw_phantom(1, size=TINY, bits=16)
