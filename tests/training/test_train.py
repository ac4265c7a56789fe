"""One whole training in miniature: tables and phantoms in, weights and their card out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("keras")

from models.masking import HEIGHT, WIDTH
from models.weights import Card, read_card, verify
from pipeline.inference import open_model
from pipeline.models import LiteRtMasking
from pipeline.preprocess import Recipe, preprocess
from tests.training.test_datasets import inbreast_folder, inbreast_row, mias_row, rsna_row, table
from training.phantom import draw_phantom, write_png
from training.phantom.values import Phantom
from training.split import fold_of
from training.train import main

DENSITIES = ("A", "B", "D")
WORDS = ["masking", "--preset", "paper", "--sets", "inbreast", "mini_mias", "rsna_subset", "--epochs", "1"]


def patients(dataset: str) -> tuple[list[str], list[str]]:
    """Three who train and three who validate."""
    names = [f"woman {i}" for i in range(60)]
    held = [name for name in names if fold_of(dataset, name) == 0]
    return [name for name in names if name not in held][:3], held[:3]


@pytest.fixture(scope="module")
def drawn() -> list[Phantom]:
    return [draw_phantom(i, size=(208, 160), view="CC", density=d, masses=0) for i, d in enumerate(DENSITIES)]  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, drawn: list[Phantom]) -> Path:
    """The three sets, each with six women and one view of each density on either side of the split."""
    root = tmp_path_factory.mktemp("data")
    women = {name: [w for side in patients(name) for w in side] for name in ("inbreast", "mini_mias", "rsna_subset")}
    for name in women:
        (root / name / "images").mkdir(parents=True)
        for i in range(6):
            write_png(drawn[i % 3], root / name / "images" / f"{i}.png", bits=8)
    inbreast_folder(
        root / "inbreast",
        *(
            inbreast_row(str(i), w, density=str("ABD".index(DENSITIES[i % 3]) + 1))
            for i, w in enumerate(women["inbreast"])
        ),
    )
    table(
        root / "mini_mias" / "mini_mias.csv",
        *(mias_row(str(i), w, tissue_FGD="FGD"[i % 3]) for i, w in enumerate(women["mini_mias"])),
    )
    table(
        root / "rsna_subset" / "rsna_subset.csv",
        *(rsna_row(str(i), w, density=DENSITIES[i % 3]) for i, w in enumerate(women["rsna_subset"])),
    )
    return root


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory, data: Path) -> Path:
    """The published masking network, which is small, trained for one epoch."""
    folder = tmp_path_factory.mktemp("out")
    assert main([*WORDS, "--data", str(data), "--out", str(folder)]) == 0
    return folder


@pytest.fixture
def card(out: Path) -> Card:
    return read_card(out / "cards" / "paper-masking.toml")


def test_weights_and_their_card_are_written(out: Path, card: Card) -> None:
    assert verify(card, out).stat().st_size > 400_000
    assert (card.task, card.preset, Recipe(**card.recipe)) == ("masking", "paper", Recipe())
    assert card.input == {"names": ["image"], "height": HEIGHT, "width": WIDTH}
    assert card.training["command"].split()[2:] == [WORDS[0], *["--data", "ROOT", "--out", "DIR"], *WORDS[1:]]
    assert card.training["data"].startswith("9 views")
    assert set(card.metrics) == {
        *(f"balanced_accuracy_{name}" for name in ("all", "inbreast", "mini_mias", "rsna_subset")),
        "brier_cross_fitted",
        "ece_cross_fitted",
    }
    assert 0.05 <= card.calibration["scale"] <= 20
    assert card.metrics["balanced_accuracy_all"].n == 9
    for metric in card.metrics.values():
        assert 0 <= metric.low <= metric.value <= metric.high <= 1


def test_the_weights_answer_through_the_pipeline(out: Path, card: Card, drawn: list[Phantom], data: Path) -> None:
    from pipeline.classify import masking
    from pipeline.read import read

    network = LiteRtMasking(open_model(card, directory=out), card)
    prepared = preprocess(read((data / "inbreast" / "images" / "0.png").read_bytes()), Recipe(**card.recipe))
    answer = masking(prepared, network)
    assert sum(answer.probabilities.values()) == pytest.approx(1, abs=1e-5)
    assert max(answer.probabilities.values()) < 1


def test_a_second_call_finds_the_run_done_and_writes_the_same_weights(
    out: Path, data: Path, card: Card, capfd: pytest.CaptureFixture[str]
) -> None:
    picture = np.random.default_rng(0).random((1, HEIGHT, WIDTH, 1), np.float32)
    (before,) = open_model(card, directory=out)(picture)
    assert main([*WORDS, "--data", str(data), "--out", str(out)]) == 0
    said = capfd.readouterr().out
    assert "epoch 1/1" not in said
    assert "wrote" in said
    again = read_card(out / "cards" / "paper-masking.toml")
    assert again.metrics == card.metrics
    assert np.array_equal(open_model(again, directory=out)(picture)[0], before)
