"""The values a reader windows: every stored value stays apart, denser brighter, and the header's windows still fit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pydicom import Dataset
from pydicom.uid import ExplicitVRBigEndian, JPEG2000Lossless

from pipeline.dicom_grey import window
from pipeline.dicom_stored import known_name
from pipeline.errors import PipelineError
from pipeline.read import read_stored
from pipeline.stored import StoredImage, Window
from tests.pipeline.files import Grey, compressed, dicom, encoded, levels


def stored(pixels: Grey, **attributes: Any) -> StoredImage:
    return read_stored(dicom(pixels, **attributes))[1]


def shown(image: StoredImage, place: int = 0) -> Grey:
    """0..1 as a viewer draws the image with one of its windows."""
    chosen = image.windows[place]
    return window(image.values.astype(np.float64), chosen.center, chosen.width, chosen.function)


def table(output: Grey) -> Dataset:
    made = Dataset()
    made.add_new("LUTDescriptor", "US", [output.size, 0, 16])
    made.add_new("LUTData", "OW", output.astype("<u2").tobytes())
    return made


@pytest.mark.parametrize("bits", [8, 10, 12, 14, 16])
def test_unsigned_values_stay_as_they_are(bits: int) -> None:
    pixels = levels(bits)
    image = stored(pixels)
    assert image.bits == bits
    assert np.array_equal(image.values, pixels)
    assert image.windows[0] == Window("All bits", 2 ** (bits - 1), 2**bits)


@pytest.mark.parametrize("turned", [{"PhotometricInterpretation": "MONOCHROME1"}, {"RescaleSlope": -1}])
def test_what_is_bright_in_the_file_and_dark_on_screen_is_turned_over(turned: dict[str, Any]) -> None:
    pixels = levels(12)
    image = stored((4095 - pixels).astype(np.uint16), BitsStored=12, RescaleIntercept=0, **turned)
    assert np.array_equal(image.values, pixels)


def test_signed_values_are_counted_from_the_lowest_their_bits_allow() -> None:
    pixels = (levels(12).astype(np.int16) - 2048).astype(np.int16)
    image = stored(pixels, BitsStored=12, HighBit=11, WindowCenter=0, WindowWidth=4096)
    assert image.bits == 12
    assert np.array_equal(image.values, levels(12))
    assert (image.windows[0].center, image.windows[0].width) == (2048, 4096)


def test_values_beyond_bits_stored_are_not_cut_off() -> None:
    pixels = levels(12)
    image = stored(pixels, BitsStored=10, HighBit=15)
    assert image.bits >= 10
    assert np.unique(image.values).size == np.unique(pixels >> 6).size  # the high ten of sixteen bits are the image


def test_padding_is_black_and_no_part_of_the_range() -> None:
    pixels = levels(12)
    pixels[pixels == 0] = 4095
    image = stored(pixels, BitsStored=12, PixelPaddingValue=4095, WindowCenter=None, WindowWidth=None)
    assert image.values[pixels == 4095].max() == 0
    assert image.windows[-1].name == "All values"
    rest = pixels[pixels != 4095]
    assert image.windows[-1] == Window.over("All values", rest.min(), rest.max())


def test_a_modality_lut_gives_the_values() -> None:
    image = stored(levels(8), ModalityLUTSequence=[table(257 * np.arange(256))])
    assert (image.bits, int(image.values.max())) == (16, 65535)
    assert np.array_equal(image.values, levels(8).astype(np.uint16) * 257)


def test_a_voi_lut_is_a_preset_over_the_range_where_it_rises() -> None:
    ramp = table(np.clip((np.arange(4096) - 1000) * 65535 // 2000, 0, 65535))
    ramp.LUTExplanation = "HARDER"
    image = stored(levels(12), VOILUTSequence=[ramp])
    first = image.windows[0]
    assert (first.name, first.function) == ("Harder", "LINEAR")
    assert (first.center - first.width / 2, first.center + first.width / 2) == pytest.approx((1000, 3001), abs=2)


def test_the_windows_of_the_header_are_named_by_it_where_the_words_are_no_free_text() -> None:
    many: dict[str, Any] = {"WindowCenter": [2000, 1800, 2200], "WindowWidth": [3000, 2000, 1000]}
    image = stored(levels(12), **many, WindowCenterWidthExplanation=["NORMAL", "Jane Doe", "SOFTER_2"])
    assert [one.name for one in image.windows] == ["Normal", "Window 2", "Softer_2", "All values"]
    assert [one.center for one in image.windows[:3]] == [2000, 1800, 2200]
    assert [one.width for one in image.windows[:3]] == [3000, 2000, 1000]


def test_a_window_that_shows_almost_nothing_does_not_open_the_picture() -> None:
    image = stored(levels(12), WindowCenter=60000, WindowWidth=2)
    assert [one.name for one in image.windows] == ["All values", "Window 1"]


def test_explanations_with_other_words_are_not_repeated() -> None:
    assert [known_name(said) for said in ("WINDOW1", " low  contrast ", "SMITH", "NORMAL SMITH", "")] == [
        "Window1", "Low contrast", "", "", "",
    ]  # fmt: skip


FUNCTIONS = st.sampled_from(["LINEAR", "LINEAR_EXACT", "SIGMOID", ""])


@given(
    center=st.integers(-3000, 6000),
    width=st.integers(2, 5000),
    function=FUNCTIONS,
    slope=st.sampled_from([None, 1, 2, 0.5, -1, -0.25]),
    intercept=st.sampled_from([None, 0, -1000, 17.5]),
    inverted=st.booleans(),
    signed=st.booleans(),
)
def test_the_first_window_shows_the_image_as_it_was_read(
    center: int, width: int, function: str, slope: float | None, intercept: float | None, inverted: bool, signed: bool
) -> None:
    """The viewer and the networks start from the same picture, whatever the header says."""
    pixels = (levels(12).astype(np.int16) - 2048).astype(np.int16) if signed else levels(12)
    header: dict[str, Any] = {
        "BitsStored": 12,
        "WindowCenter": center,
        "WindowWidth": width,
        "VOILUTFunction": function or None,
        "RescaleSlope": slope,
        "RescaleIntercept": intercept,
        "PhotometricInterpretation": "MONOCHROME1" if inverted else "MONOCHROME2",
    }
    try:
        mammogram, image = read_stored(dicom(pixels, **header))
    except PipelineError:
        assume(False)
        raise
    assert np.abs(shown(image) - mammogram.pixels).max() < 1e-5


@pytest.mark.parametrize("bits", [8, 16])
def test_samples_of_a_png_stay_as_they_are(bits: int) -> None:
    mammogram, image = read_stored(encoded(".png", levels(bits)))
    assert image.bits == bits
    assert np.array_equal(image.values, levels(bits))
    assert np.abs(shown(image) - mammogram.pixels).max() < 1e-6


def test_a_negative_png_is_turned_over_and_a_narrow_one_keeps_its_values() -> None:
    mammogram, image = read_stored(encoded(".png", np.asarray(255 - levels(8), np.uint8)))
    assert np.array_equal(image.values, levels(8))
    assert np.abs(shown(image) - mammogram.pixels).max() < 1e-6
    mammogram, image = read_stored(encoded(".png", levels(12)))
    assert np.array_equal(image.values, levels(12))
    assert (image.bits, image.windows[0].width) == (16, 4096)
    assert np.abs(shown(image) - mammogram.pixels).max() < 1e-6


def test_bytes_go_out_row_by_row_and_little_endian() -> None:
    image = StoredImage(np.arange(6, dtype=np.uint16).reshape(2, 3) + 256, 12, (Window("All bits", 2048, 4096),))
    assert bytes(image.to_bytes()) == b"\x00\x01\x01\x01\x02\x01\x03\x01\x04\x01\x05\x01"


@given(
    pixels=arrays(np.uint16, (16, 16), elements=st.integers(0, 4095)),
    signed=st.booleans(),
    inverted=st.booleans(),
    slope=st.sampled_from([None, 3, -1]),
)
def test_what_the_file_tells_apart_stays_apart_and_in_order(
    pixels: Grey, signed: bool, inverted: bool, slope: float | None
) -> None:
    assume(np.ptp(pixels) > 0)
    kept = (pixels.astype(np.int16) - 2048).astype(np.int16) if signed else pixels
    photometric = "MONOCHROME1" if inverted else "MONOCHROME2"
    image = stored(kept, BitsStored=12, RescaleSlope=slope, RescaleIntercept=0, PhotometricInterpretation=photometric)
    turned = inverted != (slope is not None and slope < 0)
    assert np.array_equal(image.values, 4095 - pixels if turned else pixels)


@pytest.mark.parametrize("signed", [False, True])
def test_the_byte_order_of_the_file_does_not_matter(signed: bool) -> None:
    pixels = (levels(12).astype(np.int16) - 2048).astype(np.int16) if signed else levels(12)
    image = read_stored(dicom(pixels, ExplicitVRBigEndian, BitsStored=12))[1]
    assert np.array_equal(image.values, levels(12))


def test_compressed_pixels_are_the_same() -> None:
    data = compressed(levels(12), JPEG2000Lossless, "pylibjpeg", BitsStored=12)
    assert np.array_equal(read_stored(data)[1].values, levels(12))
