"""The real pipeline behind the service, with networks that answer at once: DICOM in, document out."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from app import create_app
from app.settings import Settings
from pipeline.calibration import Judgement
from pipeline.errors import ModelUnavailable
from pipeline.models import Models
from pipeline.preprocess import Recipe
from pipeline.second_opinion import SecondNetwork
from pipeline.together import Together
from tests.app.conftest import Conforms
from tests.app.stubs import png, send
from tests.pipeline.stubs import PlainSeen
from training.phantom.dicom import dicom_bytes
from training.phantom.draw import draw_phantom
from training.phantom.others import ct_slice, enormous_png, tomosynthesis

Floats = NDArray[np.float32]
RAISED = {"probability": 0.6, "image": 0.25, "interval": None, "worst_finding": 1}


@dataclass
class OneBox:
    """Finds one mass in the upper left quarter of the breast."""

    height: int = 64
    width: int = 32

    def __call__(self, pixels: Floats) -> tuple[Floats, Floats]:
        return np.array([[16, 4, 32, 12]], np.float32), np.array([0.8], np.float32)


@dataclass
class Disc:
    side: int = 32

    def __call__(self, crop: Floats) -> Floats:
        y, x = np.mgrid[: self.side, : self.side] - self.side / 2
        return np.asarray(x**2 + y**2 < (self.side / 4) ** 2, np.float32)


@dataclass
class Always:
    answer: Floats
    height: int = 16
    width: int = 16

    def __call__(self, pixels: Floats) -> Floats:
        return self.answer


@dataclass
class Doubtful:
    height: int = 16
    width: int = 16
    taught: tuple[int, int] | None = None
    together: Together | None = None

    def __call__(self, pixels: Floats) -> Judgement:
        return Judgement(0.25)


@dataclass
class AlwaysMalignant:
    side: int = 16

    def __call__(self, image: Floats, shape: Floats, margin: Floats, confidence: float) -> Judgement:
        return Judgement(0.6)


def stub_networks() -> Models:
    levels = np.array([0.1, 0.2, 0.7], np.float32)
    return Models(Recipe(), OneBox(), Disc(), AlwaysMalignant(), Always(levels), Doubtful(), {"detector": "stub 1"})


@pytest.fixture(scope="module")
def phantom() -> bytes:
    drawn = draw_phantom(3, size=(416, 320), view="MLO", laterality="R", burnt_in=False)
    return dicom_bytes(drawn)


def test_a_dicom_mammogram_becomes_a_document_in_its_own_pixels(
    settings: Settings, phantom: bytes, conforms: Conforms
) -> None:
    client = create_app(settings, load=stub_networks, weights_problems=list).test_client()
    document = send(client, phantom, "phantom.dcm").get_json()
    conforms(document, "FinishedAnalysis")
    image = document["image"]
    assert (image["width"], image["height"], image["laterality"], image["view"]) == (320, 416, "R", "MLO")
    (mass,) = document["findings"]
    assert mass["box"]["x"] > 160  # a right breast: its chest wall, and what lies near it, is on the right
    assert mass["pathology"] == {"malignant": 0.6, "interval": None}
    assert mass["size_mm"]["long_axis"] > 0
    assert (document["masking"]["level"], document["cancer"]) == ("high", RAISED)
    assert client.get(f"/api/v1/analyses/{document['id']}").get_json()["preprocessed"]["flipped"] is True


@pytest.mark.parametrize(
    ("setting", "field", "asked"),
    [(True, None, True), (True, "off", False), (False, None, False), (False, "on", True)],
)
def test_a_second_opinion_is_given_as_the_request_says_and_else_as_the_settings_say(
    settings: Settings, phantom: bytes, conforms: Conforms, setting: bool, field: str | None, asked: bool
) -> None:
    def load() -> Models:
        return replace(stub_networks(), second_opinion=SecondNetwork("hybrid", PlainSeen(0.2), 0.5, 0.5))

    app = create_app(replace(settings, second_opinion=setting), load=load, weights_problems=list)
    form = {"file": (io.BytesIO(phantom), "a.dcm")} | ({"second_opinion": field} if field else {})
    document = app.test_client().post("/api/v1/analyses", data=form, headers={"Prefer": "wait=30"}).get_json()
    conforms(document, "FinishedAnalysis")
    (mass,) = document["findings"]
    said = {"model": "hybrid", "malignant": 0.2, "disagrees": True} if asked else None
    assert (mass["pathology"]["malignant"], mass["second_opinion"]) == (0.6, said)


def test_the_prototypes_page_goes_the_whole_way(settings: Settings, phantom: bytes, conforms: Conforms) -> None:
    client = create_app(settings, load=stub_networks, weights_problems=list).test_client()
    prepared = client.post("/preprocess/dicom", data=phantom)
    answer = client.post("/mammogram/analysis/0.3", data=prepared.data).get_json()
    conforms(answer, "PrototypeAnswer")
    (mass,) = answer["segmentations"]
    assert base64.b64decode(prepared.data).startswith(b"\x89PNG")
    assert mass["bbox"][1] < 160  # in pixels of the prepared picture, where the chest wall is on the left


@pytest.mark.parametrize(
    ("data", "code"),
    [(ct_slice, "unsupported_image"), (tomosynthesis, "unsupported_image"), (enormous_png, "image_too_large")],
)
def test_images_of_another_kind_are_refused(data: Any, code: str, settings: Settings) -> None:
    client = create_app(settings, load=stub_networks, weights_problems=list).test_client()
    assert send(client, data()).get_json()["code"] == code
    assert client.get("/api/v1/analyses").get_json() == {"analyses": []}


def test_without_weights_every_route_says_so(settings: Settings) -> None:
    def load() -> Models:
        raise ModelUnavailable("The weight file detector.tflite is missing.")

    client = create_app(settings, load=load, weights_problems=list).test_client()
    for answer in (send(client), client.post("/preprocess/png", data=png())):
        assert (answer.status_code, answer.get_json()["code"]) == (503, "model_unavailable")
