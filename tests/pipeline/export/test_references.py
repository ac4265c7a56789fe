"""Every object belongs to the patient, the study and the image that it is about."""

from __future__ import annotations

import pytest
from pydicom import Dataset

from pipeline.document import DISCLAIMER
from pipeline.export import KINDS
from pipeline.export.codes import OWN_SCHEME
from pipeline.export.result import SHORT_DISCLAIMER
from tests.pipeline.export.cases import SOURCES, headers, objects, opened

COPIED = ("PatientName", "PatientID", "PatientSex", "StudyInstanceUID", "StudyDate", "AccessionNumber")


def references(item: Dataset) -> set[tuple[str, str]]:
    """(class, instance) of every instance that is referred to anywhere inside."""
    found = set()
    for element in item:
        if element.VR == "SQ":
            found |= set().union(*(references(inner) for inner in element.value))
    if "ReferencedSOPInstanceUID" in item:
        found.add((item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID))
    return found


def texts(item: Dataset) -> str:
    """All text inside."""
    inner = (texts(child) for element in item if element.VR == "SQ" for child in element.value)
    return " ".join([*(str(element.value) for element in item if element.VR in ("LO", "LT", "ST", "UT")), *inner])


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("kind", KINDS)
def test_an_object_is_in_the_study_of_the_image_with_its_patient_and_in_a_series_of_its_own(
    kind: str, name: str
) -> None:
    made, source = opened(name, kind), headers(name).dataset
    for keyword in COPIED:
        assert made[keyword].value == source.get(keyword, made[keyword].value)
        assert keyword in source or not made[keyword].value
    assert made.SeriesInstanceUID != source.SeriesInstanceUID


@pytest.mark.parametrize("kind", KINDS)
def test_the_image_and_nothing_else_is_referred_to(kind: str) -> None:
    source = headers("framed")
    assert references(opened("framed", kind)) == {(source.sop_class_uid, source.sop_instance_uid)}


@pytest.mark.parametrize("kind", ["cad_sr", "sr"])
def test_the_image_is_evidence_with_its_study_and_series(kind: str) -> None:
    (study,) = opened("framed", kind).CurrentRequestedProcedureEvidenceSequence
    (series,) = study.ReferencedSeriesSequence
    assert study.StudyInstanceUID == headers("framed").study_instance_uid
    assert series.SeriesInstanceUID == headers("framed").series_instance_uid


def test_the_segmentation_lies_in_the_frame_of_reference_of_the_image() -> None:
    assert opened("framed", "seg").FrameOfReferenceUID == headers("framed").dataset.FrameOfReferenceUID


def test_one_finding_has_one_tracking_uid_in_every_object() -> None:
    segments = [item.TrackingUID for item in opened("phantom", "seg").SegmentSequence]
    marks = [item.TrackingUID for item in opened("phantom", "gsps").GraphicAnnotationSequence[0].GraphicObjectSequence]
    cad, sr = (tracked(opened("phantom", kind)) for kind in ("cad_sr", "sr"))
    assert marks == cad[:3] == sr[1:]  # the first of the measurement report is the whole image
    assert segments == [marks[0], marks[2]]  # the second finding has no outline
    assert len(set(cad + sr)) == 5


def tracked(item: Dataset) -> list[str]:
    found = [] if item.get("ValueType") != "UIDREF" or code_of(item) != "112040" else [str(item.UID)]
    return found + [uid for child in item.get("ContentSequence", ()) for uid in tracked(child)]


def code_of(item: Dataset) -> str:
    return str(item.ConceptNameCodeSequence[0].CodeValue)


@pytest.mark.parametrize("found", [True, False], ids=["findings", "none"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_object_says_in_its_series_and_inside_that_it_is_no_medical_device(kind: str, found: bool) -> None:
    made = opened("phantom", kind, found)
    assert made.SeriesDescription.endswith(SHORT_DISCLAIMER)
    assert len(made.SeriesDescription) <= 64
    del made.SeriesDescription
    assert DISCLAIMER in texts(made)


def test_the_report_inside_is_the_pdf() -> None:
    made = opened("phantom", "pdf")
    assert made.EncapsulatedDocument[:5] == b"%PDF-"
    assert made.EncapsulatedDocument[: made.EncapsulatedDocumentLength].rstrip().endswith(b"%%EOF")


def test_models_are_named_with_their_versions() -> None:
    algorithm = opened("phantom", "seg").SegmentSequence[0].SegmentationAlgorithmIdentificationSequence[0]
    assert (algorithm.AlgorithmName, algorithm.AlgorithmVersion) == ("transunet-compact", "1.0 sha256:123456789abc")


def test_the_image_is_shown_as_it_asks_to_be() -> None:
    """What a presentation state leaves out would count as identity (PS3.4 N.2.1)."""
    framed, bare, radiograph = (opened(name, "gsps") for name in ("framed", "bare", "radiograph"))
    assert (framed.PresentationLUTShape, bare.PresentationLUTShape) == ("INVERSE", "IDENTITY")
    window = framed.SoftcopyVOILUTSequence[0]
    assert (window.WindowCenter, window.WindowWidth) == (2048, 4096)
    table, sent = bare.SoftcopyVOILUTSequence[0].VOILUTSequence[0], headers("bare").dataset.VOILUTSequence[0]
    assert (table.LUTDescriptor, table.LUTData) == (sent.LUTDescriptor, sent.LUTData)
    assert radiograph.SoftcopyVOILUTSequence[0].WindowCenter == 2048  # the first of two
    assert (radiograph.RescaleSlope, radiograph.RescaleIntercept) == (1, 0)
    assert radiograph.DisplayedAreaSelectionSequence[0].PresentationPixelAspectRatio == [100000, 50000]


def test_names_in_other_scripts_arrive() -> None:
    assert str(opened("framed", "sr").PatientName) == "Wang^XiaoDong=王^小东"


def test_our_own_coding_scheme_is_declared_where_it_is_used() -> None:
    (scheme,) = opened("phantom", "sr").CodingSchemeIdentificationSequence
    assert scheme.CodingSchemeDesignator == OWN_SCHEME
    assert "CodingSchemeIdentificationSequence" not in opened("phantom", "cad_sr")
    assert OWN_SCHEME.encode() not in objects("phantom")["cad_sr"]
