"""What ships: every card has its weight file, every weight file its card, and together they stay small."""

from __future__ import annotations

import tomllib
from hashlib import sha256
from pathlib import Path

import pytest

from tests.rules.source_tree import ROOT

WEIGHTS, CARDS = ROOT / "models" / "weights", ROOT / "models" / "cards"
TASKS = {"detector", "segmenter", "pathology", "masking", "cancer", "microcalcification", "guard"}
LIMIT_BYTES = 60 * 1024 * 1024


def shipped() -> list[Path]:
    return sorted(WEIGHTS.glob("*.tflite"))


def cards() -> list[Path]:
    return sorted(CARDS.glob("*.toml"))


def read(card: Path) -> dict[str, object]:
    return tomllib.loads(card.read_text("utf-8"))


def test_there_is_a_model_for_each_task() -> None:
    assert {str(read(card)["task"]) for card in cards()} >= TASKS


def test_the_weights_fit_in_sixty_megabytes() -> None:
    assert sum(file.stat().st_size for file in WEIGHTS.rglob("*") if file.is_file()) <= LIMIT_BYTES


def test_every_weight_file_has_a_card() -> None:
    assert {file.name for file in shipped()} == {Path(str(read(card)["file"])).name for card in cards()}


@pytest.mark.parametrize("card", cards(), ids=lambda card: card.stem)
def test_a_card_names_its_file_by_its_sha256(card: Path) -> None:
    file = WEIGHTS / Path(str(read(card)["file"])).name
    assert sha256(file.read_bytes()).hexdigest() == read(card)["sha256"]


@pytest.mark.parametrize("card", cards(), ids=lambda card: card.stem)
def test_a_card_says_how_it_was_made_how_good_it_is_and_where_it_ends(card: Path) -> None:
    content = read(card)
    assert {"recipe", "training", "metrics", "limits", "data_licence"} <= set(content)
    assert {"data", "split", "seed", "command", "date", "machine"} <= set(content["training"])  # type: ignore[call-overload]
    assert content["limits"]
    for name, metric in content["metrics"].items():  # type: ignore[attr-defined]
        assert metric["low"] <= metric["value"] <= metric["high"], name
        assert metric["n"] > 0, name
