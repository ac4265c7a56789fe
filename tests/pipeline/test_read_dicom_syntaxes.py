"""Every transfer syntax a mammogram comes in, encoded by another program than the one that decodes it here."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom import uid

from pipeline.dicom_decode import DECODERS, stored_values
from pipeline.errors import UnreadableImage
from pipeline.read import read
from tests.pipeline.encoders import converted, file_of, htj2k, jpeg_2000, needs, picture, wrapped
from tests.pipeline.files import UNCOMPRESSED

DEPTHS = ((8, False), (10, False), (12, False), (16, False), (12, True), (16, True))  # bits stored, signed


def check(data: bytes, syntax: str, bits: int, signed: bool = False, tolerance: int = 0) -> None:
    """The file is in that syntax, its stored values are those of the picture, and read() gives them in 0..1."""
    dataset = pydicom.dcmread(BytesIO(data))
    assert dataset.file_meta.TransferSyntaxUID == syntax
    expected = picture(bits, signed).astype(np.int64)
    found = stored_values(dataset).astype(np.int64)
    assert np.abs(found - expected).max() <= tolerance
    pixels = read(data).pixels
    low = -(2 ** (bits - 1)) if signed else 0
    assert np.abs(pixels - (expected - low) / (2**bits - 1)).max() <= (tolerance + 0.5) / (2**bits - 1)


@needs("dcmconv")
@pytest.mark.parametrize(("bits", "signed"), DEPTHS)
@pytest.mark.parametrize(
    ("option", "syntax"),
    [
        ("+ti", uid.ImplicitVRLittleEndian),
        ("+te", uid.ExplicitVRLittleEndian),
        ("+tb", uid.ExplicitVRBigEndian),
        ("+td", uid.DeflatedExplicitVRLittleEndian),
    ],
)
def test_uncompressed_by_dcmtk(option: str, syntax: str, bits: int, signed: bool, tmp_path: Path) -> None:
    check(converted(tmp_path, file_of(bits, signed), "dcmconv", option), syntax, bits, signed)


@needs("dcmcrle")
@pytest.mark.parametrize(("bits", "signed"), DEPTHS)
def test_rle_by_dcmtk(bits: int, signed: bool, tmp_path: Path) -> None:
    check(converted(tmp_path, file_of(bits, signed), "dcmcrle"), uid.RLELossless, bits, signed)


@needs("dcmcjpeg")
@pytest.mark.parametrize(("bits", "signed"), DEPTHS)
def test_lossless_jpeg_of_the_first_predictor_by_dcmtk(bits: int, signed: bool, tmp_path: Path) -> None:
    check(converted(tmp_path, file_of(bits, signed), "dcmcjpeg", "+e1"), uid.JPEGLosslessSV1, bits, signed)


@needs("dcmcjpeg")
@pytest.mark.parametrize("bits", [8, 12, 16])
@pytest.mark.parametrize("predictor", ["1", "2", "3", "4", "5", "6", "7"])
def test_lossless_jpeg_of_every_predictor_by_dcmtk(predictor: str, bits: int, tmp_path: Path) -> None:
    data = converted(tmp_path, file_of(bits), "dcmcjpeg", "+el", "+sv", predictor)
    check(data, uid.JPEGLossless, bits)


@needs("dcmcjpeg")
def test_lossless_jpeg_with_a_point_transform_loses_the_last_bits_only(tmp_path: Path) -> None:
    data = converted(tmp_path, file_of(12), "dcmcjpeg", "+el", "+sv", "6", "+pt", "2")
    check(data, uid.JPEGLossless, 12, tolerance=3)


@needs("dcmcjpeg")
def test_baseline_jpeg_by_dcmtk(tmp_path: Path) -> None:
    check(converted(tmp_path, file_of(8), "dcmcjpeg", "+eb", "+q", "98"), uid.JPEGBaseline8Bit, 8, tolerance=6)


@needs("dcmcjpeg")
@pytest.mark.parametrize(("bits", "option", "tolerance"), [(8, "+be", 6), (12, "+bt", 96)])
def test_extended_jpeg_by_dcmtk(bits: int, option: str, tolerance: int, tmp_path: Path) -> None:
    data = converted(tmp_path, file_of(bits), "dcmcjpeg", "+ee", "+q", "98", option)
    check(data, uid.JPEGExtended12Bit, bits, tolerance=tolerance)


@needs("dcmcjpls")
@pytest.mark.parametrize(("bits", "signed"), DEPTHS)
def test_lossless_jpeg_ls_by_dcmtk(bits: int, signed: bool, tmp_path: Path) -> None:
    check(converted(tmp_path, file_of(bits, signed), "dcmcjpls", "+el"), uid.JPEGLSLossless, bits, signed)


@needs("dcmcjpls")
@pytest.mark.parametrize(("bits", "deviation"), [(8, 2), (12, 3), (16, 10)])
def test_near_lossless_jpeg_ls_keeps_to_its_deviation(bits: int, deviation: int, tmp_path: Path) -> None:
    data = converted(tmp_path, file_of(bits), "dcmcjpls", "+en", "+md", str(deviation))
    check(data, uid.JPEGLSNearLossless, bits, tolerance=deviation)


@needs("gdcmconv")
@pytest.mark.parametrize(("bits", "signed"), [(8, False), (12, False), (16, False), (12, True)])
@pytest.mark.parametrize(
    ("option", "syntax"),
    [
        ("--raw", uid.ExplicitVRLittleEndian),
        ("--rle", uid.RLELossless),
        ("--jpegls", uid.JPEGLSLossless),
        ("--j2k", uid.JPEG2000Lossless),
    ],
)
def test_lossless_by_gdcm(option: str, syntax: str, bits: int, signed: bool, tmp_path: Path) -> None:
    check(converted(tmp_path, file_of(bits, signed), "gdcmconv", option), syntax, bits, signed)


@needs("opj_compress")
@pytest.mark.parametrize(("bits", "signed"), DEPTHS)
def test_lossless_jpeg_2000_by_openjpeg(bits: int, signed: bool, tmp_path: Path) -> None:
    data = wrapped(jpeg_2000(tmp_path, bits, signed=signed), uid.JPEG2000Lossless, bits, signed)
    check(data, uid.JPEG2000Lossless, bits, signed)


@needs("opj_compress")
@pytest.mark.parametrize(
    "options",
    [
        ("-t", "64,64"),
        ("-p", "RPCL", "-n", "3"),
        ("-p", "CPRL", "-SOP", "-EPH"),
        ("-b", "32,32", "-c", "[128,128]"),
        ("-M", "63"),
        ("-TP", "R"),
    ],
)
def test_lossless_jpeg_2000_in_tiles_orders_and_modes(options: tuple[str, ...], tmp_path: Path) -> None:
    check(wrapped(jpeg_2000(tmp_path, 12, *options), uid.JPEG2000Lossless, 12), uid.JPEG2000Lossless, 12)


@needs("opj_compress")
@pytest.mark.parametrize(("bits", "options", "tolerance"), [(8, ("-r", "4"), 8), (12, ("-r", "4", "-I"), 96)])
def test_lossy_jpeg_2000_by_openjpeg(bits: int, options: tuple[str, ...], tolerance: int, tmp_path: Path) -> None:
    check(wrapped(jpeg_2000(tmp_path, bits, *options), uid.JPEG2000, bits), uid.JPEG2000, bits, tolerance=tolerance)


@needs("ojph_compress")
@pytest.mark.parametrize("bits", [8, 10, 12, 16])
@pytest.mark.parametrize(
    ("order", "syntax"),
    [("RPCL", uid.HTJ2KLosslessRPCL), ("LRCP", uid.HTJ2KLossless), ("PCRL", uid.HTJ2KLossless), ("CPRL", uid.HTJ2K)],
)
def test_lossless_htj2k_by_openjph(order: str, syntax: str, bits: int, tmp_path: Path) -> None:
    data = wrapped(htj2k(tmp_path, bits, "-reversible", "true", "-prog_order", order), syntax, bits)
    check(data, syntax, bits)


@needs("ojph_compress")
@pytest.mark.parametrize(("bits", "tolerance"), [(8, 3), (12, 24)])
def test_lossy_htj2k_by_openjph(bits: int, tolerance: int, tmp_path: Path) -> None:
    data = wrapped(htj2k(tmp_path, bits, "-reversible", "false", "-qstep", "0.002"), uid.HTJ2K, bits)
    check(data, uid.HTJ2K, bits, tolerance=tolerance)


@needs("dcmcjpeg", "dcmcrle")
@pytest.mark.parametrize(
    ("program", "options"), [("dcmcjpeg", ("+e1", "+fs", "1", "-ot")), ("dcmcrle", ("+fs", "1", "-ot"))]
)
def test_a_frame_in_many_fragments_without_offset_table_is_read(
    program: str, options: tuple[str, ...], tmp_path: Path
) -> None:
    data = converted(tmp_path, file_of(12), program, *options)
    dataset = pydicom.dcmread(BytesIO(data))
    assert len(list(pydicom.encaps.generate_fragments(dataset.PixelData))) > 3
    check(data, dataset.file_meta.TransferSyntaxUID, 12)


@needs("dcmcjpeg")
@pytest.mark.parametrize("option", ["+es", "+ep"])
def test_retired_jpeg_processes_are_refused_by_name(option: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableImage, match=r"Transfer syntax .*1\.2\.840.* is not supported"):
        read(converted(tmp_path, file_of(8), "dcmcjpeg", option))


@pytest.mark.parametrize(
    "syntax",
    [
        "1.2.840.10008.1.2.1.98",  # Encapsulated Uncompressed
        "1.2.840.10008.1.2.4.92",  # JPEG 2000 Part 2
        "1.2.840.10008.1.2.4.94",  # JPIP Referenced
        "1.2.840.10008.1.2.4.100",  # MPEG2
        "1.2.840.10008.1.2.4.110",  # JPEG XL Lossless
        "1.2.840.10008.1.2.8.1",  # Deflated Image Frame Compression
        "1.2.3.4",  # somebody's own
    ],
)
def test_every_other_syntax_is_refused_by_its_uid(syntax: str) -> None:
    data = wrapped(b"\0" * 1000, uid.MPEG2MPML, 12)  # the library does not write what it does not know
    with pytest.raises(UnreadableImage, match=re.escape(syntax)):
        read(data.replace(uid.MPEG2MPML.encode(), syntax.encode().ljust(len(uid.MPEG2MPML), b"\0")))


def test_every_decoder_has_a_test_above() -> None:
    text = Path(__file__).read_text()
    keywords = [syntax.keyword for syntax in (*DECODERS, *UNCOMPRESSED, uid.DeflatedExplicitVRLittleEndian)]
    assert [keyword for keyword in keywords if f"uid.{keyword}" not in text] == []
