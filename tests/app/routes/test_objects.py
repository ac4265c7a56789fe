from __future__ import annotations

import io

import numpy as np
import pydicom
import pytest
from flask.testing import FlaskClient
from pydicom import Dataset
from werkzeug.test import TestResponse

from tests.app.stubs import COLUMNS, OUTLINE, ROWS, StubAnalyst, breast, send
from tests.pipeline.files import dicom

CLASSES = {
    "sr.dcm": "1.2.840.10008.5.1.4.1.1.88.33",
    "sr.dcm?kind=cad": "1.2.840.10008.5.1.4.1.1.88.50",
    "seg.dcm": "1.2.840.10008.5.1.4.1.1.66.4",
    "gsps.dcm": "1.2.840.10008.5.1.4.1.1.11.1",
    "sc.dcm": "1.2.840.10008.5.1.4.1.1.7",
    "pdf.dcm": "1.2.840.10008.5.1.4.1.1.104.1",
}


@pytest.fixture(scope="module")
def mammogram() -> bytes:
    uids = {"StudyInstanceUID": "1.2.3.1", "SeriesInstanceUID": "1.2.3.2", "SOPInstanceUID": "1.2.3.3"}
    return dicom(breast(), PatientID="A1", PatientName="Nobody^At^All", ImageLaterality="R", **uids)


@pytest.fixture
def location(client: FlaskClient, mammogram: bytes) -> str:
    return send(client, mammogram, "a.dcm").headers["Location"]


def opened(answer: TestResponse) -> Dataset:
    assert (answer.status_code, answer.mimetype) == (200, "application/dicom")
    return pydicom.dcmread(io.BytesIO(answer.data))


def test_every_object_is_of_its_class_in_the_study_of_the_image(client: FlaskClient, location: str) -> None:
    for address, sop_class in CLASSES.items():
        answer = client.get(f"{location}/{address}")
        found = opened(answer)
        assert found.SOPClassUID == sop_class
        assert (found.StudyInstanceUID, found.PatientID) == ("1.2.3.1", "A1")
        assert "no-store" in answer.headers["Cache-Control"]


def test_the_mask_lies_where_the_document_says(client: FlaskClient, location: str) -> None:
    mask = opened(client.get(f"{location}/seg.dcm")).pixel_array
    assert mask.shape == (ROWS, COLUMNS)
    rows, columns = np.nonzero(mask)
    assert (columns.min(), columns.max() + 1) == (OUTLINE[:, 0].min(), OUTLINE[:, 0].max())
    assert (rows.min(), rows.max() + 1) == (OUTLINE[:, 1].min(), OUTLINE[:, 1].max())


def test_a_higher_threshold_leaves_marks_out_and_makes_another_object(client: FlaskClient, location: str) -> None:
    usual, strict = (opened(client.get(f"{location}/gsps.dcm?min_confidence={least}")) for least in (0.3, 0.7))
    marks = [len(found.GraphicAnnotationSequence[0].GraphicObjectSequence) for found in (usual, strict)]
    assert marks == [2, 1]
    assert usual.SOPInstanceUID != strict.SOPInstanceUID


def test_asking_twice_gives_the_same_bytes(client: FlaskClient, location: str) -> None:
    for address in CLASSES:
        assert client.get(f"{location}/{address}").data == client.get(f"{location}/{address}").data


def test_the_analysis_says_whether_results_can_refer_to_its_image(client: FlaskClient, location: str) -> None:
    assert client.get(location).get_json()["referable"] is True
    assert client.get(send(client).headers["Location"]).get_json()["referable"] is False


def test_a_picture_without_a_header_has_no_objects(client: FlaskClient) -> None:
    address = send(client).headers["Location"]
    for name in CLASSES:
        answer = client.get(f"{address}/{name}")
        assert (answer.status_code, answer.get_json()["code"]) == (404, "not_referable")


def test_an_unfinished_analysis_has_none_yet(client: FlaskClient, analyst: StubAnalyst, mammogram: bytes) -> None:
    analyst.gate.clear()
    address = send(client, mammogram, wait=False).headers["Location"]
    assert analyst.entered.wait(10)
    answer = client.get(f"{address}/sr.dcm")
    assert (answer.status_code, answer.get_json()["code"]) == (409, "not_ready")


def test_unknown_ids_kinds_and_thresholds_are_told_so(client: FlaskClient, location: str) -> None:
    assert client.get("/api/v1/analyses/none/seg.dcm").get_json()["code"] == "not_found"
    assert client.get(f"{location}/sr.dcm?kind=other").get_json()["code"] == "bad_parameter"
    assert client.get(f"{location}/seg.dcm?min_confidence=2").get_json()["code"] == "bad_parameter"


def test_deleting_an_analysis_deletes_the_header_with_it(client: FlaskClient, location: str) -> None:
    assert client.delete(location).status_code == 204
    assert client.get(f"{location}/sr.dcm").status_code == 404
