from __future__ import annotations

from typing import Any

import pytest
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian, generate_uid

from pipeline.export.source import SourceHeaders, source_headers
from tests.pipeline.files import code, data_set, dicom, encoded, levels, written

STUDY, SERIES = generate_uid(entropy_srcs=["study"]), generate_uid(entropy_srcs=["series"])


def sent(syntax: str = ImplicitVRLittleEndian, /, **attributes: Any) -> bytes:
    whole = {"StudyInstanceUID": STUDY, "SeriesInstanceUID": SERIES} | attributes
    return dicom(levels(12), syntax, **whole)


def headers(data: bytes) -> SourceHeaders:
    found = source_headers(data)
    assert found is not None
    return found


def test_the_header_is_kept_and_the_pixels_are_not() -> None:
    kept = headers(sent(PatientID="A1", ViewCodeSequence=[code("399162004", "cranio-caudal")])).dataset
    assert (kept.PatientID, kept.Rows, kept.ImageLaterality) == ("A1", 160, "L")
    assert kept.ViewCodeSequence[0].CodeValue == "399162004"
    assert "PixelData" not in kept


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian])
def test_bytes_and_back_give_the_same_header(syntax: str) -> None:
    first = headers(sent(syntax, PatientName="Łącka^Ángela", SpecificCharacterSet="ISO_IR 192"))
    again = SourceHeaders.from_bytes(first.to_bytes())
    assert again.dataset == first.dataset
    assert (again.study_instance_uid, again.series_instance_uid) == (STUDY, SERIES)
    assert again.sop_instance_uid == first.sop_instance_uid


def test_text_of_another_character_set_is_kept_as_unicode() -> None:
    dataset = data_set(levels(12), StudyInstanceUID=STUDY, SeriesInstanceUID=SERIES)
    dataset.SpecificCharacterSet, dataset.PatientName = "ISO_IR 144", "Иванова^Анна"
    kept = SourceHeaders.from_bytes(headers(written(dataset)).to_bytes()).dataset
    assert (str(kept.PatientName), kept.SpecificCharacterSet) == ("Иванова^Анна", "ISO_IR 192")


def test_private_elements_and_other_people_are_not_kept() -> None:
    dataset = data_set(levels(12), StudyInstanceUID=STUDY, SeriesInstanceUID=SERIES, OperatorsName="Someone^Else")
    dataset.private_block(0x0019, "ACME", create=True).add_new(1, "LO", "secret")
    kept = headers(written(dataset)).dataset
    assert "OperatorsName" not in kept
    assert not any(element.tag.is_private for element in kept)


def test_a_picture_has_no_header() -> None:
    assert source_headers(encoded(".png", levels(8))) is None


@pytest.mark.parametrize("missing", ["SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID"])
def test_an_image_that_nothing_could_refer_to_has_no_header(missing: str) -> None:
    assert source_headers(sent(ExplicitVRLittleEndian, **{missing: None})) is None


def test_an_element_that_cannot_be_understood_is_left_out() -> None:
    data = sent(PatientAge="055Y", ImagerPixelSpacing=[0.07, 0.07]).replace(b"0.07\\0.07", b"0.07\\o.07")
    kept = headers(data).dataset
    assert "ImagerPixelSpacing" not in kept
    assert kept.PatientAge == "055Y"


def test_what_is_no_header_of_ours_is_refused() -> None:
    with pytest.raises(ValueError, match="header of a DICOM image"):
        SourceHeaders.from_bytes(b"not DICOM at all")
