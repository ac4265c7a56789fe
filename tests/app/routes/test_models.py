from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from models.weights import SHIPPED, Card, Metric, cards, write_card
from tests.app.conftest import Conforms

POINTS = (
    {"confidence": 0.1, "sensitivity": 0.9, "false_marks": 1.5},
    {"confidence": 0.3, "sensitivity": 0.75, "false_marks": 0.25},
)
DETECTOR = Card(
    name="small-detector",
    task="detector",
    preset="compact",
    architecture="RetinaNet",
    version="1",
    file="small-detector.tflite",
    sha256="ab" * 32,
    data_licence="phantoms: ours",
    recipe={"clahe_clip": 3.0},
    input={"names": ["image"], "height": 64, "width": 64},
    training={"data": "9 views of phantoms; 12 INbreast views validate", "seed": 7},
    metrics={"sensitivity_at_1_false_mark_iou02": Metric(0.8, 0.6, 0.9, 20)},
    operating_points=POINTS,
    limits=("It was made for a test.",),
)
CANCER = replace(DETECTOR, name="small-cancer", task="cancer", operating_points=(), calibration={"scale": 1.5})


def folder_with(root: Path, *found: Card) -> Path:
    for card in found:
        write_card(card, root / "cards" / f"{card.name}.toml")
    return root


def test_every_card_is_given_in_the_order_of_an_analysis(
    make_app: Callable[..., Flask], tmp_path: Path, conforms: Conforms
) -> None:
    answer = make_app(weights_dir=folder_with(tmp_path, CANCER, DETECTOR)).test_client().get("/api/v1/models")
    conforms(answer.get_json(), "ModelList")
    detector, cancer = answer.get_json()["models"]
    assert (detector["name"], cancer["name"]) == ("small-detector", "small-cancer")
    assert detector["metrics"] == {
        "sensitivity_at_1_false_mark_iou02": {"value": 0.8, "low": 0.6, "high": 0.9, "n": 20}
    }
    assert detector["operating_points"] == list(POINTS)
    assert detector["measured_on"] == {"data": "INbreast", "images": 12, "lesions": 20}
    assert (cancer["measured_on"], cancer["calibration"]) == (None, {"scale": 1.5})
    assert "recipe" not in detector


@pytest.mark.parametrize(
    "card",
    [
        replace(DETECTOR, training={"data": "many views"}),
        replace(DETECTOR, metrics={}),
        replace(DETECTOR, metrics={f"sensitivity_at_{n}": Metric(1, 1, 1, n) for n in (1, 2)}),
    ],
    ids=["images not said", "lesions not said", "two counts of lesions"],
)
def test_what_a_card_does_not_say_of_its_measurement_is_null(
    make_app: Callable[..., Flask], tmp_path: Path, card: Card, conforms: Conforms
) -> None:
    answer = make_app(weights_dir=folder_with(tmp_path, card)).test_client().get("/api/v1/models").get_json()
    conforms(answer, "ModelList")
    assert answer["models"][0]["measured_on"] is None


def test_without_weights_the_list_is_empty(make_app: Callable[..., Flask], tmp_path: Path) -> None:
    answer = make_app(weights_dir=tmp_path / "nothing").test_client().get("/api/v1/models")
    assert (answer.status_code, answer.get_json()) == (200, {"models": []})


def test_a_card_that_does_not_read_is_a_problem_with_its_name(
    make_app: Callable[..., Flask], tmp_path: Path, conforms: Conforms
) -> None:
    folder_with(tmp_path, DETECTOR).joinpath("cards", "broken.toml").write_text("no toml")
    answer = make_app(weights_dir=tmp_path).test_client().get("/api/v1/models")
    conforms(answer.get_json(), "Problem")
    assert (answer.status_code, answer.get_json()["code"]) == (503, "model_unavailable")
    assert "broken.toml" in answer.get_json()["detail"]


def test_the_shipped_cards_are_as_described_and_say_what_the_slider_needs(
    make_app: Callable[..., Flask], conforms: Conforms
) -> None:
    if not any(card.task == "detector" for card in cards(SHIPPED)):
        pytest.skip("no detector is shipped with this checkout")
    answer = make_app().test_client().get("/api/v1/models").get_json()
    conforms(answer, "ModelList")
    detector = answer["models"][0]
    confidences = [point["confidence"] for point in detector["operating_points"]]
    assert confidences == sorted(confidences)
    assert 0.3 in confidences  # where the page's slider starts
    assert detector["measured_on"] is not None
