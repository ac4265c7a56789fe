from __future__ import annotations

from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.analyst import Remembered, weights_problems
from app.settings import Settings
from models.weights import Card, write_card
from tests.app.conftest import Conforms
from tests.app.stubs import StubAnalyst, send


def test_a_live_process_with_good_weights_is_healthy_and_ready(client: FlaskClient, conforms: Conforms) -> None:
    for path in ("/healthz", "/readyz"):
        answer = client.get(path)
        conforms(answer.get_json(), "Health")
        assert (answer.status_code, answer.get_json()["status"]) == (200, "ok")


def test_altered_weights_are_named_and_we_are_not_ready(settings: Settings, analyst: StubAnalyst) -> None:
    app = create_app(settings, analyst=analyst, weights_problems=lambda: ["detector: altered"])
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.get_json()["problems"]) == (503, ["detector: altered"])
    assert app.test_client().get("/healthz").status_code == 200


def test_readiness_does_not_read_the_weights_at_every_question() -> None:
    asked: list[int] = []

    def ask() -> list[str]:
        asked.append(1)
        return []

    remembered = Remembered(ask, seconds=60)
    assert [remembered(), remembered()] == [[], []]
    assert len(asked) == 1


def test_missing_altered_and_unreadable_weights_are_told_apart(tmp_path: Path) -> None:
    assert weights_problems(tmp_path) == ["No weight cards were found."]
    card = Card("detector", "detector", "compact", "none", "1", "detector.tflite", "0" * 64, "none")
    write_card(card, tmp_path / "cards" / "detector.toml")
    assert "missing" in weights_problems(tmp_path)[0]
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights" / "detector.tflite").write_bytes(b"something else")
    assert "is not the one" in weights_problems(tmp_path)[0]
    (tmp_path / "cards" / "detector.toml").write_text("no toml")
    assert "does not read" in weights_problems(tmp_path)[0]


def test_figures_count_analyses_and_stages_without_naming_any(client: FlaskClient) -> None:
    id_ = send(client, name="doe_jane.png").get_json()["id"]
    client.get(f"/api/v1/analyses/{id_}")
    text = client.get("/metrics").text
    assert 'mammoscope_analyses_total{outcome="done"} 1.0' in text
    assert 'mammoscope_stage_seconds_count{stage="detect"} 1.0' in text
    assert 'route="/api/v1/analyses/<id_>"' in text
    assert "mammoscope_queue_length 0.0" in text
    assert id_ not in text
    assert "doe" not in text


def test_two_applications_count_apart(app: Flask, settings: Settings, analyst: StubAnalyst) -> None:
    app.test_client().get("/healthz")
    other = create_app(settings, analyst=analyst, weights_problems=list)
    assert 'route="/healthz"' not in other.test_client().get("/metrics").text
