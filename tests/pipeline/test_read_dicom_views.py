"""Side and view wherever a header may keep them, and the views and pictures that are read with a warning."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydicom import Dataset
from pydicom.sequence import Sequence
from pydicom.sr.codedict import codes

from pipeline.dicom_codes import MODIFIERS, SIDES, SPECIMEN
from pipeline.errors import UnsupportedImage
from pipeline.read import read
from tests.pipeline.files import code, dicom, levels, stored_high

TWELVE = levels(12)
NOWHERE: dict[str, Any] = {"ImageLaterality": None, "ViewPosition": None}


def warnings_of(**attributes: Any) -> tuple[str, ...]:
    return read(dicom(TWELVE, **attributes)).warnings


def modified(*modifiers: Dataset) -> Sequence:
    return Sequence([code("399162004", "cranio-caudal", *modifiers)])


def side_of(**attributes: Any) -> str | None:
    return read(dicom(TWELVE, **NOWHERE | attributes)).laterality


def region(value: str) -> Sequence:
    return Sequence([code(value, "a side")])


def test_the_side_is_found_in_a_frame_a_view_or_a_code() -> None:
    shared, anatomy = Dataset(), Dataset()
    anatomy.FrameLaterality = "R"
    shared.FrameAnatomySequence = Sequence([anatomy])
    assert side_of() is None
    assert side_of(FrameLaterality="L") == "L"
    assert side_of(SharedFunctionalGroupsSequence=Sequence([shared])) == "R"
    assert side_of(PerFrameFunctionalGroupsSequence=Sequence([shared])) == "R"
    assert side_of(ViewPosition="LCC") == "L"
    assert side_of(ViewCodeSequence=modified(code("24028007", "Right"))) == "R"
    assert side_of(AnatomicRegionSequence=region("80248007")) == "L"
    assert side_of(PrimaryAnatomicStructureSequence=region("T-04020")) == "R"


def test_a_modifier_of_the_region_tells_the_side() -> None:
    breast = code("76752008", "Breast")
    breast.AnatomicRegionModifierSequence = region("7771000")
    assert side_of(AnatomicRegionSequence=Sequence([breast])) == "L"


def test_the_image_is_believed_before_the_frame_and_two_sides_are_none() -> None:
    assert side_of(ImageLaterality="L", FrameLaterality="R") == "L"
    assert side_of(FrameLaterality="B", ViewPosition="LCC") is None
    both = Sequence([code("80248007", "Left breast"), code("73056007", "Right breast")])
    assert side_of(AnatomicRegionSequence=both) is None


@pytest.mark.parametrize(
    ("position", "side", "view"),
    [
        ("LCC", "L", "CC"),
        ("R_MLO", "R", "MLO"),
        ("R ML", "R", "ML"),
        ("LLM", "L", "LM"),
        ("LM", None, "LM"),
        ("LMO", None, "LMO"),
        ("MLO", None, "MLO"),
        ("RAO", None, "RAO"),
    ],
)
def test_a_view_position_may_carry_the_side(position: str, side: str | None, view: str) -> None:
    mammogram = read(dicom(TWELVE, ImageLaterality=None, ViewPosition=position))
    assert (mammogram.laterality, mammogram.view) == (side, view)


def test_our_codes_are_those_of_the_standard() -> None:
    modifiers = {getattr(codes.cid4015, name) for name in dir(codes.cid4015) if name[0].isupper()}
    named = {code.value: code.meaning.lower() for code in modifiers}
    assert set(named) - set(MODIFIERS) == {codes.cid4015.NippleInProfile.value}
    for value, words in MODIFIERS.items():
        assert value not in named or words.startswith(named[value].split(" (")[0])
    assert (SIDES[codes.cid244.Left.value], SIDES[codes.cid244.Right.value]) == ("L", "R")
    assert SIDES[codes.cid6023.LeftBreast.value] == "L"
    assert codes.cid4014.TissueSpecimenFromBreast.value in SPECIMEN


@pytest.mark.parametrize("value", list(MODIFIERS))
def test_every_special_view_is_read_and_named(value: str) -> None:
    expected = (f"Special view ({MODIFIERS[value]}): the models were not trained on such images.",)
    assert warnings_of(ViewCodeSequence=modified(code(value, "modifier"))) == expected
    beside = Sequence([code(value, "modifier")])
    assert warnings_of(ViewCodeSequence=modified(), ViewModifierCodeSequence=beside) == expected


def test_a_nipple_in_profile_is_how_a_view_should_be() -> None:
    assert warnings_of(ViewCodeSequence=modified(code("442581004", "Nipple in profile"))) == ()


def test_two_special_things_are_two_warnings_and_the_same_thing_is_one() -> None:
    implant, spot = code("399209000", "Implant Displaced"), code("399055006", "Spot Compression")
    said = warnings_of(ViewCodeSequence=modified(implant, spot, spot), BreastImplantPresent="YES")
    assert [warning.split(":")[0] for warning in said] == [
        "Special view (implant displaced)",
        "Special view (spot compression)",
    ]


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        ({"PartialView": "YES"}, "partial view"),
        ({"BreastImplantPresent": "YES"}, "implant"),
        ({"BurnedInAnnotation": "YES"}, "(0028,0301)"),
        ({"ContrastBolusAgent": "IODINE"}, "without contrast"),
        ({"ImageType": ["DERIVED", "PRIMARY", "TOMO_2D"]}, "Synthetic 2D"),
        ({"PatientOrientation": ["F", "P"]}, "(0020,0020)"),
        ({"PresentationIntentType": "FOR PROCESSING"}, "FOR PROCESSING"),
    ],
)
def test_other_pictures_are_read_with_one_warning(attributes: dict[str, Any], words: str) -> None:
    (said,) = warnings_of(**attributes)
    assert words in said


@pytest.mark.parametrize(
    "attributes",
    [
        {"PartialView": "NO", "BreastImplantPresent": "NO", "BurnedInAnnotation": "NO"},
        {"PatientOrientation": ["P", "L"]},
        {"PatientOrientation": ["A", "FR"]},
        {"ImageType": ["ORIGINAL", "PRIMARY"]},
    ],
)
def test_ordinary_pictures_are_read_without_one(attributes: dict[str, Any]) -> None:
    assert warnings_of(**attributes) == ()


def test_a_specimen_is_refused() -> None:
    with pytest.raises(UnsupportedImage, match="specimen"):
        read(dicom(TWELVE, ViewCodeSequence=Sequence([code("127457009", "tissue specimen from breast")])))


def test_overlays_and_shutters_are_not_drawn() -> None:
    overlay: dict[str, Any] = {"ShutterShape": "RECTANGULAR", "ShutterLeftVerticalEdge": "40"}
    plain = dicom(TWELVE)
    dataset = dicom(TWELVE, **overlay)
    assert np.array_equal(read(plain).pixels, read(dataset).pixels)


def test_an_overlay_in_the_bits_above_the_pixel_or_beside_it_does_not_show() -> None:
    expected = read(dicom(TWELVE)).pixels
    marks = np.zeros_like(TWELVE)
    marks[40:60] = 1 << 13
    above = dicom(TWELVE | marks, BitsStored=12)
    assert np.array_equal(read(above).pixels, expected)
    assert np.array_equal(read(stored_high(TWELVE, 12)).pixels, expected)


def test_signed_values_in_the_high_bits_keep_their_sign() -> None:
    signed = (levels(12).astype(np.int16) - 2048).astype(np.int16)
    low, high = read(dicom(signed, BitsStored=12)), read(stored_high(signed, 12))
    assert np.array_equal(low.pixels, high.pixels)
