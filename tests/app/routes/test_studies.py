"""A ZIP sent as one upload, and pixel spacing given by hand."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.settings import Settings
from tests.app.conftest import Conforms
from tests.app.stubs import StubAnalyst, png
from tests.pipeline.studies import four_views, packed, tomosynthesis, view

ADDRESS = "/api/v1/analyses"


def sent(client: FlaskClient, data: bytes, name: str = "study.zip", **fields: str) -> TestResponse:
    form: dict[str, Any] = {"file": (io.BytesIO(data), name), **fields}
    return client.post(ADDRESS, data=form, headers={"Prefer": "wait=30"} if not name.endswith(".zip") else {})


def test_each_image_of_a_zip_is_queued_in_the_order_of_the_hanging(client: FlaskClient, conforms: Conforms) -> None:
    answer = sent(client, packed(four_views()))
    assert answer.status_code == 202
    assert "Location" not in answer.headers
    assert answer.json is not None
    conforms(answer.json, "AcceptedStudy")
    entries = answer.json["analyses"]
    assert [entry["file"] for entry in entries] == ["b/4.dcm", "b/3.dcm", "a/2.dcm", "a/1.dcm"]
    for entry in entries:
        shown = client.get(entry["location"]).json
        assert shown is not None
        assert (shown["id"], shown["file"]) == (entry["id"], entry["file"])


def test_what_a_zip_holds_besides_images_is_listed_with_its_error(client: FlaskClient, conforms: Conforms) -> None:
    flat = view("L", "CC", ImageType=["DERIVED", "PRIMARY", "TOMO_2D"])
    files = {"a.dcm": flat, "b.dcm": tomosynthesis(), "c.txt": b"letter", "../d.dcm": view("R", "CC"), "e.png": png()}
    answer = sent(client, packed(files))
    assert (answer.status_code, answer.json is not None) == (202, True)
    conforms(answer.json, "AcceptedStudy")
    entries: dict[str, Any] = {entry["file"]: entry for entry in (answer.json or {})["analyses"]}
    codes = {name: entry["error"]["code"] for name, entry in entries.items() if "error" in entry}
    assert codes == {"b.dcm": "unsupported_image", "c.txt": "unreadable_image", "../d.dcm": "unreadable_archive"}
    assert entries["b.dcm"]["error"]["detail"].endswith("Analysed in its place: a.dcm.")


@pytest.mark.parametrize("files", [{"a.txt": b"letter"}, {}])
def test_a_zip_without_an_image_is_refused(files: Mapping[str, bytes], client: FlaskClient, conforms: Conforms) -> None:
    answer = sent(client, packed(files))
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    conforms(answer.json, "Problem")
    assert answer.json is not None
    assert answer.json["code"] == "unreadable_archive"
    assert client.get(ADDRESS).json == {"analyses": []}


def test_a_damaged_zip_and_a_bomb_are_refused(client: FlaskClient) -> None:
    damaged = sent(client, packed(four_views())[:-30]).json
    bomb = sent(client, packed({"bomb.dcm": bytes(20_000_000)}, zipfile.ZIP_DEFLATED)).json
    assert damaged is not None
    assert damaged["code"] == "unreadable_archive"
    assert bomb is not None
    assert bomb["analyses"][0]["error"]["code"] == "archive_too_large"


def test_images_beyond_the_queue_are_listed_as_not_taken(
    make_app: Callable[..., Flask], analyst: StubAnalyst, conforms: Conforms
) -> None:
    client = make_app(queue_limit=2).test_client()
    analyst.gate.clear()
    client.post(ADDRESS, data={"file": (io.BytesIO(png()), "first.png")})
    analyst.entered.wait(10)
    entries = (sent(client, packed(four_views())).json or {})["analyses"]
    assert ["error" in entry for entry in entries] == [False, False, True, True]
    assert entries[3]["error"]["code"] == "queue_full"
    assert sent(client, packed(four_views())).status_code == 503


def image_of(answer: TestResponse) -> dict[str, Any]:
    assert answer.status_code == 201
    return dict((answer.json or {})["image"])


def test_spacing_by_hand_is_used_where_the_image_has_none(client: FlaskClient) -> None:
    assert image_of(sent(client, png(), "a.png"))["pixel_spacing_mm"] is None
    assert image_of(sent(client, png(), "a.png", pixel_spacing_mm="0.1"))["pixel_spacing_mm"] == [0.1, 0.1]
    assert image_of(sent(client, png(), "a.png", pixel_spacing_mm="0.05,0.06"))["pixel_spacing_mm"] == [0.05, 0.06]
    assert image_of(sent(client, view("L", "CC"), "a.dcm", pixel_spacing_mm="0.1"))["pixel_spacing_mm"] == [0.07, 0.07]


@pytest.mark.parametrize("words", ["70", "0", "-0.1", "nan", "wide", "0.1,0.1,0.1", "0.1,"])
def test_spacing_that_cannot_be_is_refused(words: str, client: FlaskClient) -> None:
    answer = sent(client, png(), "a.png", pixel_spacing_mm=words)
    assert answer.status_code == 400
    assert (answer.json or {})["code"] == "bad_parameter"


def test_a_second_opinion_is_asked_for_by_a_form_field(client: FlaskClient, analyst: StubAnalyst) -> None:
    for fields in ({}, {"second_opinion": "on"}, {"second_opinion": "off"}):
        assert sent(client, png(), "a.png", **fields).status_code == 201
    assert analyst.asked == [None, True, False]  # None: as the settings say
    refused = sent(client, png(), "a.png", second_opinion="perhaps")
    assert (refused.status_code, (refused.json or {})["code"]) == (400, "bad_parameter")


def test_whether_a_second_opinion_was_asked_for_survives_a_restart(
    make_app: Callable[..., Flask], analyst: StubAnalyst
) -> None:
    analyst.gate.clear()
    first = make_app().test_client()
    first.post(ADDRESS, data={"file": (io.BytesIO(png()), "first.png")})
    analyst.entered.wait(10)
    form = {"file": (io.BytesIO(png()), "second.png"), "second_opinion": "off"}
    waiting = first.post(ADDRESS, data=form).headers["Location"]
    again = make_app()
    analyst.gate.set()
    again.extensions["mammoscope"].jobs.wait(Path(waiting).name, 10)
    assert False in analyst.asked


def test_spacing_by_hand_survives_a_restart(
    make_app: Callable[..., Flask], analyst: StubAnalyst, settings: Settings
) -> None:
    analyst.gate.clear()
    first = make_app().test_client()
    first.post(ADDRESS, data={"file": (io.BytesIO(png()), "first.png")})
    analyst.entered.wait(10)
    form = {"file": (io.BytesIO(png()), "second.png"), "pixel_spacing_mm": "0.1"}
    waiting = first.post(ADDRESS, data=form).headers["Location"]
    analyst.entered.clear()
    again = make_app()
    analyst.gate.set()
    jobs = again.extensions["mammoscope"].jobs
    record = jobs.wait(Path(waiting).name, 10)
    assert record.document["image"]["pixel_spacing_mm"] == [0.1, 0.1]
