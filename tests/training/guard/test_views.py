"""What the guard is taught on: strangers, other pictures, and mammograms as somebody might send them."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("keras")

from training.datasets.layout import WrongLayout
from training.datasets.others import others
from training.guard_views import (
    LONGEST,
    OF_MAMMOGRAMS,
    OF_OTHERS,
    View,
    cropped,
    mammogram_view,
    negative,
    other_view,
    squashed,
    variants,
)
from training.phantom import draw_phantom
from training.phantom.others import ct_slice, encoded, photo
from training.phantom.strangers import KINDS, draw_stranger


@pytest.mark.parametrize("kind", KINDS)
def test_a_stranger_is_the_same_for_the_same_seed_and_another_for_another(kind: str) -> None:
    first = draw_stranger(kind, 1)
    assert first.dtype == np.uint8
    assert min(first.shape) >= 200
    assert np.array_equal(first, draw_stranger(kind, 1))
    other = draw_stranger(kind, 2)
    assert first.shape != other.shape or not np.array_equal(first, other)


def test_other_pictures_are_read_source_by_source_whatever_they_are(tmp_path: Path) -> None:
    ramp = np.tile(np.arange(0, 200, 2, dtype=np.uint8), (90, 1))
    for name, content in {
        "ct/1.dcm": ct_slice(),
        "photos/a/hills.png": photo(),
        "photos/grey.png": encoded(ramp, "png"),
        "photos/icon.png": encoded(ramp[:20, :20], "png"),
        "photos/broken.jpg": b"\xff\xd8\xff nothing",
        "photos/notes.txt": b"no picture",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    found = {picture.path.name: picture for picture in others(tmp_path)}
    assert [picture.source for picture in found.values()] == ["ct"] + ["photos"] * 4
    assert found["1.dcm"].unit == ("others", "ct")
    scan, hills, grey = (found[name].load() for name in ("1.dcm", "hills.png", "grey.png"))
    assert scan is not None
    assert hills is not None
    assert grey is not None
    assert (scan[0].shape, scan[1], hills[0].shape, hills[1], grey[1]) == ((512, 512), False, (480, 640), False, True)
    assert (float(hills[0].min()), float(hills[0].max())) == (0, 1)
    assert found["broken.jpg"].load() is None


def test_of_a_large_source_only_so_many_are_taken_evenly(tmp_path: Path) -> None:
    for i in range(9):
        path = tmp_path / "many" / f"{i}.png"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(encoded(np.full((70, 70), i, np.uint8), "png"))
    assert [picture.path.stem for picture in others(tmp_path, most=3)] == ["0", "4", "8"]


def test_without_a_folder_of_sources_what_was_expected_is_said(tmp_path: Path) -> None:
    with pytest.raises(WrongLayout, match="one a source"):
        list(others(tmp_path / "absent"))


def breast() -> View:
    drawn = draw_phantom(3, size=(832, 640), burnt_in=False)
    return mammogram_view((drawn.pixels / 4095).astype(np.float32), "inbreast")


def test_what_a_data_set_tells_of_its_look_is_known_and_no_more() -> None:
    pixels = np.zeros((1000, 800), np.float32)
    assert mammogram_view(pixels, "mini_mias").truth["film"]
    assert mammogram_view(pixels, "rsna_subset").truth["squashed"]
    assert "cropped" not in mammogram_view(pixels, "cdd_cesm_cc").truth
    assert max(mammogram_view(pixels, "inbreast").pixels.shape) == LONGEST


def test_a_change_says_what_it_did() -> None:
    rng, view = np.random.default_rng(0), breast()
    turned = negative(view, rng)
    assert turned.truth["negative"]
    assert np.allclose(turned.pixels, 1 - view.pixels)
    flat = squashed(view, rng)
    assert flat.truth["squashed"]
    was, now = (one.pixels.shape[0] / one.pixels.shape[1] for one in (view, flat))
    assert max(was / now, now / was) > 1.3
    part = cropped(view, rng)
    assert part.truth["cropped"]
    assert part.pixels.size < 0.7 * view.pixels.size


def test_other_pictures_stay_other_pictures_however_they_are_changed() -> None:
    view = other_view((draw_stranger("hand", 1) / 255).astype(np.float32))
    changed = variants(view, OF_OTHERS, 12, np.random.default_rng(1))
    assert len(changed) == 13
    assert all(one.truth == {"mammogram": False} for one in changed)
    assert len({one.how for one in changed}) > 3


def test_every_change_leaves_a_picture() -> None:
    rng, view = np.random.default_rng(2), breast()
    for change in OF_MAMMOGRAMS * 3:
        pixels = change(view, rng).pixels
        assert pixels.dtype == np.float32
        assert max(pixels.shape) <= LONGEST + 2
        assert pixels.min() >= 0
        assert pixels.max() <= 1
        assert cv2.mean(pixels)[0] > 0
