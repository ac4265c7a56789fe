"""How large a pixel is: at the detector, in the breast, and by hand."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from pydicom import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import BreastTomosynthesisImageStorage

from pipeline.document import to_document
from pipeline.finding import Analysis
from pipeline.preprocess import Recipe, preprocess
from pipeline.read import read
from pipeline.read_spacing import parse_spacing, with_spacing
from tests.pipeline.files import dicom, encoded, levels

TWELVE = levels(12)
PLAIN: dict[str, Any] = {"ImagerPixelSpacing": None, "PixelSpacing": [0.1, 0.2]}


def test_a_contact_view_is_measured_at_the_detector() -> None:
    mammogram = read(dicom(TWELVE))
    assert (mammogram.spacing_mm, mammogram.magnification) == ((0.07, 0.07), 1)
    assert mammogram.size_spacing_mm == mammogram.spacing_mm


def test_the_magnification_factor_divides_sizes_and_leaves_the_detectors_spacing() -> None:
    mammogram = read(dicom(TWELVE, EstimatedRadiographicMagnificationFactor=1.75))
    assert (mammogram.spacing_mm, mammogram.magnification) == ((0.07, 0.07), 1.75)
    assert mammogram.size_spacing_mm == pytest.approx((0.04, 0.04))
    assert mammogram.warnings == ("Magnification factor (0018,1114) 1.75: sizes in millimetres were divided by it.",)
    assert preprocess(mammogram, Recipe()).spacing_mm == pytest.approx((0.04, 0.04))
    image = to_document(Analysis(mammogram, (), None, None), "a.dcm")["image"]
    assert (image["pixel_spacing_mm"], image["magnification"]) == ([0.07, 0.07], 1.75)


@pytest.mark.parametrize(("factor", "taken"), [(1.05, 1.05), (1.0, 1), (0.5, 1), (0, 1), (4.1, 1)])
def test_a_factor_counts_between_1_and_4_and_is_said_where_it_is_notable(factor: float, taken: float) -> None:
    mammogram = read(dicom(TWELVE, EstimatedRadiographicMagnificationFactor=factor))
    assert mammogram.magnification == pytest.approx(taken)
    assert mammogram.warnings == ()


def test_pixel_spacing_corrected_for_geometry_tells_the_factor_where_none_is_given() -> None:
    corrected: dict[str, Any] = {"PixelSpacing": [0.05, 0.05], "PixelSpacingCalibrationType": "GEOMETRY"}
    assert read(dicom(TWELVE, **corrected)).magnification == pytest.approx(1.4)
    given = read(dicom(TWELVE, EstimatedRadiographicMagnificationFactor=1.5, **corrected))
    assert given.magnification == 1.5
    fiducial = read(dicom(TWELVE, **corrected | {"PixelSpacingCalibrationType": "FIDUCIAL"}))
    assert (fiducial.magnification, fiducial.spacing_mm) == (1, (0.07, 0.07))


def test_plain_pixel_spacing_stands_in_by_its_calibration_type() -> None:
    factor: dict[str, Any] = {"EstimatedRadiographicMagnificationFactor": 2}
    untyped = read(dicom(TWELVE, **PLAIN, **factor))
    geometry = read(dicom(TWELVE, PixelSpacingCalibrationType="GEOMETRY", **PLAIN, **factor))
    assert (untyped.size_spacing_mm, untyped.spacing_mm) == ((0.05, 0.1), (0.1, 0.2))
    assert (geometry.size_spacing_mm, geometry.magnification) == ((0.1, 0.2), 1)
    assert "(0028,0030)" in untyped.warnings[0]
    assert "corrected by its sender" in geometry.warnings[0]
    assert read(dicom(TWELVE, PixelSpacingCalibrationType="FIDUCIAL", **PLAIN)).size_spacing_mm is None


def test_a_scanned_film_has_the_spacing_of_its_scanner() -> None:
    film: dict[str, Any] = {"Modality": "RG", "SOPClassUID": "1.2.840.10008.5.1.4.1.1.7", "ImagerPixelSpacing": None}
    mammogram = read(dicom(TWELVE, NominalScannedPixelSpacing=[0.05, 0.05], **film))
    assert mammogram.spacing_mm == (0.05, 0.05)
    assert any("(0018,2010)" in warning for warning in mammogram.warnings)


def test_a_single_frame_of_an_enhanced_object_has_its_facts_in_functional_groups() -> None:
    shared, anatomy, window, measures = Dataset(), Dataset(), Dataset(), Dataset()
    anatomy.FrameLaterality = "R"
    window.WindowCenter, window.WindowWidth = 1024, 2048
    measures.PixelSpacing = [0.1, 0.1]
    shared.FrameAnatomySequence, shared.FrameVOILUTSequence = Sequence([anatomy]), Sequence([window])
    shared.PixelMeasuresSequence = Sequence([measures])
    flat: dict[str, Any] = {"SOPClassUID": BreastTomosynthesisImageStorage, "ImageType": ["DERIVED", "GENERATED_2D"]}
    nothing: dict[str, Any] = {"ImageLaterality": None, "ImagerPixelSpacing": None}
    mammogram = read(dicom(TWELVE, SharedFunctionalGroupsSequence=Sequence([shared]), **flat, **nothing))
    assert (mammogram.laterality, mammogram.spacing_mm) == ("R", (0.1, 0.1))
    assert np.abs(mammogram.pixels - np.clip(TWELVE / 2047, 0, 1)).max() < 1e-5


@pytest.mark.parametrize(
    ("words", "spacing"), [("0.1", (0.1, 0.1)), (" 0.05 , 0.06 ", (0.05, 0.06)), ("1e-1", (0.1, 0.1))]
)
def test_spacing_is_given_in_millimetres(words: str, spacing: tuple[float, float]) -> None:
    assert parse_spacing(words) == spacing


@pytest.mark.parametrize("words", ["", "70", "0.005", "a", "0.1 0.1", "0.1,0.1,0.1", "0.1;0.1", "inf", "nan", "-0.1"])
def test_anything_else_is_refused(words: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        parse_spacing(words)


@pytest.mark.parametrize("extension", [".png", ".tiff", ".jpg"])
def test_spacing_by_hand_is_used_for_pictures_and_said(extension: str) -> None:
    mammogram = read(encoded(extension, levels(8)), spacing_mm=(0.1, 0.2))
    assert mammogram.spacing_mm == (0.1, 0.2)
    assert mammogram.warnings == ("Pixel spacing 0.1 x 0.2 mm was given by hand: sizes are as right as it is.",)
    assert mammogram.grey_levels == read(encoded(extension, levels(8))).grey_levels


def test_spacing_by_hand_fills_a_gap_of_dicom_and_never_replaces_what_it_tells() -> None:
    filled = read(dicom(TWELVE, ImagerPixelSpacing=None), spacing_mm=(0.1, 0.1))
    assert (filled.spacing_mm, len(filled.warnings)) == ((0.1, 0.1), 1)
    kept = read(dicom(TWELVE), spacing_mm=(0.1, 0.1))
    assert (kept.spacing_mm, "kept" in kept.warnings[0]) == ((0.07, 0.07), True)
    same = with_spacing(kept, (0.07, 0.07))
    assert dataclasses.astuple(same)[1:] == dataclasses.astuple(kept)[1:]
