"""The sequential sweep over recipes that are judged by a formula instead of a training."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("keras")

from training.metrics import Estimate
from training.recipes import find
from training.recipes.read import RecipeError, entries_of
from training.sweep.plans import default_plan, step_from
from training.sweep.search import Say, clock, shown, sweep, trials_of
from training.sweep.settings import changed, current, has, values_from, with_sets, write
from training.sweep.values import Entries, Step, Sweep, Trial
from training.train import read

START: Entries = {"task": "masking", "rate": 3, "more": {"batch": 2, "layers": [16]}}
PLAN = (Step("rate", "rate", (1, 2, 3)), Step("batch", "more.batch", (1, 2, 4)))


def judged(entries: Entries) -> Trial:
    """Best at rate 2; with that rate the larger batch is better, with others the smaller one."""
    rate, batch = entries["rate"], entries["more"]["batch"]
    value = 0.5 - 0.1 * abs(rate - 2) + (0.05 if rate == 2 else -0.05) * batch
    return Trial(f"{rate} {batch}", {}, {"f1": Estimate(value, 0, 1, 9)}, (), (), 60.0)


def swept(plan: tuple[Step, ...] = PLAN, objectives: tuple[str, ...] = ("f1",)) -> tuple[Sweep, list[str]]:
    lines: list[str] = []
    return sweep(START, plan, judged, objectives, Say(trials_of(START, plan), lines.append)), lines


def test_a_step_is_judged_with_what_the_steps_before_chose() -> None:
    found, _ = swept()
    assert [taken.chosen for taken in found.steps] == [2, 4]
    assert [trial.key for _, trial in found.steps[1].tried] == ["2 1", "2 2", "2 4"]
    assert (found.best.key, found.start.key) == ("2 4", "3 2")
    assert found.entries == {"task": "masking", "rate": 2, "more": {"batch": 4, "layers": [16]}}


def test_steps_in_another_order_may_choose_otherwise() -> None:
    found, _ = swept(PLAN[::-1])
    assert [taken.chosen for taken in found.steps] == [1, 2]


def test_nothing_is_judged_twice_and_every_trial_is_announced_once() -> None:
    found, lines = swept()
    assert [trial.key for trial in found.trials] == ["3 2", "1 2", "2 2", "2 1", "2 4"]
    assert [line.split()[1] for line in lines if line.startswith("trial")] == ["1/5", "2/5", "3/5", "4/5", "5/5"]
    assert lines[0] == "trial 1/5  start: F1 0.300  1:00, 4:00 to go"
    assert "chosen: rate 2" in lines


def test_of_equals_the_setting_stays_as_it_was() -> None:
    found, _ = swept((Step("layers", "more.layers", ([8], [16], [32])),))
    assert found.steps[0].chosen == [16]
    assert found.best == found.start


def test_the_value_of_the_start_is_always_tried() -> None:
    found, _ = swept((Step("rate", "rate", (7, 8)),))
    assert [value for value, _ in found.steps[0].tried] == [3, 7, 8]
    assert found.steps[0].chosen == 3
    assert trials_of(START, (Step("rate", "rate", (7, 8)),)) == 3


def test_the_first_figure_that_there_is_chooses() -> None:
    assert swept(objectives=("auc", "f1"))[0].objective == "f1"
    with pytest.raises(RecipeError, match="gives f1: none of auc"):
        swept(objectives=("auc",))


def test_the_published_sweep_comes_in_its_order() -> None:
    start = entries_of(find("masking-paper"))
    steps = default_plan(start)
    assert [step.title for step in steps] == ["learning rate", "optimiser", "batch", "epochs", "layers"]
    published = {step.title: current(start, step.setting) for step in steps}
    assert published == {"learning rate": 1e-4, "optimiser": "adam", "batch": 32, "epochs": 5, "layers": [16]}
    assert all(published[step.title] in step.values for step in steps)


def test_cancer_tries_class_weights_too_and_pathology_has_its_own_schedule() -> None:
    assert default_plan(entries_of(find("cancer-paper")))[-1].values == (False, True)
    assert default_plan(entries_of(find("pathology-compact")))[0].setting == "schedule.learning_rate"


@pytest.mark.parametrize("name", ["masking-paper", "masking-compact", "cancer-paper", "pathology-compact"])
def test_every_planned_value_makes_a_recipe_that_reads(name: str, tmp_path: Path) -> None:
    start = entries_of(find(name))
    for step in default_plan(start):
        for value in step.values:
            read(write(changed(start, step.setting, value), tmp_path / "trial.toml"))


@pytest.mark.parametrize(
    ("words", "values"),
    [
        ("1e-3,1e-4", (1e-3, 1e-4)),
        ("adam, sgd", ("adam", "sgd")),
        ("[16],[16,32]", ([16], [16, 32])),
        ("true,false", (True, False)),
        ("16", (16,)),
    ],
)
def test_values_are_typed_as_toml_has_them(words: str, values: tuple[Any, ...]) -> None:
    assert values_from(words) == values
    assert step_from(f"view.batch={words}") == Step("batch", "view.batch", values)


def test_a_setting_is_changed_in_a_copy() -> None:
    assert changed(START, "more.batch", 9)["more"] == {"batch": 9, "layers": [16]}
    assert current(START, "more.batch") == 2
    assert (has(START, "more.batch"), has(START, "more.rate")) == (True, False)
    with pytest.raises(RecipeError, match="no table 'rate'"):
        changed(START, "rate.batch", 9)


def test_other_data_sets_are_named_in_the_limits() -> None:
    found = with_sets(entries_of(find("masking-compact")), ["mini_mias", "rsna"])
    assert [source["folder"] for source in found["data"]["sets"]] == ["mini_mias", "rsna"]
    assert found["limits"][0].startswith("Tuned on mini_mias, rsna;")


def test_values_and_times_are_shown_as_they_are_typed() -> None:
    assert [shown(value) for value in (1e-4, [16, 32], True, "adam", 20)] == ["0.0001", "16-32", "on", "adam", "20"]
    assert [clock(seconds) for seconds in (5, 65, 7207)] == ["0:05", "1:05", "2:00:07"]
