"""The contract of the program this one continues, as its page relies on it."""

from __future__ import annotations

import base64
from typing import Any

import cv2
import numpy as np
import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from app.pictures import grey_of_png
from app.prototype import segmentation_to_json
from pipeline.finding import Finding, Kind
from pipeline.geometry import Box
from tests.app.conftest import Conforms
from tests.app.stubs import COLUMNS, ROWS, StubAnalyst, breast, encoded, png


def analyze(client: FlaskClient, threshold: str = "0.3", data: bytes | None = None) -> list[dict[str, Any]]:
    text = base64.b64encode(png() if data is None else data)
    answer = client.post(f"/mammogram/analysis/{threshold}", data=text)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.get_json()["segmentations"]
    return found


@pytest.mark.parametrize("image_type", ["png", "jpeg", "dicom"])
def test_preprocess_takes_raw_bytes_and_gives_base64_of_a_png(client: FlaskClient, image_type: str) -> None:
    """Content decides what the bytes are: browsers derive the type from the file's name."""
    answer = client.post(f"/preprocess/{image_type}", data=png())
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    picture = base64.b64decode(answer.text, validate=True)
    assert picture.startswith(b"\x89PNG")
    pixels = grey_of_png(picture)
    assert pixels.shape[0] <= ROWS
    assert pixels[:, :5].mean() > pixels[:, -5:].mean()  # flipped to the left


def test_what_preprocess_gave_can_be_sent_back_as_a_canvas_encodes_it(client: FlaskClient) -> None:
    """The page draws the picture on a canvas, so a PNG with colour channels and alpha comes back."""
    picture = base64.b64decode(client.post("/preprocess/png", data=png()).data)
    grey = grey_of_png(picture)
    assert len(analyze(client, data=encoded(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGRA)))) == 1


def test_an_answer_is_what_the_page_draws(client: FlaskClient, conforms: Conforms) -> None:
    found = analyze(client)
    conforms({"segmentations": found}, "PrototypeAnswer")
    (mass,) = found
    y1, x1, y2, x2 = mass["roi_bbox"]
    assert (mass["width"], mass["height"]) == (y2 - y1, x2 - x1)  # rows and columns, named as the prototype did
    mask = np.array(mass["segmentation"]).reshape(y2 - y1, x2 - x1)
    assert set(np.unique(mask)) == {0, 255}
    y, x, width, height = mass["bbox"]
    rows, columns = np.nonzero(mask)
    assert (rows.min() + y1, columns.min() + x1) == (y, x)
    assert (np.ptp(columns) + 1, np.ptp(rows) + 1) == (width, height)
    assert (x, y, width, height) == pytest.approx((20, 40, 31, 41), abs=1)
    assert (mass["bboxConfidence"], mass["pathology"]) == (0.9, 0.7)


def test_only_masses_from_the_threshold_up_are_given(client: FlaskClient) -> None:
    assert [len(analyze(client, threshold)) for threshold in ("0", "0.2", "0.21", "0.9", "1")] == [2, 2, 1, 1, 0]


def test_a_moved_slider_does_not_run_the_models_again(client: FlaskClient, analyst: StubAnalyst) -> None:
    for threshold in ("0.1", "0.2", "0.5"):
        analyze(client, threshold)
    assert analyst.analyses == 1
    analyze(client, data=encoded(breast()[::-1].copy()))
    assert analyst.analyses == 2


def test_line_breaks_and_a_data_url_are_taken_as_well(client: FlaskClient) -> None:
    broken = b"data:image/png;base64," + base64.encodebytes(png())
    form = {"Content-Type": "application/x-www-form-urlencoded"}  # what curl -d announces
    assert client.post("/mammogram/analysis/0.3", data=broken, headers=form).status_code == 200


def test_a_body_that_is_not_base64_is_refused(client: FlaskClient) -> None:
    answer = client.post("/mammogram/analysis/0.3", data=b"not base64 at all!")
    assert (answer.status_code, answer.get_json()["code"]) == (422, "unreadable_image")


def test_the_prototype_keeps_nothing_on_disk(client: FlaskClient) -> None:
    analyze(client)
    assert client.get("/api/v1/analyses").get_json() == {"analyses": []}


def test_without_an_outline_the_box_is_the_mask_and_without_an_estimate_pathology_is_a_half() -> None:
    made = segmentation_to_json(Finding(Kind.MASS, Box(10, 20, 8, 4), 0.5), COLUMNS, ROWS)
    assert (made["bbox"], made["pathology"]) == ([20, 10, 8, 4], 0.5)
    assert sum(made["segmentation"]) == 8 * 4 * 255


@given(
    x=st.floats(-5, COLUMNS + 5),
    y=st.floats(-5, ROWS + 5),
    width=st.floats(0.1, COLUMNS),
    height=st.floats(0.1, ROWS),
    outlined=st.booleans(),
)
def test_every_region_lies_in_the_picture_and_is_square_where_it_can_be(
    x: float, y: float, width: float, height: float, outlined: bool
) -> None:
    corners = np.array([[x, y], [x + width, y], [x + width, y + height]]) if outlined else None
    made = segmentation_to_json(Finding(Kind.MASS, Box(x, y, width, height), 0.5, corners), COLUMNS, ROWS)
    y1, x1, y2, x2 = made["roi_bbox"]
    assert 0 <= y1 < y2 <= ROWS
    assert 0 <= x1 < x2 <= COLUMNS
    assert len(made["segmentation"]) == made["width"] * made["height"]
    top, left, columns, rows = made["bbox"]
    assert y1 <= top < top + rows <= y2
    assert x1 <= left < left + columns <= x2
    if max(width, height) * 1.6 <= min(ROWS, COLUMNS):
        assert made["width"] == made["height"]
