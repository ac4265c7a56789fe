from __future__ import annotations

import io

import pytest
from flask.testing import FlaskClient
from pydicom import Dataset, dcmread

from app.secret_key import FILE, key_at
from app.settings import Settings
from pipeline.deidentify import deidentify
from pipeline.deidentify.pixels import breast_with_rim
from pipeline.read import read
from tests.app.stubs import send
from tests.pipeline.deidentify.planted import NEEDLES, named, written

KINDS = ("sr.dcm", "sr.dcm?kind=cad", "seg.dcm", "gsps.dcm", "sc.dcm", "pdf.dcm")


@pytest.fixture(scope="module")
def mammogram() -> bytes:
    return written(named(PatientSex="F", AccessionNumber="MRN7731942", StudyDate="19610203"))


@pytest.fixture
def location(client: FlaskClient, mammogram: bytes) -> str:
    return send(client, mammogram, "a.dcm").headers["Location"]


def asked(client: FlaskClient, location: str, kind: str, deidentified: bool, least: float = 0.0) -> bytes:
    sign = "&" if "?" in kind else "?"
    answer = client.get(f"{location}/{kind}{sign}deidentified={str(deidentified).lower()}&min_confidence={least}")
    assert (answer.status_code, answer.mimetype) == (200, "application/dicom")
    return bytes(answer.data)


def needles_in(data: bytes) -> list[str]:
    return [needle for needle in NEEDLES if needle.encode() in data.lower()]


@pytest.mark.parametrize("kind", KINDS)
def test_an_object_without_the_patient_tells_nothing_of_her(kind: str, client: FlaskClient, location: str) -> None:
    assert needles_in(asked(client, location, kind, deidentified=False)) != []
    data = asked(client, location, kind, deidentified=True)
    assert needles_in(data) == []
    assert dcmread(io.BytesIO(data)).PatientIdentityRemoved == "YES"


def references(dataset: Dataset) -> set[str]:
    return {str(element.value) for element in dataset.iterall() if element.keyword == "ReferencedSOPInstanceUID"}


def test_it_refers_to_the_image_as_deidentified_with_the_same_key(
    client: FlaskClient, location: str, mammogram: bytes, settings: Settings
) -> None:
    data = asked(client, location, "gsps.dcm", deidentified=True)
    image = dcmread(io.BytesIO(deidentify(mammogram, key_at(settings.data_dir / FILE)).data))
    found = dcmread(io.BytesIO(data))
    assert str(image.SOPInstanceUID) in references(found)
    assert (found.StudyInstanceUID, found.PatientID) == (image.StudyInstanceUID, image.PatientID)


def test_the_secondary_capture_is_black_around_the_breast(client: FlaskClient, location: str, mammogram: bytes) -> None:
    def dots_outside(deidentified: bool) -> int:
        shown = dcmread(io.BytesIO(asked(client, location, "sc.dcm", deidentified, least=1.0))).pixel_array
        rows, columns = shown.shape[:2]
        outside = ~breast_with_rim(read(mammogram).pixels)[: rows // 2, :columns]  # the disclaimer is at the foot
        return int((shown[: rows // 2].max(axis=-1) > 200)[outside].sum())

    assert dots_outside(deidentified=False) > dots_outside(deidentified=True) == 0


def test_yes_is_spelt_true(client: FlaskClient, location: str) -> None:
    answer = client.get(f"{location}/seg.dcm?deidentified=yes")
    assert (answer.status_code, answer.get_json()["code"]) == (400, "bad_parameter")
