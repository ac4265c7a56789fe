"""The recipes that ship: complete, described, and for the compact ones those that the shipped weights came from."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest

pytest.importorskip("keras")
pytest.importorskip("official")

from models import cancer, detector, masking, pathology, segmenter
from models.weights import SHIPPED as WEIGHTS
from models.weights import read_card
from training import regions
from training.augment import Ranges
from training.datasets.registry import DATASETS
from training.recipes import SHIPPED, find, shipped
from training.recipes.read import RecipeError, read_recipe
from training.recipes.values import Schedule
from training.tasks.cancer import OTHER, CancerRecipe
from training.tasks.detector import DetectorRecipe, Share
from training.tasks.masking import MaskingRecipe
from training.tasks.pathology import PathologyRecipe
from training.tasks.segmenter import SegmenterRecipe
from training.train import read, run_of

TASKS = ("detector", "segmenter", "pathology", "masking", "cancer", "microcalcification")


@pytest.mark.parametrize("name", shipped())
def test_every_recipe_reads_and_opens_with_what_it_trains_and_its_command(name: str) -> None:
    recipe, text = read(find(name)), find(name).read_text()
    heading = text[: text.index("\n\n")]
    assert all(line.startswith("#") for line in heading.splitlines())
    *_, words = (line for line in heading.splitlines() if line.startswith(f"#   mammoscope train {recipe.task}"))
    assert read(find(*words.split()[3:4])) == recipe
    assert set(recipe.data.readers) <= set(DATASETS)
    assert name == (f"{recipe.task}-{recipe.preset}" if not recipe.name else OTHER)
    assert recipe.architecture
    assert recipe.limits


def test_each_model_has_a_compact_and_a_paper_recipe() -> None:
    assert {f"{task}-{preset}" for task in TASKS for preset in ("compact", "paper")} <= set(shipped())


@pytest.mark.parametrize("task", TASKS)
def test_a_shipped_card_tells_a_command_that_trains_what_it_describes(task: str) -> None:
    card = read_card(WEIGHTS / "cards" / f"compact-{task}.toml")
    run = run_of(card.training["command"].split()[2:])
    assert (run.recipe.task, run.recipe.preset, run.recipe.seed) == (card.task, card.preset, card.training["seed"])
    assert run.recipe.architecture == card.architecture
    assert asdict(run.recipe.preprocessing) == card.recipe
    assert run.command == card.training["command"]


def test_the_compact_trainings_are_those_of_the_shipped_weights() -> None:
    """Steps, rates, warm-ups, averages and draws as they stood in the code that made the weights."""
    spot = read_recipe(SHIPPED / "detector-compact.toml", DetectorRecipe)
    assert (spot.schedule.steps, spot.schedule.warm_up_steps, spot.schedule.average) == (300, 26, 0.997)
    assert (spot.schedule.learning_rate, spot.backbone_share, spot.schedule.clip) == (1.5e-3, 0.3, 10)
    assert spot.ranges == Ranges()
    assert spot.batch == (
        Share(3, True, "inbreast"),
        Share(1, True, "mini_mias"),
        Share(1, True, "phantoms"),
        Share(2, False, "inbreast"),
        Share(1, False, "mini_mias"),
    )
    outline = read_recipe(SHIPPED / "segmenter-compact.toml", SegmenterRecipe)
    malignancy = read_recipe(SHIPPED / "pathology-compact.toml", PathologyRecipe)
    level = read_recipe(SHIPPED / "masking-compact.toml", MaskingRecipe).view
    assert outline.look == malignancy.look == regions.Look()
    assert outline.schedule == Schedule(10, 50, 1e-3)
    assert malignancy.schedule == Schedule(10, 30, 2e-4, average=0.98)
    assert (malignancy.batch, malignancy.smoothing) == (16, 0.25)
    assert level.schedule == Schedule(12, 50, 5e-4)
    assert (level.balanced, level.batch, level.smoothing) == (True, 16, 0.1)


def test_the_sizes_are_those_of_the_networks() -> None:
    for preset in ("compact", "paper"):
        network = read_recipe(SHIPPED / f"detector-{preset}.toml", DetectorRecipe).network
        assert network == detector.PRESETS[preset]
        outline = read_recipe(SHIPPED / f"segmenter-{preset}.toml", SegmenterRecipe)
        assert (outline.network, outline.side) == (segmenter.PRESETS[preset], 256)
        assert read_recipe(SHIPPED / f"pathology-{preset}.toml", PathologyRecipe).side == pathology.SIDES[preset]
        view = read_recipe(SHIPPED / f"masking-{preset}.toml", MaskingRecipe).view
        assert (view.height, view.width) == (masking.HEIGHT, masking.WIDTH)
    whole = read_recipe(SHIPPED / "cancer-paper.toml", CancerRecipe).view
    assert whole is not None
    assert (whole.height, whole.width) == cancer.SIZES["paper"]


def test_a_recipe_is_found_by_model_by_name_and_by_path(tmp_path: Path) -> None:
    assert find("masking") == find("masking-compact") == find("masking", "compact")
    assert find("masking", "paper") == find("masking-paper")
    own = tmp_path / "own.toml"
    own.touch()
    assert find(str(own)) == own


@pytest.mark.parametrize("wanted", [("nothing", None), ("masking-paper", "compact"), ("absent.toml", None)])
def test_what_nobody_wrote_is_refused_with_what_there_is(wanted: tuple[str, str | None]) -> None:
    with pytest.raises(RecipeError, match="masking-compact"):
        find(*wanted)


def test_a_recipe_of_no_task_is_refused(tmp_path: Path) -> None:
    (tmp_path / "odd.toml").write_text('task = "../evil"\n')
    with pytest.raises(RecipeError, match=r"odd\.toml: task"):
        read(tmp_path / "odd.toml")
