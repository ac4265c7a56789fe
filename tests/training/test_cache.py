"""Preparing is paid once, and what was prepared depends on image and recipe."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline.preprocess import Recipe, preprocess
from training.cache import prepared, scaled_to
from training.datasets.base import Example
from training.datasets.phantoms import phantoms


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> list[Example]:
    return phantoms(tmp_path_factory.mktemp("phantoms"), 2, size=(208, 160))


def test_images_come_in_order_at_most_so_large_with_the_way_back(drawn: list[Example], tmp_path: Path) -> None:
    found = prepared(drawn, Recipe(), 120, tmp_path)
    assert [item.example.image_id for item in found] == [example.image_id for example in drawn]
    for item in found:
        whole = preprocess(item.example.load(), Recipe())
        assert max(item.pixels.shape) == 120
        assert np.array_equal(item.pixels, scaled_to(whole.pixels, 120))
        rows, columns = item.pixels.shape
        corner = item.transform.points_to_acquired(np.array([[columns, rows]], np.float64))
        expected = whole.transform.points_to_acquired(np.array([whole.pixels.shape[::-1]], np.float64))
        assert corner == pytest.approx(expected, abs=1e-9)


def test_a_second_time_nothing_is_written(drawn: list[Example], tmp_path: Path) -> None:
    first = prepared(drawn, Recipe(), 120, tmp_path)
    written = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    again = prepared(drawn, Recipe(), 120, tmp_path)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == written
    assert all(np.array_equal(a.pixels, b.pixels) for a, b in zip(first, again, strict=True))
    assert [item.transform for item in again] == [item.transform for item in first]


def test_another_recipe_or_size_is_prepared_anew(drawn: list[Example], tmp_path: Path) -> None:
    (one,) = prepared(drawn[:1], Recipe(), 120, tmp_path)
    (other,) = prepared(drawn[:1], replace(Recipe(), clahe_clip=0.0), 120, tmp_path)
    (smaller,) = prepared(drawn[:1], Recipe(), 60, tmp_path)
    assert not np.array_equal(one.pixels, other.pixels)
    assert max(smaller.pixels.shape) == 60
    assert len(list(tmp_path.glob("*.png"))) == 3


def test_a_picture_without_a_breast_is_left_out_and_named(
    drawn: list[Example], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    speck = np.zeros((96, 96), np.uint8)
    speck[40:42, 40:42] = 200
    cv2.imwrite(str(tmp_path / "speck.png"), speck)
    lost = Example("set", "speck", "nobody", tmp_path / "speck.png")
    found = prepared([lost, *drawn], Recipe(), 120, tmp_path / "cache")
    assert [item.example.image_id for item in found] == [example.image_id for example in drawn]
    assert "left out: set speck" in capsys.readouterr().out


def test_a_terminal_sees_how_far_it_is_and_a_log_does_not(
    drawn: list[Example], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    quiet = prepared(drawn, Recipe(), 120, tmp_path)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    shown = prepared(drawn, Recipe(), 120, tmp_path)
    lines = capsys.readouterr().err
    assert lines.endswith("] 2/2\n")
    assert "\rpreparing [####################                    ] 1/2" in lines
    assert all(np.array_equal(a.pixels, b.pixels) for a, b in zip(quiet, shown, strict=True))


def test_smaller_images_keep_their_size() -> None:
    pixels = np.zeros((30, 20), np.uint8)
    assert scaled_to(pixels, 64).shape == (30, 20)
    assert scaled_to(np.zeros((1000, 3), np.uint8), 100).shape == (100, 1)
