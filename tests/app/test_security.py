from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.app.stubs import png, send

PAGE = "http://prototype.example:5000"


@pytest.mark.parametrize("path", ["/", "/healthz", "/api/v1/analyses", "/api/v1/analyses/nothing"])
def test_every_answer_carries_the_protecting_headers(path: str, client: FlaskClient) -> None:
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert (headers["X-Content-Type-Options"], headers["X-Frame-Options"]) == ("nosniff", "DENY")


def test_by_default_no_other_page_may_read_our_answers(client: FlaskClient) -> None:
    assert "Access-Control-Allow-Origin" not in client.get("/api/v1/analyses", headers={"Origin": PAGE}).headers


def test_a_form_on_a_foreign_page_cannot_send_us_anything(client: FlaskClient) -> None:
    answer = client.post("/preprocess/png", data=png(), headers={"Origin": PAGE})
    assert (answer.status_code, answer.get_json()["code"]) == (403, "forbidden_origin")


def test_our_own_page_may_send(client: FlaskClient) -> None:
    assert client.post("/preprocess/png", data=png(), headers={"Origin": "http://localhost"}).status_code == 200


def test_a_configured_page_may_send_and_read(make_app: Callable[..., Flask]) -> None:
    client = make_app(cors_origins=(PAGE,)).test_client()
    answer = client.post("/preprocess/png", data=png(), headers={"Origin": PAGE})
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (200, PAGE)
    asked = {"Origin": PAGE, "Access-Control-Request-Method": "DELETE"}
    assert "DELETE" in client.options("/api/v1/analyses/x", headers=asked).headers["Access-Control-Allow-Methods"]
    other = client.post("/preprocess/png", data=png(), headers={"Origin": "http://other.example"})
    assert other.status_code == 403


def test_a_page_opened_from_a_file_can_be_allowed(make_app: Callable[..., Flask]) -> None:
    client = make_app(cors_origins=("null",)).test_client()
    answer = client.post("/preprocess/png", data=png(), headers={"Origin": "null"})
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (200, "null")


def test_results_are_not_kept_by_caches(client: FlaskClient) -> None:
    assert client.get(send(client).headers["Location"]).headers["Cache-Control"] == "no-store"


def test_a_name_made_to_point_at_this_machine_is_not_ours(client: FlaskClient) -> None:
    answer = client.get("/api/v1/analyses", headers={"Host": "rebound.example:8080"})
    assert (answer.status_code, answer.get_json()["code"]) == (403, "forbidden_host")
    for ours in ("127.0.0.1:8080", "localhost", "[::1]:8080"):
        assert client.get("/api/v1/analyses", headers={"Host": ours}).status_code == 200


def test_other_names_can_be_allowed_and_an_open_service_goes_by_any(make_app: Callable[..., Flask]) -> None:
    headers = {"Host": "reading.example"}
    assert (
        make_app(trusted_hosts=("reading.example",)).test_client().get("/healthz", headers=headers).status_code == 200
    )
    assert make_app(host="0.0.0.0").test_client().get("/healthz", headers=headers).status_code == 200
