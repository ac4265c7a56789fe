"""The decoder that may end its process does so in another one than ours."""

from __future__ import annotations

import struct
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.uid import JPEGLosslessSV1, JPEGLSLossless

from pipeline import dicom_gdcm
from pipeline.dicom_decode import codestream_size, stored_values
from pipeline.errors import UnreadableImage
from pipeline.read import read
from tests.pipeline.files import Grey, compressed, data_set, encoded, levels, written


def lossless_jpeg(pixels: Grey) -> bytes:
    """ITU-T T.81 process 14, selection value 1, written the plainest way: every difference category has 5 bits."""
    rows, columns = pixels.shape
    header = b"\xff\xd8\xff\xc3" + struct.pack(">HBHHB3B", 11, 16, rows, columns, 1, 1, 0x11, 0)
    lengths = bytes([0, 0, 0, 0, 17, *[0] * 11])  # 17 codes of 5 bits: categories 0 to 16 in order
    table = b"\xff\xc4" + struct.pack(">HB", 19 + 17, 0) + lengths + bytes(range(17))
    scan = b"\xff\xda" + struct.pack(">HB2B3B", 8, 1, 1, 0, 1, 0, 0)
    bits = "".join(_coded(difference) for difference in _differences(pixels.astype(np.int64)))
    bits += "1" * (-len(bits) % 8)
    data = int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\x00")
    return header + table + scan + data + b"\xff\xd9"


def _differences(pixels: Grey) -> list[int]:
    """To the left neighbour; in the first column to the one above; at the origin to half the range."""
    predicted = np.empty_like(pixels)
    predicted[:, 1:] = pixels[:, :-1]
    predicted[1:, 0] = pixels[:-1, 0]
    predicted[0, 0] = 2**15
    return [int(difference) for difference in (pixels - predicted).ravel()]


def _coded(difference: int) -> str:
    category = abs(difference).bit_length()
    if category in (0, 16):  # 16 means 32768, which needs no further bits
        return f"{category:05b}"
    value = difference if difference > 0 else difference + 2**category - 1
    return f"{category:05b}{value:0{category}b}"


def file_of(frame: bytes, pixels: Grey) -> bytes:
    dataset = data_set(pixels, BitsStored=16)
    dataset.PixelData = pydicom.encaps.encapsulate([frame])
    dataset["PixelData"].VR = "OB"
    return written(dataset, JPEGLosslessSV1)


def test_lossless_jpeg_is_decoded_exactly() -> None:
    pixels = levels(15)
    mammogram = read(file_of(lossless_jpeg(pixels), pixels))
    assert np.abs(mammogram.pixels - pixels / 65535).max() < 1e-6


def test_a_decoder_that_dies_costs_the_file_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    dying = tmp_path / "dying.py"
    dying.write_text("import os; os.abort()")
    monkeypatch.setattr(dicom_gdcm, "__file__", str(dying))
    with pytest.raises(RuntimeError, match=r"status -6"):
        dicom_gdcm.decode(b"", JPEGLosslessSV1, 16, 16, 16, 12, 0)


def test_damaged_lossless_jpeg_is_an_image_or_unreadable() -> None:
    pixels = levels(15)
    whole = file_of(lossless_jpeg(pixels), pixels)
    random, start = np.random.default_rng(5), whole.index(b"\xff\xd8\xff\xc3")
    for _ in range(12):
        data = bytearray(whole)
        for at in random.integers(start, start + 90, 2):
            data[at] = random.integers(0, 256)
        with suppress(UnreadableImage):
            assert read(bytes(data)).pixels.max() <= 1


def test_the_size_is_found_in_every_kind_of_stream() -> None:
    assert codestream_size(lossless_jpeg(levels(8))) == (160, 144)
    assert codestream_size(encoded(".jpg", levels(8))) == (160, 144)
    assert codestream_size(encoded(".jp2", levels(8))) == (160, 144)
    assert codestream_size(b"\xff\xd8\xff") is None
    assert codestream_size(b"") is None


def test_jpeg_ls_with_filling_before_its_end_is_decoded() -> None:
    dataset = pydicom.dcmread(BytesIO(compressed(levels(12), JPEGLSLossless, "pyjpegls")))
    frame = next(pydicom.encaps.generate_frames(dataset.PixelData, number_of_frames=1))
    filled = frame[: frame.rindex(b"\xff\xd9")] + b"\0\xff\xd9"
    dataset.PixelData = pydicom.encaps.encapsulate([filled])
    assert np.array_equal(stored_values(dataset), levels(12))
