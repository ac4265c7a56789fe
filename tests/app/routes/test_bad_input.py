"""What is no mammogram gets a problem document at once, and nothing stays behind."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.settings import Settings
from tests.app.conftest import Conforms
from tests.app.stubs import encoded, png, send

COLOUR = encoded(np.random.default_rng(0).integers(0, 255, (80, 80, 3), dtype=np.uint8))
BAD = {
    "text": (b"Dear colleague, the image is attached.", 422, "unreadable_image"),
    "nothing": (b"", 422, "unreadable_image"),
    "a PNG cut off": (png()[:200], 422, "unreadable_image"),
    "a DICOM file cut off": (b"\0" * 128 + b"DICM" + b"\2\0\0\0UL\4\0", 422, "unreadable_image"),
    "a colour picture": (COLOUR, 422, "unsupported_image"),
    "a black picture": (encoded(np.zeros((80, 80), np.uint8)), 422, "unsupported_image"),
    "too many pixels": (encoded(np.zeros((1200, 1000), np.uint8)), 413, "image_too_large"),
}


@pytest.mark.parametrize("wait", [True, False])
@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_refused_in_the_request(
    name: str, wait: bool, client: FlaskClient, settings: Settings, conforms: Conforms
) -> None:
    data, status, code = BAD[name]
    answer = send(client, data, wait=wait)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    problem = answer.get_json()
    conforms(problem, "Problem")
    assert (problem["code"], problem["status"]) == (code, status)
    assert problem["type"].endswith(code)
    assert "Traceback" not in answer.text
    assert client.get("/api/v1/analyses").get_json() == {"analyses": []}
    assert list((settings.data_dir / "files").iterdir()) == []


@pytest.mark.parametrize("name", BAD)
def test_the_prototypes_routes_refuse_it_alike(name: str, client: FlaskClient) -> None:
    data, status, code = BAD[name]
    answer = client.post("/preprocess/png", data=data)
    expected = (status, code) if data else (400, "missing_file")
    assert (answer.status_code, answer.get_json()["code"]) == expected


def test_an_upload_over_the_limit_is_refused(make_app: Callable[..., Flask], conforms: Conforms) -> None:
    answer = send(make_app(max_upload_bytes=1000).test_client(), b"\0" * 2000)
    conforms(answer.get_json(), "Problem")
    assert (answer.status_code, answer.get_json()["code"]) == (413, "upload_too_large")
    assert "1000 bytes" in answer.get_json()["detail"]


@pytest.mark.parametrize("data", [{}, {"other": (io.BytesIO(b"x"), "a.png")}, {"file": "text, not a file"}])
def test_a_form_without_the_file_is_refused(data: dict[str, object], client: FlaskClient) -> None:
    answer = client.post("/api/v1/analyses", data=data)
    assert (answer.status_code, answer.get_json()["code"]) == (400, "missing_file")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/analyses/nothing", 404, "not_found"),
        ("GET", "/api/v1/analyses/nothing/events", 404, "not_found"),
        ("GET", "/api/v1/analyses/nothing/image.png", 404, "not_found"),
        ("GET", "/api/v1/analyses/nothing/overlay.png", 404, "not_found"),
        ("DELETE", "/api/v1/analyses/nothing", 404, "not_found"),
        ("GET", "/api/v1/analyses/..%2f..%2fmammoscope.sqlite", 404, "not_found"),
        ("GET", "/api/v2/nothing", 404, "not_found"),
        ("POST", "/api/v2/nothing", 404, "not_found"),
        ("GET", "/no-such-page", 404, "not_found"),
        ("PUT", "/api/v1/analyses", 405, "method_not_allowed"),
        ("GET", "/preprocess/png", 405, "method_not_allowed"),
        ("POST", "/preprocess/gif", 400, "bad_parameter"),
        ("POST", "/mammogram/analysis/often", 400, "bad_parameter"),
        ("POST", "/mammogram/analysis/nan", 400, "bad_parameter"),
        ("POST", "/mammogram/analysis/1.5", 400, "bad_parameter"),
        ("POST", "/mammogram/analysis/0.3", 400, "missing_file"),
    ],
)
def test_every_wrong_address_or_parameter_has_its_problem(
    method: str, path: str, status: int, code: str, client: FlaskClient, conforms: Conforms
) -> None:
    answer = client.open(path, method=method)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    conforms(answer.get_json(), "Problem")
    assert answer.get_json()["code"] == code


def test_a_method_that_is_not_allowed_names_those_that_are(client: FlaskClient) -> None:
    assert "POST" in client.put("/api/v1/analyses").headers["Allow"]
