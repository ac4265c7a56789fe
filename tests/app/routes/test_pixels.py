"""The image at its full depth, as a viewer asks for it."""

from __future__ import annotations

import gzip
import json
from typing import Any

import cv2
import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from numpy.typing import NDArray
from werkzeug.test import TestResponse

from app.pixels import ABOUT, PIXELS
from app.settings import Settings
from app.store import Store
from pipeline.preprocess import Recipe, mask_in_frame
from pipeline.read import read
from tests.app.conftest import Conforms
from tests.app.stubs import COLUMNS, ROWS, StubAnalyst, breast, encoded, send
from tests.pipeline.files import dicom, levels

ELSEWHERE = {"REMOTE_ADDR": "10.0.0.9"}


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Reads every answer to its end, so that the file behind it is closed."""

    class Buffered(FlaskClient):
        def open(self, *args: Any, **more: Any) -> TestResponse:
            return super().open(*args, buffered=True, **more)

    return Buffered(app)


def values(answer: TestResponse) -> NDArray[np.uint16]:
    assert (answer.status_code, answer.mimetype) == (200, "application/octet-stream")
    data = gzip.decompress(answer.data) if answer.headers.get("Content-Encoding") == "gzip" else answer.data
    return np.frombuffer(data, "<u2").reshape(int(answer.headers["X-Rows"]), int(answer.headers["X-Columns"]))


def twelve_bits(**header: Any) -> bytes:
    return dicom(levels(12), WindowCenter=[1800, 1200], WindowWidth=[3000, 900], **header)


def test_stored_values_arrive_unchanged_with_what_a_viewer_needs_to_know(
    client: FlaskClient, conforms: Conforms
) -> None:
    location = send(client, twelve_bits(), "a.dcm").headers["Location"]
    answer = client.get(f"{location}/pixels")
    assert np.array_equal(values(answer), levels(12))
    said = {name: answer.headers[f"X-{name}"] for name in ("Bits-Stored", "Window-Center", "Window-Width")}
    assert said == {"Bits-Stored": "12", "Window-Center": "1800", "Window-Width": "3000"}
    assert answer.headers["X-Pixel-Spacing"] == "0.07,0.07"
    meta = client.get(f"{location}/pixels/meta").get_json()
    conforms(meta, "PixelsMeta")
    assert json.loads(answer.headers["X-Windows"]) == meta["windows"]
    assert [(one["name"], one["center"], one["width"]) for one in meta["windows"][:2]] == [
        ("Window 1", 1800, 3000),
        ("Window 2", 1200, 900),
    ]
    assert (meta["rows"], meta["columns"], meta["pixel_spacing_mm"]) == (*levels(12).shape, [0.07, 0.07])


def test_the_spacing_is_that_of_the_breast_and_empty_where_it_is_not_known(client: FlaskClient) -> None:
    magnified = twelve_bits(EstimatedRadiographicMagnificationFactor=1.4)
    answer = client.get(f"{send(client, magnified, 'a.dcm').headers['Location']}/pixels")
    assert answer.headers["X-Pixel-Spacing"] == "0.05,0.05"
    answer = client.get(f"{send(client).headers['Location']}/pixels")
    assert answer.headers["X-Pixel-Spacing"] == ""


def test_the_pixels_are_there_before_the_analysis(client: FlaskClient, analyst: StubAnalyst) -> None:
    analyst.gate.clear()
    send(client, wait=False)
    waiting = send(client, wait=False).headers["Location"]
    assert client.get(waiting).get_json()["state"] == "queued"
    assert np.array_equal(values(client.get(f"{waiting}/pixels")), breast())
    answer = client.get(f"{waiting}/mask.png")
    assert (answer.status_code, answer.get_json()["code"]) == (409, "not_ready")


def test_they_are_packed_for_other_machines_only(client: FlaskClient) -> None:
    location = send(client, twelve_bits(), "a.dcm").headers["Location"]
    asked = {"Accept-Encoding": "gzip, deflate, br"}
    here = client.get(f"{location}/pixels", headers=asked)
    there = client.get(f"{location}/pixels", headers=asked, environ_overrides=ELSEWHERE)
    plain = client.get(f"{location}/pixels", environ_overrides=ELSEWHERE)
    assert [answer.headers.get("Content-Encoding") for answer in (here, there, plain)] == [None, "gzip", None]
    assert len(there.data) < len(plain.data) / 2
    for answer in (here, there, plain):
        assert np.array_equal(values(answer), levels(12))
        assert answer.headers["Cache-Control"] == "private, no-cache"
        assert "Accept-Encoding" in answer.headers["Vary"]


@pytest.mark.parametrize("where", [{}, ELSEWHERE])
def test_what_the_browser_has_is_not_sent_again(where: dict[str, str], client: FlaskClient) -> None:
    location = send(client, twelve_bits(), "a.dcm").headers["Location"]
    asked = {"Accept-Encoding": "gzip"}
    tag = client.get(f"{location}/pixels", headers=asked, environ_overrides=where).headers["ETag"]
    again = client.get(f"{location}/pixels", headers={**asked, "If-None-Match": tag}, environ_overrides=where)
    assert (again.status_code, again.data) == (304, b"")
    client.delete(location)
    gone = client.get(f"{location}/pixels", headers={**asked, "If-None-Match": tag}, environ_overrides=where)
    assert gone.status_code == 404


def test_a_part_can_be_asked_for(client: FlaskClient) -> None:
    location = send(client, twelve_bits(), "a.dcm").headers["Location"]
    part = client.get(f"{location}/pixels", headers={"Range": "bytes=200-299"})
    assert (part.status_code, part.data) == (206, levels(12).tobytes()[200:300])


def test_an_analysis_from_before_pixels_were_kept_shows_its_eight_bits(
    client: FlaskClient, settings: Settings, conforms: Conforms
) -> None:
    location = send(client).headers["Location"]
    folder = Store(settings.data_dir).folder(location.rsplit("/", 1)[1])
    mask = client.get(f"{location}/mask.png").data
    for name in (PIXELS, ABOUT, "mask.png"):
        (folder / name).unlink()
    answer = client.get(f"{location}/pixels")
    assert answer.headers["X-Bits-Stored"] == "8"
    assert np.array_equal(values(answer), breast())
    conforms(client.get(f"{location}/pixels/meta").get_json(), "PixelsMeta")
    assert client.get(f"{location}/mask.png").data == mask


def test_the_mask_is_where_the_preprocessing_finds_the_breast(client: FlaskClient) -> None:
    answer = client.get(f"{send(client).headers['Location']}/mask.png")
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    mask = cv2.imdecode(np.frombuffer(answer.data, np.uint8), cv2.IMREAD_UNCHANGED)
    assert mask is not None
    assert mask.shape == (ROWS, COLUMNS)
    assert np.array_equal(mask == 255, mask_in_frame(read(encoded(breast())), Recipe()))
    assert set(np.unique(mask)) == {0, 255}
    assert mask[ROWS // 2, COLUMNS - 2] == 255
    assert mask[ROWS // 2, 2] == 0


def test_there_are_no_pixels_of_what_is_not_there(client: FlaskClient) -> None:
    for part in ("pixels", "pixels/meta", "mask.png"):
        assert client.get(f"/api/v1/analyses/{'0' * 32}/{part}").status_code == 404
