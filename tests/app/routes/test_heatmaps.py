"""Maps of an analysis over HTTP: frame, colours, words inside, caching, and every refusal."""

from __future__ import annotations

import struct
import threading
from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from numpy.typing import NDArray
from werkzeug.test import TestResponse

from pipeline.errors import NoHeatmap
from pipeline.mammogram import Mammogram
from pipeline.preprocess import Prepared
from tests.app.stubs import COLUMNS, ROWS, StubAnalyst, send

Floats = NDArray[np.float32]


@pytest.fixture
def analyst() -> Iterator[MapAnalyst]:
    made = MapAnalyst()
    yield made
    made.gate.set()


class MapAnalyst(StubAnalyst):
    """Its maps are 1 in the upper left quarter; remembers what it was asked and where it ran."""

    def __init__(self) -> None:
        super().__init__()
        self.wanted: list[tuple[Any, ...]] = []
        self.seen: list[Prepared] = []

    def heatmap(self, mammogram: Mammogram, prepared: Prepared, *asked: Any) -> Floats:
        findings, model, method, finding = asked
        self.wanted.append((model, method, finding, len(findings), threading.current_thread().name))
        self.seen.append(prepared)
        if model == "hybrid":
            raise NoHeatmap("No network 'hybrid' is set up.")
        return quarter((mammogram.height, mammogram.width))

    def masking_map(self, mammogram: Mammogram, prepared: Prepared) -> Floats:
        self.wanted.append(("masking_map",))
        return quarter((mammogram.height, mammogram.width))


def quarter(shape: tuple[int, int]) -> Floats:
    map_ = np.zeros(shape, np.float32)
    map_[: shape[0] // 2, : shape[1] // 2] = 1
    return map_


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def location(client: FlaskClient) -> str:
    return send(client).headers["Location"]


def picture(answer: TestResponse) -> NDArray[np.uint8]:
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    return np.asarray(cv2.imdecode(np.frombuffer(answer.data, np.uint8), cv2.IMREAD_UNCHANGED), np.uint8)


def refusal(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["code"]


def words_in(png: bytes) -> dict[str, str]:
    """The tEXt chunks, walked as PNG 1.2 has it."""
    found, at = {}, 8
    while at < len(png):
        (length,), kind = struct.unpack(">I", png[at : at + 4]), png[at + 4 : at + 8]
        if kind == b"tEXt":
            keyword, _, text = png[at + 8 : at + 8 + length].partition(b"\0")
            found[keyword.decode()] = text.decode("latin-1")
        at += 12 + length
    return found


def test_a_heatmap_lies_over_the_sent_image_and_is_clear_where_it_is_low(client: FlaskClient, location: str) -> None:
    shown = picture(client.get(f"{location}/heatmap.png?model=cancer&opacity=0.5"))
    assert shown.shape == (ROWS, COLUMNS, 4)
    assert shown[10, 10].tolist() == [37, 231, 253, 128]  # viridis at 1, blue first as OpenCV reads it
    assert shown[-10, -10].tolist() == [0, 0, 0, 0]


def test_for_programs_there_are_the_bare_numbers(client: FlaskClient, location: str) -> None:
    shown = picture(client.get(f"{location}/masking-map.png?format=grey"))
    assert shown.shape == (ROWS, COLUMNS)
    assert (shown[10, 10], shown[-10, -10]) == (255, 0)


def test_every_map_says_inside_what_it_is_and_that_it_is_no_medical_device(client: FlaskClient, location: str) -> None:
    for address in ("heatmap.png?model=pathology&finding=1", "masking-map.png", "heatmap.png?model=cancer&format=grey"):
        words = words_in(client.get(f"{location}/{address}").data)
        assert "not a medical device" in words["Disclaimer"]
        assert words["Description"]


def test_the_worker_makes_a_map_once_from_what_the_networks_saw(
    client: FlaskClient, location: str, analyst: MapAnalyst
) -> None:
    for _ in range(2):
        picture(client.get(f"{location}/heatmap.png?model=pathology&finding=1&method=occlusion"))
    picture(client.get(f"{location}/heatmap.png?model=pathology&finding=2&method=occlusion"))
    assert analyst.wanted == [("pathology", "occlusion", n, 3, "analyses") for n in (1, 2)]
    kept = client.get(location).get_json()["preprocessed"]
    assert analyst.seen[0].pixels.shape == (kept["height"], kept["width"])
    assert analyst.seen[0].transform.flipped == kept["flipped"]


def test_a_browser_that_has_the_map_is_not_sent_it_again(client: FlaskClient, location: str) -> None:
    first = client.get(f"{location}/masking-map.png")
    again = client.get(f"{location}/masking-map.png", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert "no-cache" in first.headers["Cache-Control"]


@pytest.mark.parametrize(
    "question",
    [
        "model=other",
        "model=cancer&method=guess",
        "model=cancer&opacity=2",
        "model=cancer&format=jpeg",
        "model=pathology",
        "model=pathology&finding=0",
        "model=pathology&finding=one",
        "model=pathology&finding=-1",
    ],
)
def test_a_question_without_meaning_is_refused(question: str, client: FlaskClient, location: str) -> None:
    assert refusal(client.get(f"{location}/heatmap.png?{question}")) == (400, "bad_parameter")


def test_a_finding_that_is_not_there_is_refused_by_name(client: FlaskClient, location: str) -> None:
    answer = client.get(f"{location}/heatmap.png?model=pathology&finding=4")
    assert refusal(answer) == (404, "no_such_finding")


def test_a_network_that_is_not_set_up_has_no_heatmap(client: FlaskClient, location: str) -> None:
    assert refusal(client.get(f"{location}/heatmap.png?model=hybrid&finding=1")) == (404, "no_heatmap")


def test_before_the_analysis_is_done_there_is_none(client: FlaskClient, analyst: MapAnalyst) -> None:
    analyst.gate.clear()
    location = send(client, wait=False).headers["Location"]
    assert analyst.entered.wait(10)
    for address in ("heatmap.png?model=cancer", "masking-map.png"):
        assert refusal(client.get(f"{location}/{address}")) == (409, "not_ready")


def test_when_too_many_wait_for_maps_others_are_told_to_ask_again(
    app: Flask, client: FlaskClient, location: str
) -> None:
    seats = app.extensions["mammoscope"].map_seats
    while seats.acquire(blocking=False):
        pass
    answer = client.get(f"{location}/masking-map.png")
    assert refusal(answer) == (503, "queue_full")
    assert answer.headers["Retry-After"]
    seats.release()
    for name in ("masking-map.png", "heatmap.png?model=cancer", "heatmap.png?model=masking"):
        assert client.get(f"{location}/{name}").status_code == 200  # whoever is answered gives the seat back


def test_a_deleted_analysis_takes_its_maps_with_it(client: FlaskClient, location: str) -> None:
    assert client.get(f"{location}/masking-map.png").status_code == 200
    client.delete(location)
    assert refusal(client.get(f"{location}/masking-map.png")) == (404, "not_found")
