"""STOW-RS in, as a client sees it: status, references and failure reasons."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom import uid
from werkzeug.test import TestResponse

from app import create_app
from app.network.multipart import encode
from app.network.received import SOP_CLASSES, RefusedObject, received
from app.settings import Settings
from tests.app.test_whole_way import stub_networks
from tests.network.programs import until
from tests.network.stubs import NAME, changed, uid_of
from training.phantom.others import ct_slice


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    chosen = Settings(data_dir=tmp_path / "data", results=("cad_sr",), max_upload_bytes=3_000_000)
    made = create_app(chosen, load=stub_networks, weights_problems=list)
    yield made
    made.extensions["mammoscope"].network.stop()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def post(client: FlaskClient, *parts: bytes) -> TestResponse:
    body, content_type = encode(parts)
    return client.post("/dicomweb/studies", data=body, content_type=content_type)


def reasons(answer: TestResponse, tag: str = "00081198") -> list[Any]:
    return [item["00081197"]["Value"][0] for item in answer.get_json()[tag]["Value"]]


def test_a_stored_mammogram_appears_on_the_page_and_its_results_are_kept(
    app: Flask, client: FlaskClient, mammogram: bytes
) -> None:
    answer = post(client, mammogram)
    assert (answer.status_code, answer.mimetype) == (200, "application/dicom+json")
    (stored,) = answer.get_json()["00081199"]["Value"]
    assert stored["00081155"] == {"vr": "UI", "Value": [uid_of(mammogram)]}
    parts = app.extensions["mammoscope"]
    until(lambda: len(client.get("/api/v1/analyses").get_json()["analyses"]) == 1)
    (line,) = client.get("/api/v1/analyses").get_json()["analyses"]
    (entry,) = parts.network.inbox.entries()
    assert (line["state"], line["file"]) == ("done", f"received {entry.key[:8]}")
    shown = client.get(f"/api/v1/analyses/{line['id']}").get_json()
    assert [finding["kind"] for finding in shown["findings"]] == ["mass"]
    assert shown["preprocessed"]["flipped"] is True
    until(lambda: client.get(f"/api/v1/analyses/{line['id']}/image.png", buffered=True).status_code == 200)
    assert NAME not in str(shown)
    assert [path.name for path in parts.network.inbox.results(entry.key)] == ["cad_sr.dcm"]
    assert post(client, mammogram).status_code == 200
    assert len(parts.network.inbox.entries()) == 1


def test_each_part_is_answered_for_itself(client: FlaskClient, mammogram: bytes) -> None:
    uid_in_it = uid_of(mammogram).encode()
    nameless = mammogram.replace(uid_in_it, b"x" * len(uid_in_it))
    answer = post(client, ct_slice(), b"no DICOM", mammogram, nameless)
    assert answer.status_code == 202
    assert len(answer.get_json()["00081199"]["Value"]) == 1
    assert reasons(answer) == [0x0122]
    assert reasons(answer, "0008119A") == [0xC000, 0xC000]


def test_all_refused_is_a_conflict(client: FlaskClient, mammogram: bytes) -> None:
    answer = post(client, changed(mammogram, SOPClassUID=uid.EncapsulatedPDFStorage))
    assert (answer.status_code, "00081199" in answer.get_json()) == (409, False)


def test_a_full_queue_is_told_as_out_of_resources(app: Flask, client: FlaskClient, mammogram: bytes) -> None:
    app.extensions["mammoscope"].network.limit = 0
    answer = post(client, mammogram)
    assert (answer.status_code, reasons(answer)) == (409, [0xA700])


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (b"{}", "application/json", 415, "unsupported_media_type"),
        (b"--b\r\n\r\ncut off", "multipart/related; boundary=b", 400, "bad_request"),
        (b"x" * 4_000_000, "multipart/related; boundary=b", 413, "upload_too_large"),
    ],
)
def test_what_is_no_stow_request_gets_a_problem_document(
    body: bytes, content_type: str, status: int, code: str, client: FlaskClient
) -> None:
    answer = client.post("/dicomweb/studies", data=body, content_type=content_type)
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)


@settings(max_examples=100)
@given(data=st.data())
def test_a_damaged_header_is_refused_or_taken_and_never_an_error(data: st.DataObject, mammogram: bytes) -> None:
    start = data.draw(st.integers(128, 1500))
    noise = data.draw(st.binary(min_size=1, max_size=12))
    damaged = (mammogram[:start] + noise + mammogram[start + len(noise) :])[: data.draw(st.integers(200, 4000))]
    with contextlib.suppress(RefusedObject):
        assert received(damaged).sop_class in SOP_CLASSES
