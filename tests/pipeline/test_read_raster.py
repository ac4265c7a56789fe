"""PNG, JPEG, TIFF, WebP and PGM: values, depth, polarity, and what is refused."""

from __future__ import annotations

import struct
import zlib

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from pipeline.errors import ImageTooLarge, PipelineError, UnreadableImage, UnsupportedImage
from pipeline.read import looks_negative, read
from tests.pipeline.files import Grey, encoded, levels, saved, scene


def ramp(dtype: type[np.uint8] | type[np.uint16]) -> Grey:
    """32 x 32 pixels from 0 to the largest value of the type."""
    return np.linspace(0, np.iinfo(dtype).max, 1024).astype(dtype).reshape(32, 32)


@pytest.mark.parametrize("extension", [".png", ".tiff", ".pgm"])
def test_16_bits_are_scaled_by_65535_without_wrap_around(extension: str) -> None:
    pixels = ramp(np.uint16)
    mammogram = read(encoded(extension, pixels))
    assert np.array_equal(mammogram.pixels, pixels.astype(np.float32) / np.float32(65535))
    assert mammogram.pixels[-1, -1] == 1.0
    assert mammogram.pixels.dtype == np.float32


@pytest.mark.parametrize("extension", [".png", ".tiff", ".pgm"])
def test_8_bits_are_scaled_by_255(extension: str) -> None:
    mammogram = read(encoded(extension, ramp(np.uint8)))
    assert np.array_equal(mammogram.pixels, ramp(np.uint8).astype(np.float32) / np.float32(255))
    assert mammogram.grey_levels == 256


@pytest.mark.parametrize("extension", [".jpg", ".webp"])
def test_lossy_files_stay_near_the_scene(extension: str) -> None:
    mammogram = read(encoded(extension, levels(8), cv2.IMWRITE_JPEG_QUALITY if extension == ".jpg" else 64, 95))
    assert np.abs(mammogram.pixels - scene()).mean() < 0.01


def test_the_same_scene_in_8_and_16_bits_gives_the_same_pixels() -> None:
    eight, sixteen = read(encoded(".png", levels(8))), read(encoded(".png", levels(16)))
    assert np.abs(eight.pixels - sixteen.pixels).max() <= 0.5 / 255 + 0.5 / 65535 + 1e-6


def test_grey_levels_are_256_for_8_bits_and_the_occupied_ones_for_16() -> None:
    twelve_of_sixteen = (np.arange(4096, dtype=np.uint16) * 16).reshape(64, 64)
    assert read(encoded(".png", twelve_of_sixteen)).grey_levels == 4096
    assert read(encoded(".png", ramp(np.uint16)[:16, :16] * 0 + np.eye(16, dtype=np.uint16) * 65535)).grey_levels == 256


def test_12_bit_values_in_a_16_bit_file_are_stretched_and_said_so() -> None:
    mammogram = read(encoded(".png", np.arange(4096, dtype=np.uint16).reshape(64, 64)))
    assert mammogram.pixels[0, 0] == 0
    assert mammogram.pixels[-1, -1] == 1
    assert "0 to 4095 of 0 to 65535" in mammogram.warnings[0]


@pytest.mark.parametrize("bits", [8, 16])
def test_a_tiff_with_white_at_zero_is_turned_round(bits: int) -> None:
    whole = bytearray(saved(Image.fromarray(levels(bits)), "TIFF"))
    entry = whole.index(struct.pack("<2HI", 262, 3, 1))  # Photometric Interpretation, SHORT, one value
    whole[entry + 8 : entry + 10] = b"\0\0"
    mammogram = read(bytes(whole))
    # what is white at zero now looks like a negative, and so comes back as the scene
    assert np.abs(mammogram.pixels - levels(bits) / (2**bits - 1)).max() < 1e-6
    assert "negative" in mammogram.warnings[0]


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGB", "RGBA"])
def test_every_png_that_shows_grey_gives_the_same_pixels(mode: str) -> None:
    pixels = levels(8)
    mammogram = read(saved(Image.fromarray(pixels).convert(mode), "PNG"))
    assert np.array_equal(mammogram.pixels, pixels.astype(np.float32) / np.float32(255))


@pytest.mark.parametrize("channels", [3, 4])
def test_16_bit_rgb_that_shows_grey_keeps_its_16_bits(channels: int) -> None:
    pixels = ramp(np.uint16)
    mammogram = read(encoded(".png", np.dstack([pixels] * channels)))
    assert np.array_equal(mammogram.pixels, pixels.astype(np.float32) / np.float32(65535))


def test_16_bit_grey_with_alpha_keeps_its_16_bits() -> None:
    pixels = ramp(np.uint16)
    raw = np.dstack([pixels, np.full_like(pixels, 65535)]).astype(">u2")
    scanlines = b"".join(b"\0" + row.tobytes() for row in raw)
    png = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", struct.pack(">2I5B", 32, 32, 16, 4, 0, 0, 0))
    mammogram = read(png + _chunk(b"IDAT", zlib.compress(scanlines)) + _chunk(b"IEND", b""))
    assert np.array_equal(mammogram.pixels, pixels.astype(np.float32) / np.float32(65535))


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def test_a_jpeg_in_colour_mode_that_shows_grey_is_grey() -> None:
    mammogram = read(saved(Image.fromarray(levels(8)).convert("RGB"), "JPEG", quality=60))
    assert np.abs(mammogram.pixels - scene()).mean() < 0.02
    assert mammogram.warnings == ()


@pytest.mark.parametrize("tint", [(255, 120, 90), (90, 200, 255)])
def test_a_colour_picture_is_refused(tint: tuple[int, int, int]) -> None:
    picture = (scene()[..., None] * np.array(tint)).astype(np.uint8)
    with pytest.raises(UnsupportedImage, match="colour"):
        read(encoded(".png", picture))


def test_a_small_coloured_mark_is_tolerated_and_said() -> None:
    picture = np.dstack([levels(8)] * 3)
    picture[2:5, 130:135] = (0, 0, 255)
    assert read(encoded(".png", picture)).warnings == ("A few coloured pixels were taken as grey.",)


def test_a_negative_is_inverted_and_said_so() -> None:
    mammogram = read(encoded(".png", 255 - levels(8)))
    assert np.array_equal(mammogram.pixels, np.float32(1) - (255 - levels(8)).astype(np.float32) / np.float32(255))
    assert "negative" in mammogram.warnings[0]
    assert read(encoded(".png", levels(8))).warnings == ()


@pytest.mark.parametrize(("fraction", "expected"), [(0.02, False), (0.6, True)])
def test_polarity_is_told_by_where_the_large_flat_area_lies(fraction: float, expected: bool) -> None:
    pixels = np.full((200, 200), 0.5, np.float32)
    pixels[: int(200 * fraction)] = 1.0
    pixels[-5:] = 0.0
    assert looks_negative(pixels) is expected


def test_a_patch_without_air_is_never_taken_for_a_negative() -> None:
    patch: NDArray[np.float32] = np.full((60, 60), 0.9, np.float32)
    patch[30:33, 30:33] = 0.1
    assert looks_negative(patch) is False


@pytest.mark.parametrize("value", [0, 77, 255])
def test_an_empty_picture_is_refused(value: int) -> None:
    with pytest.raises(UnsupportedImage, match="same value"):
        read(encoded(".png", np.full((64, 64), value, np.uint8)))


@pytest.mark.parametrize("extension", [".png", ".tiff", ".pgm", ".jpg", ".webp"])
@pytest.mark.parametrize("share", [0.3, 0.7, 0.95])
def test_a_truncated_file_is_unreadable(extension: str, share: float) -> None:
    whole = encoded(extension, levels(8))
    with pytest.raises(UnreadableImage):
        read(whole[: int(len(whole) * share)])


@pytest.mark.parametrize("extension", [".png", ".tiff", ".pgm", ".jpg", ".webp"])
def test_too_many_pixels_are_refused_by_the_header(extension: str) -> None:
    with pytest.raises(ImageTooLarge, match="144 x 160"):
        read(encoded(extension, levels(8)), max_pixels=144 * 160 - 1)


def test_200_megapixels_are_refused_without_being_decoded() -> None:
    with pytest.raises(ImageTooLarge, match="20000 x 10000"):
        read(_200_megapixels())


def test_the_only_limit_is_ours_and_not_pillows_process_wide_one() -> None:
    with pytest.raises(UnreadableImage) as caught:
        read(_200_megapixels(), max_pixels=300_000_000)
    assert "bomb" not in str(caught.value)  # it was opened, and found to hold no pixels
    assert Image.MAX_IMAGE_PIXELS is not None


def _200_megapixels() -> bytes:
    header = struct.pack(">2I5B", 20000, 10000, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(b"")) + _chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [1, 15])
def test_a_tiny_picture_is_refused(side: int) -> None:
    with pytest.raises(UnsupportedImage, match="at least 16"):
        read(encoded(".png", np.eye(max(side, 2), dtype=np.uint8)[:side]))


def test_floating_point_one_bit_and_cmyk_samples_are_refused() -> None:
    files = [
        encoded(".tiff", scene().astype(np.float32)),
        saved(Image.fromarray(levels(8)).convert("1"), "PNG"),
        saved(Image.fromarray(levels(8)).convert("CMYK"), "JPEG"),
    ]
    for data in files:
        with pytest.raises(UnsupportedImage, match="greyscale"):
            read(data)


def test_a_file_with_several_pages_is_refused() -> None:
    page = Image.fromarray(levels(8))
    with pytest.raises(UnsupportedImage, match="several"):
        read(saved(page, "TIFF", save_all=True, append_images=[page]))


@pytest.mark.parametrize(
    "data", [b"", b"\0", b"hello", b"%PDF-1.7", b"GIF89a" + bytes(100), bytes(5000), b"P5", b"II*\0"]
)
def test_anything_else_is_unreadable(data: bytes) -> None:
    with pytest.raises(UnreadableImage) as caught:
        read(data)
    assert caught.value.code == "unreadable_image"


def test_pixels_cannot_be_written_to() -> None:
    with pytest.raises(ValueError, match="read-only"):
        read(encoded(".png", levels(8))).pixels[0, 0] = 1


def test_damaged_files_give_an_image_or_one_of_our_errors() -> None:
    random = np.random.default_rng(8)
    wholes = [encoded(extension, levels(8)) for extension in (".png", ".tiff", ".pgm", ".jpg", ".webp")]
    refused = 0
    for turn in range(250):
        data = bytearray(wholes[turn % len(wholes)])
        for at in random.integers(0, min(len(data), 600), random.integers(1, 8)):
            data[at] = random.integers(0, 256)
        try:
            assert 0 <= read(bytes(data)).pixels.min() <= 1
        except PipelineError:
            refused += 1
    assert refused > 50
