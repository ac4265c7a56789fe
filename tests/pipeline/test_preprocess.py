"""One way from a mammogram to what a network sees, whatever the file and whichever the breast."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, replace
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.errors import UnsupportedImage
from pipeline.mammogram import Laterality, Mammogram
from pipeline.preprocess import Prepared, Recipe, preprocess
from pipeline.read import read
from training.phantom import Phantom, draw_phantom
from training.phantom.dicom import dicom_bytes
from training.phantom.truth import png_bytes

SIZE = (416, 320)
PLAIN = Recipe(clahe_clip=0)


def phantom(laterality: Laterality = Laterality.LEFT, burnt_in: bool = False, size: tuple[int, int] = SIZE) -> Phantom:
    return draw_phantom(5, size=size, view="CC", laterality=laterality, masses=1, clusters=0, burnt_in=burnt_in)


def mammogram(drawn: Phantom) -> Mammogram:
    return mammogram_of(drawn.pixels / np.float32(drawn.white))


def mammogram_of(pixels: NDArray[np.floating[Any]]) -> Mammogram:
    return Mammogram(np.array(pixels, np.float32))


def half_disc(value: int, background: int = 0) -> NDArray[np.uint16]:
    """A breast of one grey value, chest wall on the left."""
    picture = np.full((200, 160), background, np.uint16)
    cv2.ellipse(picture, (0, 100), (110, 80), 0, 0, 360, value, -1)
    return picture


def common(a: Prepared, b: Prepared) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """What both show, counted from the chest wall and the top."""
    rows, columns = np.minimum(a.pixels.shape, b.pixels.shape)
    return a.pixels[:rows, :columns].astype(np.int64), b.pixels[:rows, :columns].astype(np.int64)


@pytest.mark.parametrize("side", list(Laterality))
def test_the_chest_wall_ends_on_the_left(side: Laterality) -> None:
    prepared = preprocess(mammogram(phantom(side)), Recipe())
    assert prepared.transform.flipped is (side is Laterality.RIGHT)
    assert (prepared.pixels[:, 0] > 0).mean() > 0.8
    assert (prepared.pixels[:, -1] > 0).mean() < 0.2


def test_a_mirrored_image_is_prepared_alike() -> None:
    """To a grey level inside, and to the pixel by which the search on a small copy may miss the skin."""
    pixels = phantom(size=(832, 642)).pixels / np.float32(4095)
    for recipe, tolerance in ((PLAIN, 0), (Recipe(), 2)):
        one, other = preprocess(mammogram_of(pixels), recipe), preprocess(mammogram_of(pixels[:, ::-1]), recipe)
        assert other.transform.flipped
        assert other.pixels.shape == pytest.approx(one.pixels.shape, abs=2)
        a, b = common(one, other)
        seen = (a > 0) & (b > 0)
        assert seen.sum() > 0.999 * (a > 0).sum()
        assert np.abs(a - b)[seen].max() <= tolerance


@pytest.mark.parametrize("side", list(Laterality))
def test_a_lesion_lies_where_the_transform_says_and_comes_back_exactly(side: Laterality) -> None:
    drawn = phantom(side)
    acquired, prepared = mammogram(drawn), preprocess(mammogram(drawn), PLAIN)
    (lesion,) = drawn.lesions
    there = prepared.transform.to_prepared(lesion.box)
    assert astuple(prepared.transform.to_acquired(there)) == pytest.approx(astuple(lesion.box), abs=1e-9)
    inner = there.with_margin(-0.2)
    x0, y0, x1, y1 = round(inner.x), round(inner.y), round(inner.right), round(inner.bottom)
    corners = prepared.transform.points_to_acquired(np.array([[x0, y0], [x1, y1]], np.float64))
    (left, top), (right, bottom) = np.sort(corners, axis=0).astype(int)
    sent = acquired.pixels[top:bottom, left:right][:, :: -1 if prepared.transform.flipped else 1]
    expected = np.floor(sent * 65535 + 0.5).astype(int) >> 8
    assert prepared.pixels[y0:y1, x0:x1].tolist() == expected.tolist()


@pytest.mark.parametrize("value", [65280, 65500, 65535])
def test_the_brightest_values_stay_bright(value: int) -> None:
    """The prototype's 16 to 8 bit conversion wrapped them round to black."""
    data = cv2.imencode(".png", half_disc(value))[1].tobytes()
    for recipe in (PLAIN, Recipe()):
        prepared = preprocess(read(data), recipe)
        assert prepared.pixels[20:140, :60].min() == 255  # well inside the disc


def test_dicom_and_png_of_one_scene_are_prepared_alike() -> None:
    """The prototype prepared them differently. Eight bits lose a little: 1.6 levels of 256 in the mean, 8 at most."""
    drawn = phantom(burnt_in=True)
    dicom, sixteen, eight = (
        preprocess(read(data), Recipe()) for data in (dicom_bytes(drawn), png_bytes(drawn, 16), png_bytes(drawn, 8))
    )
    assert sixteen.transform == dicom.transform
    assert np.array_equal(sixteen.pixels, dicom.pixels)
    assert eight.transform == dicom.transform
    difference = np.abs(eight.pixels.astype(int) - dicom.pixels)
    assert difference.mean() < 2.5
    assert difference.max() <= 12


def test_spacing_comes_along() -> None:
    drawn = replace(mammogram(phantom()), spacing_mm=(0.07, 0.08), magnification=2.0)
    assert preprocess(drawn, PLAIN).spacing_mm == pytest.approx((0.035, 0.04))  # in the plane of the breast
    assert preprocess(mammogram(phantom()), PLAIN).spacing_mm is None


@pytest.mark.parametrize("side", list(Laterality))
def test_a_burnt_in_label_is_gone(side: Laterality) -> None:
    drawn = phantom(side, burnt_in=True)
    label = drawn.pixels > phantom(side).pixels
    assert label.sum() > 50
    prepared = preprocess(mammogram(drawn), Recipe())
    y, x = np.nonzero(label)
    points = np.floor(prepared.transform.points_to_prepared(np.stack([x + 0.5, y + 0.5], axis=1))).astype(int)
    rows, columns = prepared.pixels.shape
    inside = ((points >= 0) & (points < (columns, rows))).all(axis=1)
    assert (prepared.pixels[points[inside, 1], points[inside, 0]] == 0).all()


@pytest.mark.parametrize("what", ["nothing", "even white", "a speck"])
def test_a_picture_without_a_breast_is_refused(what: str) -> None:
    pixels = np.zeros((200, 160), np.float32)
    if what == "even white":
        pixels[:] = 1
    if what == "a speck":
        pixels[50:60, 50:60] = 1
    with pytest.raises(UnsupportedImage, match="No breast"):
        preprocess(mammogram_of(pixels), Recipe())


@pytest.mark.parametrize("shape", [(64, 90_000), (90_000, 64)])
def test_a_strip_is_refused(shape: tuple[int, int]) -> None:
    pixels = np.zeros(shape, np.float32)
    pixels[: shape[0] // 2, : shape[1] // 2] = 1
    with pytest.raises(UnsupportedImage, match="strip"):
        preprocess(mammogram_of(pixels), Recipe())


def test_without_clahe_grey_values_are_only_scaled() -> None:
    prepared = preprocess(mammogram_of(half_disc(40000) / np.float32(65535)), PLAIN)
    assert set(np.unique(prepared.pixels)) == {0, 40000 >> 8}


def test_clahe_spreads_faint_differences() -> None:
    drawn = mammogram(phantom())
    plain, equalised = preprocess(drawn, PLAIN), preprocess(drawn, Recipe())
    assert plain.transform == equalised.transform
    assert detail(equalised) > 1.2 * detail(plain)


def detail(prepared: Prepared) -> float:
    """Deviation of grey levels from their surroundings', inside the breast."""
    pixels = prepared.pixels.astype(np.float32)
    inside = cv2.erode((prepared.pixels > 0).astype(np.uint8), np.ones((31, 31), np.uint8)) > 0
    return float((pixels - cv2.GaussianBlur(pixels, (0, 0), 4))[inside].std())


def _higher_threshold(plain: Prepared, changed: Prepared) -> bool:
    return int((changed.pixels > 0).sum()) < 0.95 * int((plain.pixels > 0).sum())


def _other_pixels(plain: Prepared, changed: Prepared) -> bool:
    return plain.transform == changed.transform and not np.array_equal(plain.pixels, changed.pixels)


def _cut_lower(plain: Prepared, changed: Prepared) -> bool:
    return changed.transform.top >= round(0.3 * SIZE[0]) > plain.transform.top


@pytest.mark.parametrize(
    ("changed", "shows"),
    [
        ({"vertical_crop": 0.3}, _cut_lower),
        ({"clahe_clip": 6.0}, _other_pixels),
        ({"clahe_tiles": 3}, _other_pixels),
        ({"mask_threshold": 0.5}, _higher_threshold),
    ],
)
def test_every_field_of_the_recipe_matters(
    changed: dict[str, float], shows: Callable[[Prepared, Prepared], bool]
) -> None:
    drawn = replace(mammogram(phantom()), grey_levels=256)  # with more, so small a picture always gets the least clip
    recipe = replace(Recipe(), **changed)  # type: ignore[arg-type]
    assert shows(preprocess(drawn, Recipe()), preprocess(drawn, recipe))


def test_prepared_pixels_cannot_be_changed_by_a_stage() -> None:
    with pytest.raises(ValueError, match="read-only"):
        preprocess(mammogram(phantom()), Recipe()).pixels[0, 0] = 1
