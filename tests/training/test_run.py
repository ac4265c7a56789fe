"""A finished network becomes a weight file with its card."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from models.weights import Metric, cards, digest, read_card, verify
from pipeline.preprocess import Recipe
from training.metrics import Estimate
from training.run import IMAGENET, PUBLISHED, Run, Verdict, write_verdict
from training.train import TASKS, parser


def verdict(**changed: Any) -> Verdict:
    given: dict[str, Any] = {
        "architecture": "a network",
        "input": {"names": ["image"], "height": 16, "width": 8},
        "data": "9 views",
        "datasets": ("inbreast", "mini_mias"),
        "metrics": {"auc": Estimate(0.712345, 0.61, 0.8, 40)},
        "limits": ("Small.",),
        "seed": 7,
        "calibration": {"scale": 1.5, "offset": -0.5},
        "operating_points": ({"confidence": 0.3, "sensitivity": 0.6},),
    }
    return Verdict(**(given | changed))


def run_in(folder: Path, **changed: Any) -> Run:
    run = Run("masking", folder / "data", folder / "out", **changed)
    run.weight_file.parent.mkdir(parents=True)
    run.weight_file.write_bytes(b"weights")
    return run


def test_the_card_says_what_the_file_is_and_what_it_reached(tmp_path: Path) -> None:
    run = run_in(tmp_path)
    card = write_verdict(run, verdict())
    assert read_card(run.out / "cards" / "compact-masking.toml") == card
    assert cards(run.out) == (card,)
    assert verify(card, run.out) == run.weight_file
    assert (card.name, card.task, card.preset, card.architecture) == (
        "compact-masking",
        "masking",
        "compact",
        "a network",
    )
    assert card.sha256 == digest(run.weight_file)
    assert Recipe(**card.recipe) == Recipe()
    assert card.metrics == {"auc": Metric(0.7123, 0.61, 0.8, 40)}
    assert (card.calibration, card.limits) == ({"scale": 1.5, "offset": -0.5}, ("Small.",))
    assert card.operating_points == ({"confidence": 0.3, "sensitivity": 0.6},)
    assert (card.training["seed"], card.training["data"]) == (7, "9 views")
    assert "fold 0 of 5" in card.training["split"]


def test_the_command_on_the_card_is_the_one_that_was_typed(tmp_path: Path) -> None:
    assert Run("cancer", tmp_path, tmp_path).command == "mammoscope train cancer --data ROOT --out DIR"
    chosen = Run("cancer", tmp_path, tmp_path, "paper", 3, 2)
    words = chosen.command.split()[2:]
    options = parser().parse_args(words)
    assert (options.task, options.preset, options.held_out, options.epochs) == ("cancer", "paper", 3, 2)


def test_a_paper_network_is_described_as_what_it_is(tmp_path: Path) -> None:
    assert write_verdict(run_in(tmp_path, preset="paper"), verdict()).architecture == PUBLISHED["masking"]
    assert set(PUBLISHED) == set(TASKS)


def test_the_licence_names_every_source_and_no_other(tmp_path: Path) -> None:
    licence = write_verdict(run_in(tmp_path), verdict()).data_licence
    assert "INbreast" in licence
    assert "mini-MIAS" in licence
    assert "RSNA" not in licence
    assert "ImageNet" not in licence
    (tmp_path / "data" / IMAGENET).parent.mkdir(parents=True)
    (tmp_path / "data" / IMAGENET).touch()
    run = Run("masking", tmp_path / "data", tmp_path / "out")
    assert "ImageNet" in write_verdict(run, verdict()).data_licence
    assert not Run("segmenter", tmp_path / "data", tmp_path).starts_from_imagenet
    assert not Run("masking", tmp_path / "data", tmp_path, "paper").starts_from_imagenet


@pytest.mark.parametrize("words", [["nothing"], ["cancer", "--held-out", "5"], ["cancer", "--preset", "huge"]])
def test_impossible_wishes_are_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(words)
    assert "invalid choice" in capsys.readouterr().err
