"""DICOM grey values against numbers worked out by hand from PS3.3 C.11, and against the same scene as PNG."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.sequence import Sequence

from pipeline.dicom_grey import window
from pipeline.errors import UnsupportedImage
from pipeline.read import read
from tests.pipeline.files import Grey, dicom, encoded, levels, lut

FULL_12: dict[str, Any] = {"WindowCenter": 2048, "WindowWidth": 4096}  # LINEAR: 0 -> 0, 4095 -> 1


def stored(*values: int, dtype: type[np.generic] = np.uint16) -> Grey:
    """16 x 16 pixels whose first ones are `values` and whose others repeat the last."""
    pixels = np.full(256, values[-1], dtype)
    pixels[: len(values)] = values
    return pixels.reshape(16, 16)


def first(data: bytes, count: int) -> list[float]:
    return [float(value) for value in read(data).pixels.ravel()[:count]]


def test_a_full_window_maps_the_stored_range_to_0_and_1() -> None:
    data = dicom(stored(0, 1024, 2048, 4095), BitsStored=12, **FULL_12)
    assert first(data, 4) == pytest.approx([0, 1024 / 4095, 2048 / 4095, 1], abs=1e-6)


def test_without_a_window_the_range_of_bits_stored_is_used() -> None:
    assert first(dicom(stored(100, 1000, 3000), BitsStored=12), 3) == pytest.approx(
        [100 / 4095, 1000 / 4095, 3000 / 4095], abs=1e-6
    )


def test_rescale_comes_before_the_window() -> None:
    data = dicom(
        stored(0, 300, 500, 700, 1000), RescaleSlope=2, RescaleIntercept=-100, WindowCenter=900.5, WindowWidth=1001
    )
    # values -100, 500, 900, 1300, 1900; ((x - 900) / 1000 + 0.5)
    assert first(data, 5) == pytest.approx([0, 0.1, 0.5, 0.9, 1], abs=1e-6)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        ("LINEAR", [0, 0, (99 - 99.5) / 199 + 0.5, (149 - 99.5) / 199 + 0.5, 1]),
        ("LINEAR_EXACT", [0, 0, 99 / 200, 149 / 200, 1]),
        ("SIGMOID", [1 / (1 + np.exp(4 * (100 - x) / 200)) for x in (-500, 0, 99, 149, 400)]),
    ],
)
def test_each_voi_function_follows_the_standard(function: str, expected: list[float]) -> None:
    values: NDArray[np.float64] = np.array([-500.0, 0, 99, 149, 400])
    shown = window(values, 100, 200, function)
    # LINEAR_EXACT at 0: (0 - 100) / 200 + 0.5 = 0; LINEAR at 0: (0 - 99.5) / 199 + 0.5 = 0
    assert shown == pytest.approx(expected, abs=1e-9)
    offset = dicom(
        stored(0, 500, 599, 649, 900), RescaleIntercept=-500, WindowCenter=100, WindowWidth=200, VOILUTFunction=function
    )
    assert first(offset, 5) == pytest.approx(expected, abs=1e-6)


def test_a_window_of_width_1_is_a_threshold() -> None:
    assert list(window(np.array([9.0, 10.0, 11.0]), 10.5, 1)) == [0, 0, 1]


def test_the_first_of_several_windows_counts() -> None:
    data = dicom(stored(0, 2048, 4095), BitsStored=12, WindowCenter=[2048, 100], WindowWidth=[4096, 50])
    assert first(data, 3) == pytest.approx([0, 2048 / 4095, 1], abs=1e-6)


def test_a_voi_lut_is_looked_up_and_wins_over_a_window() -> None:
    data = dicom(
        stored(0, 10, 11, 12, 13, 500),
        VOILUTSequence=Sequence([lut(10, 8, 0, 51, 102, 255)]),
        **FULL_12,
    )
    # below the first mapped value its first entry, above the last its last
    assert first(data, 6) == pytest.approx([0, 0, 51 / 255, 102 / 255, 1, 1], abs=1e-6)


def test_a_voi_lut_may_be_stored_as_bytes() -> None:
    table = Dataset()
    table.add_new("LUTDescriptor", "US", [4, 10, 12])
    table.add_new("LUTData", "OW", np.array([0, 1000, 2000, 4095], "<u2").tobytes())
    data = dicom(stored(10, 11, 12, 13), VOILUTSequence=Sequence([table]))
    assert first(data, 4) == pytest.approx([0, 1000 / 4095, 2000 / 4095, 1], abs=1e-6)


def test_monochrome1_is_inverted_so_that_denser_is_brighter() -> None:
    data = dicom(stored(0, 1024, 4095), BitsStored=12, PhotometricInterpretation="MONOCHROME1", **FULL_12)
    assert first(data, 3) == pytest.approx([1, 1 - 1024 / 4095, 0], abs=1e-6)


@pytest.mark.parametrize(
    ("photometric", "shape", "expected"),
    [
        ("MONOCHROME1", "INVERSE", [1, 0]),
        ("MONOCHROME2", "IDENTITY", [0, 1]),
        ("MONOCHROME2", "INVERSE", [1, 0]),
    ],
)
def test_the_presentation_shape_inverts_once_at_most(photometric: str, shape: str, expected: list[float]) -> None:
    data = dicom(
        stored(0, 2000, 4095)[:, ::-1].copy(),
        BitsStored=12,
        PhotometricInterpretation=photometric,
        PresentationLUTShape=shape,
        **FULL_12,
    )
    pixels = read(data).pixels
    assert [pixels[0, -1], pixels[0, 0]] == pytest.approx(expected)


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_padding_is_background_and_left_out_of_the_range(photometric: str) -> None:
    pixels = stored(-2000, 0, 500, 1000, dtype=np.int16)
    data = dicom(pixels, PixelPaddingValue=-2000, PhotometricInterpretation=photometric)
    expected = [0, 0, 0.5, 1] if photometric == "MONOCHROME2" else [0, 1, 0.5, 0]
    assert first(data, 4) == pytest.approx(expected, abs=1e-6)


def test_a_range_of_padding_is_honoured() -> None:
    data = dicom(stored(0, 3, 5, 2000, 4095), BitsStored=12, PixelPaddingValue=3, PixelPaddingRangeLimit=5)
    assert first(data, 4) == pytest.approx([0, 0, 0, 2000 / 4095], abs=1e-6)


def test_signed_values_without_a_window_use_their_own_range() -> None:
    assert first(dicom(stored(-100, 0, 100, dtype=np.int16)), 3) == pytest.approx([0, 0.5, 1])


@pytest.mark.parametrize(
    "window_tags",
    [
        {"WindowCenter": 30000, "WindowWidth": 10},
        {"WindowCenter": 2048, "WindowWidth": 1},
        {"WindowCenter": 2048, "WindowWidth": 0},
        {"WindowCenter": 2048, "WindowWidth": -5},
        {"WindowCenter": 0, "WindowWidth": 1e9},
    ],
)
def test_an_absurd_window_gives_way_to_the_range_of_the_values(window_tags: dict[str, Any]) -> None:
    mammogram = read(dicom(levels(12), BitsStored=12, **window_tags))
    assert np.abs(mammogram.pixels - levels(12) / 4095).max() < 1e-6
    assert any("Window" in warning and "range of its values" in warning for warning in mammogram.warnings)


def test_a_narrow_but_sensible_window_is_kept() -> None:
    mammogram = read(dicom(levels(12), BitsStored=12, WindowCenter=2200, WindowWidth=1800))
    assert mammogram.warnings == ()
    assert (mammogram.pixels == 1).mean() > 0


def test_a_slope_of_0_is_taken_as_1() -> None:
    data = dicom(stored(0, 2048, 4095), BitsStored=12, RescaleSlope=0, RescaleIntercept=0)
    assert first(data, 3) == pytest.approx([0, 2048 / 4095, 1], abs=1e-6)
    assert "Rescale Slope" in read(data).warnings[0]


def test_a_constant_image_is_refused_also_when_only_padding_differs() -> None:
    for data in (dicom(stored(700)), dicom(stored(0, 700), PixelPaddingValue=0)):
        with pytest.raises(UnsupportedImage, match="same value"):
            read(data)


def test_unused_high_bits_do_not_show() -> None:
    pixels = stored(0, 1024, 4095) | np.uint16(0x3000)
    assert first(dicom(pixels, BitsStored=12, **FULL_12), 3) == pytest.approx([0, 1024 / 4095, 1], abs=1e-6)


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
@pytest.mark.parametrize("bits", [8, 10, 12, 14, 16])
def test_the_same_scene_as_dicom_and_as_png_gives_the_same_pixels(bits: int, photometric: str) -> None:
    pixels = levels(bits)
    sent = (2**bits - 1 - pixels).astype(pixels.dtype) if photometric == "MONOCHROME1" else pixels
    from_dicom = read(dicom(sent, BitsStored=bits, PhotometricInterpretation=photometric)).pixels
    eight, sixteen = read(encoded(".png", levels(8))).pixels, read(encoded(".png", levels(16))).pixels
    step = 0.5 / (2**bits - 1) + 1e-6
    assert np.abs(from_dicom - eight).max() <= step + 0.5 / 255
    assert np.abs(from_dicom - sixteen).max() <= step + 0.5 / 65535


def test_the_brightest_stored_value_does_not_wrap_round() -> None:
    assert first(dicom(stored(0, 65279, 65280, 65535)), 4) == pytest.approx([0, 65279 / 65535, 65280 / 65535, 1])
