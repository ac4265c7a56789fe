from __future__ import annotations

import numpy as np
import pytest

from pipeline.colours import FROM, coloured, eight_bit, lookup_table


def test_the_colours_are_viridis() -> None:
    matplotlib = pytest.importorskip("matplotlib")
    reference = matplotlib.colormaps["viridis"](np.arange(256))[:, :3] * 255
    assert np.abs(lookup_table() - reference).max() < 6  # of 255


def test_they_grow_lighter_all_the_way_so_they_read_without_colour() -> None:
    lightness = lookup_table() @ np.array([0.2126, 0.7152, 0.0722])
    assert (np.diff(lightness[::5]) > 0).all()  # in steps that rounding cannot turn round


def test_what_is_low_is_clear_and_what_is_high_as_opaque_as_asked() -> None:
    levels = np.array([[0, int(FROM * 255), 255]], np.uint8)
    shown = coloured(levels, 0.5)
    assert shown[0, :, 3].tolist() == [0, 0, 128]
    assert shown[0, 2, :3].tolist() == [253, 231, 37]  # red first
    assert not coloured(levels, 0.0).any()


def test_numbers_become_levels_by_rounding() -> None:
    assert eight_bit(np.array([[0, 0.5, 1, 2, -1]], np.float32)).tolist() == [[0, 128, 255, 255, 0]]
