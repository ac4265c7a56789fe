"""DICOM files: transfer syntaxes, facts, what is admitted, what is refused, and damage."""

from __future__ import annotations

import warnings
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.sequence import Sequence
from pydicom.sr.codedict import codes
from pydicom.uid import (
    BreastTomosynthesisImageStorage,
    DeflatedExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    RLELossless,
    SecondaryCaptureImageStorage,
)

from pipeline.dicom_codes import VIEWS
from pipeline.errors import ImageTooLarge, PipelineError, UnreadableImage, UnsupportedImage
from pipeline.mammogram import Laterality
from pipeline.read import read
from tests.pipeline.files import UNCOMPRESSED, bare, code, compressed, data_set, dicom, encoded, levels, written

TWELVE = levels(12)
SHOWN = TWELVE.astype(np.float32) / np.float32(4095)
OTHER_SOP: dict[str, Any] = {"SOPClassUID": SecondaryCaptureImageStorage}
NOTHING_SAYS_BREAST = OTHER_SOP | {"BodyPartExamined": None, "ViewPosition": None, "ImageLaterality": None}


@pytest.mark.parametrize("syntax", [*UNCOMPRESSED, DeflatedExplicitVRLittleEndian])
def test_every_uncompressed_syntax_gives_the_same_pixels(syntax: str) -> None:
    assert np.abs(read(dicom(TWELVE, syntax)).pixels - SHOWN).max() < 1e-6


@pytest.mark.parametrize(
    ("syntax", "plugin"),
    [(RLELossless, "pydicom"), (JPEGLSLossless, "pyjpegls"), (JPEG2000Lossless, "pylibjpeg")],
)
@pytest.mark.parametrize("bits", [8, 12, 16])
def test_every_lossless_syntax_gives_the_same_pixels(syntax: str, plugin: str, bits: int) -> None:
    pixels = levels(bits)
    mammogram = read(compressed(pixels, syntax, plugin))
    assert np.abs(mammogram.pixels - pixels / (2**bits - 1)).max() < 1e-6


def test_baseline_jpeg_inside_dicom_is_decoded() -> None:
    dataset = data_set(levels(8))
    dataset.PixelData = pydicom.encaps.encapsulate([encoded(".jpg", levels(8))])
    dataset["PixelData"].VR = "OB"
    assert np.abs(read(written(dataset, pydicom.uid.JPEGBaseline8Bit)).pixels - levels(8) / 255).mean() < 0.01


@pytest.mark.parametrize("is_implicit", [True, False])
def test_a_data_set_without_preamble_is_read(is_implicit: bool) -> None:
    assert np.abs(read(bare(TWELVE, is_implicit)).pixels - SHOWN).max() < 1e-6


def test_a_file_that_begins_like_a_tiff_but_is_dicom_is_read_as_dicom() -> None:
    assert read(b"II*\0" + dicom(TWELVE)[4:]).view == "CC"


def test_side_view_and_spacing_come_from_the_header() -> None:
    mammogram = read(dicom(TWELVE, ImageLaterality="R", ViewPosition="MLO", ImagerPixelSpacing=[0.05, 0.06]))
    assert (mammogram.laterality, mammogram.view, mammogram.spacing_mm) == (Laterality.RIGHT, "MLO", (0.05, 0.06))
    assert mammogram.warnings == ()


def test_laterality_and_view_code_stand_in_where_the_first_choice_is_missing() -> None:
    codes_only: dict[str, Any] = {"ImageLaterality": None, "Laterality": "L", "ViewPosition": None}
    view = Sequence([code("399368009", "medio-lateral oblique")])
    mammogram = read(dicom(TWELVE, ViewCodeSequence=view, **codes_only))
    assert (mammogram.laterality, mammogram.view) == (Laterality.LEFT, "MLO")


def test_what_the_header_does_not_tell_is_none() -> None:
    nothing: dict[str, Any] = {"ImageLaterality": "B", "ViewPosition": None, "ImagerPixelSpacing": None}
    mammogram = read(dicom(TWELVE, **nothing))
    assert (mammogram.laterality, mammogram.view, mammogram.spacing_mm) == (None, None, None)
    assert "(0018,1164)" in mammogram.warnings[0]


def test_pixel_spacing_counts_only_where_it_is_not_calibrated_to_the_patient() -> None:
    plain: dict[str, Any] = {"ImagerPixelSpacing": None, "PixelSpacing": [0.1, 0.1]}
    assert read(dicom(TWELVE, **plain)).spacing_mm == (0.1, 0.1)
    assert read(dicom(TWELVE, PixelSpacingCalibrationType="FIDUCIAL", **plain)).spacing_mm is None
    assert read(dicom(TWELVE, ImagerPixelSpacing=[0, 0])).spacing_mm is None


def test_our_view_codes_are_those_of_the_standard() -> None:
    names = {"CC": "CranioCaudal", "MLO": "MedioLateralObliqueProjection", "XCCL": "CranioCaudalExaggeratedLaterally"}
    for abbreviation, keyword in names.items():
        assert VIEWS[getattr(codes.cid4014, keyword).value] == abbreviation


@pytest.mark.parametrize(
    ("value", "meaning"),
    [("399209000", "implant displaced"), ("399055006", "spot compression"), ("399163009", "magnification")],
)
def test_special_views_are_read_with_a_warning(value: str, meaning: str) -> None:
    view = Sequence([code("399162004", "cranio-caudal", code(value, meaning))])
    assert meaning in read(dicom(TWELVE, ViewCodeSequence=view)).warnings[0]


def test_implants_magnification_and_raw_images_are_read_with_a_warning() -> None:
    attributes: dict[str, Any] = {
        "BreastImplantPresent": "YES",
        "EstimatedRadiographicMagnificationFactor": 1.8,
        "PresentationIntentType": "FOR PROCESSING",
    }
    said = " ".join(read(dicom(TWELVE, **attributes)).warnings)
    assert all(word in said for word in ("implant", "(0018,1114) 1.8", "FOR PROCESSING"))


def test_a_bright_background_is_warned_of_but_the_header_is_believed() -> None:
    mammogram = read(dicom((4095 - TWELVE).astype(np.uint16), BitsStored=12))
    assert np.abs(mammogram.pixels - (1 - SHOWN)).max() < 1e-6
    assert "(0028,0004)" in mammogram.warnings[0]


@pytest.mark.parametrize("modality", ["CR", "DX", "RG", "OT", "SC", None])
def test_another_modality_is_admitted_where_something_says_breast(modality: str | None) -> None:
    says: tuple[dict[str, Any], ...] = (
        {"BodyPartExamined": "BREAST"},
        {"ViewPosition": "MLO", "ImageLaterality": "R"},
        {"ViewCodeSequence": Sequence([code("399162004", "cranio-caudal")])},
        {"AnatomicRegionSequence": Sequence([code("76752008", "Breast")])},
    )
    for attributes in says:
        warning = read(dicom(TWELVE, Modality=modality, **NOTHING_SAYS_BREAST | attributes)).warnings[0]
        assert warning.startswith(f"Modality (0008,0060) is {modality or 'missing'}")


@pytest.mark.parametrize("modality", ["CT", "MR", "US", "NM", "XA", "PT", "SR", "SEG"])
def test_other_modalities_are_refused_by_name(modality: str) -> None:
    with pytest.raises(UnsupportedImage, match=rf"\(0008,0060\) is {modality}, not MG"):
        read(dicom(TWELVE, Modality=modality, **OTHER_SOP))


@pytest.mark.parametrize(
    "attributes",
    [{"BodyPartExamined": "CHEST"}, {"BodyPartExamined": "EXTREMITY", "ViewPosition": "AP"}, {"ViewPosition": "PA"}],
)
def test_a_radiograph_of_something_else_is_refused(attributes: dict[str, Any]) -> None:
    with pytest.raises(UnsupportedImage, match="not a breast"):
        read(dicom(TWELVE, Modality="CR", **NOTHING_SAYS_BREAST | attributes))


def test_a_radiograph_of_an_unnamed_part_is_admitted_only_when_large() -> None:
    large = np.repeat(np.repeat(TWELVE, 8, axis=0), 8, axis=1)  # 1280 x 1152
    assert "no body part is named" in read(dicom(large, Modality="RG", **NOTHING_SAYS_BREAST)).warnings[0]
    for pixels, modality in ((TWELVE, "RG"), (large, "OT")):
        with pytest.raises(UnsupportedImage, match="nothing says breast"):
            read(dicom(pixels, Modality=modality, **NOTHING_SAYS_BREAST))


def test_tomosynthesis_and_several_frames_are_refused() -> None:
    stack = np.stack([TWELVE] * 3)
    frames: dict[str, Any] = {"Rows": 160, "Columns": 144, "NumberOfFrames": 3}
    with pytest.raises(UnsupportedImage, match="Tomosynthesis"):
        read(dicom(stack, SOPClassUID=BreastTomosynthesisImageStorage, **frames))
    with pytest.raises(UnsupportedImage, match=r"Number of Frames \(0028,0008\) is 3"):
        read(dicom(stack, **frames))


def test_colour_no_pixels_and_zero_size_are_refused() -> None:
    colour: dict[str, Any] = {"SamplesPerPixel": 3, "PlanarConfiguration": 0, "PhotometricInterpretation": "RGB"}
    with pytest.raises(UnsupportedImage, match="RGB"):
        read(dicom(np.dstack([levels(8)] * 3), **colour))
    without = data_set(TWELVE)
    del without.PixelData
    with pytest.raises(UnsupportedImage, match="no Pixel Data"):
        read(written(without))
    with pytest.raises(UnsupportedImage, match="0 x 160"):
        read(dicom(TWELVE, Columns=0))
    with pytest.raises(UnsupportedImage, match="Bits Allocated"):
        read(dicom(TWELVE, BitsAllocated=32))


def test_size_is_judged_by_the_header_before_anything_is_decoded() -> None:
    with pytest.raises(ImageTooLarge, match="20000 x 10000"):
        read(dicom(TWELVE, Rows=10000, Columns=20000))
    with pytest.raises(ImageTooLarge):
        read(dicom(TWELVE), max_pixels=1000)


def test_a_compressed_image_larger_than_its_header_says_is_not_decoded() -> None:
    for syntax, plugin in ((JPEGLSLossless, "pyjpegls"), (JPEG2000Lossless, "pylibjpeg")):
        dataset = pydicom.dcmread(BytesIO(compressed(TWELVE, syntax, plugin)))
        dataset.Rows = 80
        with pytest.raises(UnreadableImage, match="144 x 160 pixels, the header says 144 x 80"):
            read(written(dataset, syntax))


def test_a_deflated_bomb_is_stopped() -> None:
    bomb = dicom(TWELVE, DeflatedExplicitVRLittleEndian)
    start = bomb.index(zlib_stream_of(bomb))
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    huge = deflater.compress(bytes(60_000_000)) + deflater.flush()
    with pytest.raises(ImageTooLarge, match="deflated"):
        read(bomb[:start] + huge, max_pixels=1_000_000)


def zlib_stream_of(data: bytes) -> bytes:
    """What follows the file meta information, whose length its first element tells."""
    return data[132 + 12 + int.from_bytes(data[140:144], "little") :]


@pytest.mark.parametrize("share", [0.02, 0.1, 0.5, 0.99])
@pytest.mark.parametrize("is_compressed", [True, False])
def test_a_truncated_file_is_unreadable(share: float, is_compressed: bool) -> None:
    whole = compressed(TWELVE, JPEG2000Lossless, "pylibjpeg") if is_compressed else dicom(TWELVE)
    with pytest.raises(UnreadableImage):
        read(whole[: int(len(whole) * share)])


def test_what_cannot_be_decompressed_is_said_with_its_transfer_syntax() -> None:
    dataset = data_set(TWELVE)
    dataset.PixelData = pydicom.encaps.encapsulate([b"\0" * 100])
    for syntax, name in ((pydicom.uid.MPEG2MPML, "MPEG2"), (RLELossless, "RLE Lossless")):
        with pytest.raises(UnreadableImage, match=name):
            read(written(dataset, syntax))


def test_messages_hold_nothing_of_the_patient() -> None:
    with pytest.raises(UnsupportedImage) as caught:
        read(dicom(TWELVE, Modality="CT", PatientName="Doe^Jane", PatientID="4711", **OTHER_SOP))
    assert not any(word in str(caught.value) for word in ("Doe", "Jane", "4711"))


def test_malformed_values_neither_stop_us_nor_warn() -> None:
    data = dicom(TWELVE, WindowCenter=2048, WindowWidth=4096, PatientID="x" * 60)
    for good, bad in (
        (b"2048", b"20x8"),
        (b"4096", b"nan "),
        (b"0.07\\0.07", b"0.07\\oops"),
        (b"BREAST", b"\xff\xfeEAST"),
    ):
        assert good in data
        data = data.replace(good, bad)
    before = list(warnings.filters)
    mammogram = read(data)
    assert np.abs(mammogram.pixels - SHOWN).max() < 1e-6
    assert mammogram.spacing_mm is None
    assert warnings.filters == before


def test_damaged_files_give_an_image_or_one_of_our_errors() -> None:
    random = np.random.default_rng(2)
    wholes = [dicom(TWELVE, syntax) for syntax in (*UNCOMPRESSED, DeflatedExplicitVRLittleEndian)]
    wholes += [compressed(TWELVE, RLELossless, "pydicom"), compressed(TWELVE, JPEG2000Lossless, "pylibjpeg")]
    refused = 0
    for turn in range(300):
        data = bytearray(wholes[turn % len(wholes)])
        for at in random.integers(130, 1500, random.integers(1, 6)):
            data[at] = random.integers(0, 256)
        try:
            assert 0 <= read(bytes(data)).pixels.min() <= 1
        except PipelineError:
            refused += 1
    assert refused > 50


def test_the_files_that_come_with_pydicom_are_all_refused_by_one_of_our_errors() -> None:
    files = sorted((Path(pydicom.__file__).parent / "data" / "test_files").rglob("*.dcm"))
    assert len(files) > 50
    for path in files:
        with pytest.raises(PipelineError):
            read(path.read_bytes())


@pytest.mark.realdata
def test_the_real_samples_are_read_and_refused_as_they_should(real_data: Path) -> None:
    folder = real_data / "dicom_samples"
    for path in (folder / "mammography").glob("*.dcm"):
        mammogram = read(path.read_bytes())
        assert (mammogram.laterality is not None, float(mammogram.pixels.max())) == (True, 1.0), path.name
    for path in (folder / "negative_other_modality").glob("*.dcm"):
        with pytest.raises(UnsupportedImage):
            read(path.read_bytes())


@pytest.mark.realdata
def test_12_bit_jpeg_extended_shows_what_jpeg_2000_shows(real_data: Path) -> None:
    folder = real_data / "dicom_samples" / "mammography"
    jpeg, jpeg_2000 = (read((folder / name).read_bytes()).pixels for name in ("MG1_JPLY.dcm", "MG1_J2KI.dcm"))
    assert np.abs(jpeg - jpeg_2000).mean() < 0.005
