"""Schedules and data sets of a recipe, changed for one call."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from pipeline.preprocess import Recipe
from training.recipes.values import Data, Schedule, Source, TrainingRecipe

SCHEDULE = Schedule(epochs=10, steps_per_epoch=50, learning_rate=1e-3)


@dataclass(frozen=True)
class Phase:
    schedule: Schedule
    other: int = 3


@dataclass(frozen=True, kw_only=True)
class TwoPhases(TrainingRecipe):
    schedule: Schedule
    second: Phase | None


RECIPE = TwoPhases(
    task="masking",
    preset="compact",
    architecture="a network",
    seed=7,
    start="",
    data=Data((Source("inbreast", "elsewhere"),), 640),
    preprocessing=Recipe(),
    limits=(),
    schedule=SCHEDULE,
    second=Phase(Schedule(4, 0, 1e-4)),
)


def test_a_small_run_shortens_every_schedule_however_deep() -> None:
    short = RECIPE.shortened(2, None)
    assert short.second is not None
    assert (short.schedule.epochs, short.second.schedule.epochs, short.second.other) == (2, 2, 3)
    assert RECIPE.shortened(None, None) is RECIPE


@pytest.mark.parametrize(("steps", "epochs", "each"), [(3, 1, 3), (50, 1, 50), (120, 2, 50)])
def test_so_many_steps_in_all(steps: int, epochs: int, each: int) -> None:
    short = SCHEDULE.shortened(steps=steps)
    assert (short.epochs, short.steps_per_epoch) == (epochs, each)


def test_an_epoch_may_be_as_many_steps_as_show_every_image_once() -> None:
    once = Schedule(4, 0, 1e-4).for_images(33, 16)
    assert (once.steps_per_epoch, once.steps) == (3, 12)
    assert SCHEDULE.for_images(33, 16) == SCHEDULE


def test_the_warm_up_shrinks_with_the_schedule() -> None:
    assert SCHEDULE.warm_up_steps == 25
    assert SCHEDULE.shortened(1).warm_up_steps == 2
    assert SCHEDULE.shortened(steps=3).warm_up_steps == 1


def test_other_sets_lie_in_folders_of_their_names_unless_the_recipe_knows_better() -> None:
    other = RECIPE.with_sets(["mini_mias", "inbreast"])
    assert other.data.sets == (Source("mini_mias", "mini_mias"), Source("inbreast", "elsewhere"))
    assert other.limits == ("Trained on mini_mias, inbreast; the recipe and its limits were written for inbreast.",)


@pytest.mark.parametrize("wrong", [{"epochs": 0}, {"steps_per_epoch": -1}, {"learning_rate": 0.0}])
def test_an_impossible_schedule_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="expected epochs of 1 or more"):
        Schedule(**({"epochs": 1, "steps_per_epoch": 1, "learning_rate": 0.1} | wrong))  # type: ignore[arg-type]


def test_weights_are_named_after_preset_and_task_unless_the_recipe_names_them() -> None:
    assert RECIPE.weights_name == "compact-masking"
