from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from numpy.typing import NDArray
from werkzeug.test import TestResponse

from tests.app.stubs import COLUMNS, ROWS, StubAnalyst, breast, send


def pixels(answer: TestResponse) -> NDArray[np.uint8]:
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    return np.asarray(cv2.imdecode(np.frombuffer(answer.data, np.uint8), cv2.IMREAD_UNCHANGED), np.uint8)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Reads every answer to its end, so that the file behind it is closed."""

    class Buffered(FlaskClient):
        def open(self, *args: Any, **more: Any) -> TestResponse:
            return super().open(*args, buffered=True, **more)

    return Buffered(app)


@pytest.fixture
def location(client: FlaskClient) -> str:
    return send(client).headers["Location"]


def test_the_original_is_the_picture_that_was_sent(client: FlaskClient, location: str) -> None:
    shown = pixels(client.get(f"{location}/image.png"))
    assert shown.shape == (ROWS, COLUMNS)
    assert np.corrcoef(shown.ravel(), breast().ravel())[0, 1] > 0.999


def test_the_preprocessed_picture_is_of_the_size_the_answer_tells(client: FlaskClient, location: str) -> None:
    way = client.get(location).get_json()["preprocessed"]
    shown = pixels(client.get(f"{location}/image.png?variant=preprocessed"))
    assert shown.shape == (way["height"], way["width"])
    assert shown[:, :5].mean() > shown[:, -5:].mean()  # the chest wall is on the left now


def test_the_overlay_marks_what_is_confident_enough(client: FlaskClient, location: str) -> None:
    def marked(least: str) -> int:
        picture = pixels(client.get(f"{location}/overlay.png{least}")).astype(int)
        assert picture.shape == (ROWS, COLUMNS, 3)
        return int((np.ptp(picture, axis=2) > 40).sum())

    all_three, two, none = marked("?min_confidence=0"), marked(""), marked("?min_confidence=0.95")
    assert all_three > two > none == 0


@pytest.mark.parametrize(
    "address", ["image.png?variant=other", "overlay.png?min_confidence=high", "overlay.png?min_confidence=-1"]
)
def test_a_parameter_without_meaning_is_refused(address: str, client: FlaskClient, location: str) -> None:
    answer = client.get(f"{location}/{address}")
    assert (answer.status_code, answer.get_json()["code"]) == (400, "bad_parameter")


def test_pictures_that_are_not_made_yet_say_so(client: FlaskClient, analyst: StubAnalyst) -> None:
    analyst.gate.clear()
    location = send(client, wait=False).headers["Location"]
    assert analyst.entered.wait(10)
    assert client.get(f"{location}/image.png").status_code == 200  # the original is there from the first stage on
    for address in ("image.png?variant=preprocessed", "overlay.png"):
        answer = client.get(f"{location}/{address}")
        assert (answer.status_code, answer.get_json()["code"]) == (409, "not_ready")


def test_a_browser_asks_again_but_is_not_sent_the_same_picture_twice(client: FlaskClient, location: str) -> None:
    first = client.get(f"{location}/image.png")
    again = client.get(f"{location}/image.png", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
