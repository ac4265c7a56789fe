"""The published search, with a figure that is known for every point."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from models.microcalcification import Hyper
from training.microcalcification import tuning
from training.microcalcification.data import Patch
from training.microcalcification.tuning import Search, main, parser
from training.recipes import find
from training.recipes.values import Schedule
from training.tasks.microcalcification import MicrocalcificationRecipe
from training.train import read

TRIED: list[Hyper] = []


def known_figure(hyper: Hyper, search: Search, schedule: Schedule, known: Sequence[Patch]) -> dict[str, float]:
    """Best at 25, 1, 0."""
    TRIED.append(hyper)
    assert {patch.fold for patch in known} == {0, 1}
    return {"auc": 0.5 + hyper.dim / 100 - hyper.depth / 100 - hyper.dropout, "parameters": float(hyper.dim)}


@pytest.fixture
def patches_of_two_folds(monkeypatch: pytest.MonkeyPatch) -> None:
    one = np.zeros((60, 60), np.uint8)
    drawn = [Patch(one, fold == 1, str(fold), fold) for fold in (0, 1, -1)]
    monkeypatch.setattr(tuning, "patches", lambda root: drawn)
    monkeypatch.setattr(tuning, "tried", known_figure)
    TRIED.clear()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*is deprecated:DeprecationWarning")  # Keras Tuner's: threading.currentThread
@pytest.mark.usefixtures("patches_of_two_folds")
def test_a_share_of_the_space_is_tried_and_the_best_point_becomes_a_recipe(tmp_path: Path) -> None:
    command = ["--data", str(tmp_path), "--out", str(tmp_path), "--fraction", "0.2"]
    assert main(command) == 0
    assert len(TRIED) == 5  # of 27
    assert {hyper.dim for hyper in TRIED} <= {15, 20, 25}
    assert {hyper.depth for hyper in TRIED} <= {1, 3, 5}
    assert {hyper.dropout for hyper in TRIED} <= {0.0, 0.05, 0.1}
    with (tmp_path / "search.csv").open(newline="") as lines:
        rows = [{name: float(value) for name, value in row.items()} for row in csv.DictReader(lines)]
    assert len(rows) == 5
    assert [row["auc"] for row in rows] == sorted((row["auc"] for row in rows), reverse=True)
    best = read(tmp_path / "best.toml")
    assert isinstance(best, MicrocalcificationRecipe)
    assert best.expert.hyper == tuning.hyper_of(rows[0])
    assert best.preset == "paper"
    before = len(TRIED)
    assert main(command) == 0  # goes on where it was: at its end
    assert len(TRIED) == before


@pytest.mark.slow
def test_a_point_is_trained_by_the_published_recipe_and_judged_on_the_fold_held_out(tmp_path: Path) -> None:
    """Bright spots in noise, or noise alone; an epoch of the recipe sees every patch once."""
    rng, drawn = np.random.default_rng(0), []
    for i in range(80):
        pixels = rng.normal(90, 6, (60, 60))
        if i % 2:
            pixels[10:50:10, 10:50:10] += 120
        drawn.append(Patch(np.clip(pixels, 0, 255).astype(np.uint8), bool(i % 2), str(i), i // 2 % 4))
    recipe = read(find("microcalcification-paper", None)).shortened(1, None)
    assert isinstance(recipe, MicrocalcificationRecipe)
    assert recipe.expert.schedule.steps_per_epoch == 0
    said = tuning.tried(Hyper(15, 1, 0.0), Search(tmp_path, tmp_path, 0.1), recipe.expert.schedule, drawn)
    assert 0 <= said["auc"] <= 1
    assert said["parameters"] > 100_000


def test_a_quarter_of_the_space_is_seven_points() -> None:
    assert Search(Path(), Path(), 0.25).trials == 7
    assert Search(Path(), Path(), 1.0).trials == 27
    assert Search(Path(), Path(), 0.001).trials == 1


def test_the_command_needs_nothing_but_its_name() -> None:
    assert parser().parse_args([]).fraction == 0.25
