"""One line of a models.toml changes one network, and a line that cannot be followed is answered with why."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest

from models.weights import Card, digest, write_card
from pipeline.errors import ModelUnavailable
from pipeline.model_choice import REQUIRED, chosen_networks
from pipeline.preprocess import Recipe


def put(card_file: Path, name: str, task: str, weights: Path) -> None:
    weights.parent.mkdir(parents=True, exist_ok=True)
    weights.write_bytes(name.encode())
    made = Card(name, task, "compact", "", "1", weights.name, digest(weights), "CC0", asdict(Recipe()))
    write_card(made, card_file)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """cards/ and weights/ of the five tasks and a hybrid."""
    for task in (*REQUIRED, "hybrid"):
        put(tmp_path / "cards" / f"{task}.toml", f"our-{task}", task, tmp_path / "weights" / f"{task}.tflite")
    return tmp_path


def choice(folder: Path, text: str) -> Path:
    path = folder / "models.toml"
    path.write_text(text)
    return path


def test_without_a_choice_the_folder_decides(folder: Path) -> None:
    found = chosen_networks(folder)
    assert [network.card.name for network in found.values()] == [f"our-{task}" for task in (*REQUIRED, "hybrid")]
    assert found["cancer"].verified() == folder / "weights" / "cancer.tflite"


def test_a_line_names_a_card_of_the_folder_of_those_that_ship_or_a_card_file(folder: Path) -> None:
    put(folder / "cards" / "another.toml", "another", "pathology", folder / "weights" / "another.tflite")
    put(folder / "mine" / "my-cancer.toml", "my-cancer", "cancer", folder / "mine" / "my-cancer.tflite")
    lines = 'pathology = "another"\ncancer = "mine/my-cancer.toml"\nmasking = "compact-masking"\n'
    found = chosen_networks(folder, choice(folder, lines))
    names = {task: network.card.name for task, network in found.items()}
    assert names["pathology"] == "another"
    assert chosen_networks(folder)["pathology"].card.name == "our-pathology"  # of two the last by file name
    assert (names["cancer"], names["masking"], names["detector"]) == ("my-cancer", "compact-masking", "our-detector")
    assert found["cancer"].verified() == folder / "mine" / "my-cancer.tflite"


def test_weights_may_lie_in_the_folder_that_training_writes(folder: Path) -> None:
    put(folder / "out" / "cards" / "c.toml", "c", "cancer", folder / "out" / "weights" / "c.tflite")
    found = chosen_networks(folder, choice(folder, 'cancer = "out/cards/c.toml"'))
    assert found["cancer"].verified() == folder / "out" / "weights" / "c.tflite"


def test_a_task_that_is_not_needed_can_be_left_out(folder: Path) -> None:
    assert "hybrid" not in chosen_networks(folder, choice(folder, 'hybrid = "none"'))


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ('cancer = "none"', "cannot do without a cancer"),
        ('cancer = "my-cancer"', "no card named 'my-cancer'; there are .*our-cancer"),
        ('cancer = "mine/other.toml"', r"other\.toml does not read"),
        ('cancer = "our-masking"', "is of a masking, not of a cancer"),
        ('cancre = "our-cancer"', "'cancre' is no line of it"),
        ("cancer = 3", "'cancer' is no line of it"),
        ("cancer = our-cancer", r"models\.toml does not read"),
    ],
)
def test_a_line_that_cannot_be_followed_is_answered_with_why(folder: Path, line: str, complaint: str) -> None:
    with pytest.raises(ModelUnavailable, match=complaint):
        chosen_networks(folder, choice(folder, line))


def test_a_missing_models_toml_is_named(folder: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"nowhere\.toml does not read"):
        chosen_networks(folder, folder / "nowhere.toml")


def test_altered_weights_are_refused(folder: Path) -> None:
    (folder / "weights" / "cancer.tflite").write_bytes(b"others")
    with pytest.raises(ModelUnavailable, match="is not the one its card describes"):
        chosen_networks(folder)["cancer"].verified()
