from __future__ import annotations

import dataclasses
import io
import logging
import subprocess
import sys

import numpy as np
import pytest
from pydicom import dcmread

from pipeline.document import to_document
from pipeline.document_read import analysis_of
from pipeline.export import KINDS, result_objects, source_headers
from pipeline.export.pdf import encapsulated_pdf
from pipeline.mammogram import Mammogram
from tests.pipeline.export import cases
from tests.pipeline.export.cases import AT, FINDINGS, analysis, file_of, headers, objects, written_objects
from tests.pipeline.files import data_set, levels, written


def uids(files: dict[str, bytes]) -> dict[str, str]:
    return {kind: str(dcmread(io.BytesIO(data)).SOPInstanceUID) for kind, data in files.items()}


def test_the_same_result_is_the_same_bytes() -> None:
    assert written_objects(analysis("framed"), headers("framed")) == objects("framed")


def test_another_time_changes_no_uid() -> None:
    later = result_objects(analysis("framed"), headers("framed"), KINDS, at=AT.replace(year=2027))
    assert {kind: str(made.SOPInstanceUID) for kind, made in later.items()} == uids(objects("framed"))


@pytest.mark.parametrize("change", ["models", "findings", "threshold", "image"])
def test_whatever_says_something_else_is_another_object(change: str) -> None:
    what, source, least = analysis("framed"), headers("framed"), 0.3
    if change == "models":
        what = dataclasses.replace(what, models=cases.MODELS | {"cancer": "cancer-compact 2.0 sha256:999999999999"})
    elif change == "findings":
        what = dataclasses.replace(what, findings=FINDINGS[1:])
    elif change == "threshold":
        least = 0.4
    else:
        source = headers("phantom")
    others = uids(written_objects(what, source, least))
    assert all(others[kind] != same for kind, same in uids(objects("framed")).items())


def test_all_uids_differ_and_are_valid() -> None:
    made = [
        result for name in cases.SOURCES for result in result_objects(analysis(name), headers(name), at=AT).values()
    ]
    assert len({result.SOPInstanceUID for result in made}) == len(made)
    assert all(result.SOPInstanceUID.is_valid and result.SeriesInstanceUID.is_valid for result in made)


def test_kinds_have_series_of_their_own_which_images_of_the_study_share() -> None:
    series = {kind: cases.opened("phantom", kind).SeriesInstanceUID for kind in KINDS}
    assert len(set(series.values())) == len(KINDS)
    other = dataclasses.replace(headers("phantom"), dataset=headers("phantom").dataset.copy())
    other.dataset.SOPInstanceUID = "1.2.3.4.5"
    shared = result_objects(analysis("phantom", FINDINGS[:1]), other, ["sr"], at=AT)["sr"]
    assert shared.SeriesInstanceUID == series["sr"]


def test_objects_made_of_the_stored_document_are_those_made_at_once() -> None:
    """The web page makes them from the document, the network from the analysis: a PACS shall see one object."""
    finding = dataclasses.replace(FINDINGS[0], confidence=0.8333333, malignant=1 / 3, outline=cases.UNEVEN / 3 + 20)
    made = analysis("phantom", (finding,))
    pixels = Mammogram(made.mammogram.pixels)
    stored = analysis_of(to_document(made, "a.dcm"), pixels)
    assert written_objects(made, headers("phantom")) == written_objects(stored, headers("phantom"))


def test_eight_bits_make_the_same_picture() -> None:
    made = analysis("phantom")
    eight = np.asarray(np.clip(made.mammogram.pixels * 255 + 0.5, 0, 255), np.uint8).astype(np.float32) / np.float32(
        255
    )
    shown = dataclasses.replace(made, mammogram=dataclasses.replace(made.mammogram, pixels=eight))
    assert written_objects(shown, headers("phantom"))["sc"] == objects("phantom")["sc"]


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="kind is one of cad_sr"):
        result_objects(analysis("phantom"), headers("phantom"), ["video"])


def test_only_a_pdf_is_encapsulated() -> None:
    with pytest.raises(ValueError, match="not a PDF"):
        encapsulated_pdf(b"<html>", headers("phantom"))


def test_a_pdf_of_odd_length_comes_out_as_it_went_in() -> None:
    pdf = b"%PDF-1.4 odd!"
    back = dcmread(io.BytesIO(file_of(encapsulated_pdf(pdf, headers("phantom"), AT))))
    assert back.EncapsulatedDocument[: back.EncapsulatedDocumentLength] == pdf
    assert len(back.EncapsulatedDocument) % 2 == 0


def test_no_name_reaches_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    dataset = data_set(levels(12), StudyInstanceUID="1.2.1", SeriesInstanceUID="1.2.2", PatientID="SECRET-ID")
    dataset.PatientName = "SECRET NAME WITHOUT PARTS"  # highdicom warns of such a name and quotes it
    source = source_headers(written(dataset))
    assert source is not None
    made = result_objects(analysis("bare"), source, at=AT)
    assert str(made["sr"].PatientName) == "SECRET NAME WITHOUT PARTS"
    assert "SECRET" not in caplog.text


def test_reading_a_header_does_not_load_highdicom() -> None:
    code = "import sys, pipeline.export; assert 'highdicom' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
