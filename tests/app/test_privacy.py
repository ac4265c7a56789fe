"""A patient's name and numbers in every place of an image: none of them in logs, figures, file names, answers."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.audit import FILE, verify
from app.cli.reading import Source, document_of
from app.settings import Settings
from app.store import SOURCE_HEADERS
from pipeline.study import Entry
from tests.app.stubs import StubAnalyst, send
from tests.pipeline.deidentify.planted import NAME, NEEDLES, NUMBER, everywhere, named, written


@pytest.fixture(scope="module")
def image() -> bytes:
    return written(everywhere())


@pytest.fixture(autouse=True)
def everything_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)


def needles_in(text: str | bytes) -> list[str]:
    spelt = (text.encode() if isinstance(text, str) else text).lower()
    return [needle for needle in NEEDLES if needle.encode() in spelt]


def names_below(directory: Path) -> str:
    return "\n".join(str(path.relative_to(directory)) for path in directory.rglob("*"))


def what_is_left_behind(client: FlaskClient, settings: Settings, log: str) -> Iterator[str]:
    """Whatever outlives the request and is looked at by others than the reader."""
    yield log
    yield client.get("/metrics").text
    yield names_below(settings.data_dir)
    yield (settings.data_dir / FILE).read_text()


def test_an_analysis_leaves_no_identifier_behind(
    client: FlaskClient, image: bytes, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    answer = send(client, image, "quillfeather_mrn7731942.dcm")
    assert answer.status_code == 201
    location = answer.headers["Location"]
    for address in ("", "/image.png", "/overlay.png", "/pixels", "/report.pdf", "/report.html", "/sr.dcm", "/events"):
        client.get(f"{location}{address}", buffered=True)
    client.get(f"/api/v1/analyses/{NUMBER}")
    client.get(f"{location}/report.pdf?min_confidence={NUMBER}")
    for left in what_is_left_behind(client, settings, caplog.text):
        assert needles_in(left) == []
    assert verify(settings.data_dir / FILE).lines >= 6


def test_nothing_but_the_header_that_results_refer_to_names_the_patient(
    client: FlaskClient, image: bytes, settings: Settings
) -> None:
    send(client, image, "a.dcm")
    kept = [path for path in settings.data_dir.rglob("*") if path.is_file() and path.name != SOURCE_HEADERS]
    assert {"mammoscope.sqlite", "pixels.u16", "pixels.json"} <= {path.name for path in kept}
    assert [path.name for path in kept if needles_in(path.read_bytes())] == []


def test_the_answers_tell_the_findings_and_not_the_patient(client: FlaskClient, image: bytes) -> None:
    answer = send(client, image, "a.dcm")
    location = answer.headers["Location"]
    for address in ("", "/report.pdf", "/report.html", "/image.png", "/overlay.png", "/pixels", "/pixels/meta"):
        shown = client.get(f"{location}{address}", buffered=True)
        assert needles_in(shown.data + str(shown.headers).encode()) == []
    for address in ("/api/v1/analyses", "/api/v1/studies"):
        assert needles_in(client.get(address).data) == []
    assert needles_in(answer.data) == []


@pytest.mark.parametrize("kept", [132, 400, 2000, -100])
def test_neither_do_refusals(
    kept: int, client: FlaskClient, image: bytes, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    answer = send(client, image[:kept], "quillfeather.dcm")
    assert answer.status_code == 422
    captured = capfd.readouterr()
    assert needles_in(answer.text + caplog.text + captured.out + captured.err) == []


def test_neither_does_a_failure_of_ours(
    client: FlaskClient, image: bytes, analyst: StubAnalyst, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    analyst.error = RuntimeError(f"cannot handle {NAME} {NUMBER}")
    answer = send(client, image, "quillfeather.dcm")
    assert (answer.status_code, answer.get_json()["code"]) == (500, "internal_error")
    assert caplog.text != ""
    assert needles_in(answer.text + caplog.text + client.get("/metrics").text + names_below(settings.data_dir)) == []


def test_after_deletion_no_byte_of_the_patient_is_left(
    make_app: Callable[..., Flask], image: bytes, settings: Settings
) -> None:
    client = make_app(undo_minutes=0).test_client()
    location = send(client, image, "a.dcm").headers["Location"]
    assert client.delete(location).status_code == 204
    left = [path for path in (settings.data_dir / "files").rglob("*") if path.is_file()]
    assert left == []
    assert needles_in((settings.data_dir / FILE).read_bytes()) == []


def test_the_command_line_tells_the_findings_and_not_the_patient(
    image: bytes, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    for data in (image, image[:900]):
        source = Source("a.dcm", Entry("a.dcm", lambda data=data: data))  # type: ignore[misc]
        assert needles_in(str(document_of(source, "a.dcm", StubAnalyst(), 1_000_000))) == []
    captured = capfd.readouterr()
    assert needles_in(caplog.text + captured.out + captured.err) == []


def test_what_comes_over_the_network_is_named_by_us(
    app: Flask, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    client, boundary = app.test_client(), "b7731"
    part = f"--{boundary}\r\nContent-Type: application/dicom\r\n\r\n".encode()
    body = part + written(named(SOPInstanceUID="1.2.3.7731942.77")) + f"\r\n--{boundary}--\r\n".encode()
    content_type = f'multipart/related; type="application/dicom"; boundary={boundary}'
    assert client.post("/dicomweb/studies", data=body, content_type=content_type).status_code == 200
    until = time.monotonic() + 30
    while time.monotonic() < until and "analysed" not in (settings.data_dir / FILE).read_text():
        time.sleep(0.05)
    app.extensions["mammoscope"].network.stop()
    for left in what_is_left_behind(client, settings, caplog.text):
        assert needles_in(left) == []
    whats = [line.split('"what":"')[1].split('"')[0] for line in (settings.data_dir / FILE).read_text().splitlines()]
    assert {"received", "analysed"} <= set(whats)
