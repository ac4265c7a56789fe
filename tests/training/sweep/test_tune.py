"""`mammoscope tune masking` on a miniature: what it leaves, whom it looks at, and that it goes on after a stop."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

pytest.importorskip("keras")
pytest.importorskip("matplotlib")

from tests.training.sweep.miniature import A_FOLD, STEPS, WORDS, counting, draw, image, looked_at, women
from training.datasets import registry
from training.split import FOLDS, fold_of
from training.sweep.command import main
from training.train import read, run_of, train

pytestmark = pytest.mark.slow
HELD_OUT = {woman for woman in women() if fold_of("rsna_subset", woman) == 0}
TRAIN = "training.sweep.trial.train"
TRIALS = 4  # the start with 1e-4, 32 and [16]; one other value at each of three steps


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def counted_reader() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        known = registry.DATASETS["rsna_subset"]
        patch.setitem(registry.DATASETS, "rsna_subset", replace(known, read=counting))
        yield


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory, data: Path, counted_reader: Any) -> Path:
    """A sweep that leaves the held-out patients alone to the end."""
    out = tmp_path_factory.mktemp("swept")
    assert main([*WORDS, *STEPS, "--no-held-out", "--data", str(data), "--out", str(out)]) == 0
    return out


@pytest.fixture(scope="module")
def told(swept: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((swept / "tuning.json").read_text())
    return found


def test_no_trial_looks_at_a_held_out_patient(swept: Path, data: Path) -> None:
    assert looked_at(data) == set(women()) - HELD_OUT
    assert len(HELD_OUT) == A_FOLD
    assert len(list((swept / "cache").glob("*.json"))) == A_FOLD * (FOLDS - 1)


def test_those_who_judge_a_trial_did_not_train_it(told: dict[str, Any]) -> None:
    assert told["folds"] == {"held_out": 0, "inner_validation": 1}
    for found in told["trials"]:
        assert found["figures"]["accuracy"]["n"] == A_FOLD
        assert np.sum(found["confusion"]) == A_FOLD


def test_a_step_changes_one_setting_and_starts_from_what_the_one_before_chose(told: dict[str, Any]) -> None:
    trials = {found["key"]: found["settings"] for found in told["trials"]}
    kept = dict(trials[told["start"]])
    assert kept["view.schedule.learning_rate"] == 1e-4
    for step in told["steps"]:
        for tried in step["tried"]:
            assert trials[tried["trial"]] == kept | {step["setting"]: tried["value"]}
        kept[step["setting"]] = step["chosen"]
    assert told["chosen"] == {step["setting"]: step["chosen"] for step in told["steps"]}


def test_each_step_keeps_its_best_value(told: dict[str, Any]) -> None:
    figures = {found["key"]: found["figures"]["macro_f1"]["value"] for found in told["trials"]}
    for step in told["steps"]:
        values = {str(tried["value"]): figures[tried["trial"]] for tried in step["tried"]}
        assert values[str(step["chosen"])] == max(values.values())


def test_figures_are_those_of_the_confusion_matrix(told: dict[str, Any]) -> None:
    for found in told["trials"]:
        table, figures = np.array(found["confusion"]), found["figures"]
        said, true, hits = table.sum(axis=0), table.sum(axis=1), np.diag(table)
        assert figures["accuracy"]["value"] == pytest.approx(hits.sum() / table.sum())
        assert figures["macro_recall"]["value"] == pytest.approx(np.mean(hits / true))
        assert figures["macro_precision"]["value"] == pytest.approx(np.mean(hits / np.maximum(said, 1)))
        assert figures["macro_f1"]["value"] == pytest.approx(np.mean(2 * hits / (said + true)))


def test_nothing_is_trained_twice(swept: Path, told: dict[str, Any]) -> None:
    assert len(told["trials"]) == len(list((swept / "trials").iterdir())) == TRIALS


def test_the_best_recipe_trains_as_any_other(swept: Path, data: Path, told: dict[str, Any]) -> None:
    recipe: Any = read(swept / "best.toml")
    assert recipe.weights_name == "tuned-paper-masking"
    assert recipe.view.schedule.learning_rate == told["chosen"]["view.schedule.learning_rate"]
    assert recipe.view.batch == told["chosen"]["view.batch"]
    assert list(recipe.widths) == told["chosen"]["widths"]
    run = run_of([str(swept / "best.toml"), "--data", str(data)])
    assert (run.recipe, len(run.examples())) == (recipe, A_FOLD * FOLDS)


def test_every_chart_shows_something_and_stands_in_the_page(swept: Path) -> None:
    charts = {path.stem: path for path in (swept / "charts").glob("*.png")}
    assert set(charts) == {"course", "confusion", "step-1-learning-rate", "step-2-batch", "step-3-layers"}
    for path in charts.values():
        pixels = cv2.imread(str(path))
        assert pixels is not None
        assert min(pixels.shape[:2]) > 200
        assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 20
    page = (swept / "tuning.html").read_text()
    assert page.count("data:image/png;base64,") == len(charts)
    assert "not a medical device" in page
    assert 'src="http' not in page
    assert "<script" not in page


def test_a_second_call_finds_every_trial_done(
    swept: Path, data: Path, told: dict[str, Any], counted_reader: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TRAIN, lambda run: pytest.fail("trained again"))
    assert main([*WORDS, *STEPS, "--no-held-out", "--data", str(data), "--out", str(swept)]) == 0
    assert json.loads((swept / "tuning.json").read_text()) == told


def test_a_sweep_that_was_stopped_goes_on_with_the_trial_it_was_at(
    tmp_path: Path, swept: Path, data: Path, told: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    trained: list[str] = []

    def counted(run: Any) -> None:
        trained.append(run.out.name)
        train(run)

    def stopped(run: Any) -> None:
        if len(trained) == 2:
            raise KeyboardInterrupt
        counted(run)

    words = [*WORDS, *STEPS, "--no-held-out", "--data", str(data), "--out", str(tmp_path)]
    monkeypatch.setattr(TRAIN, stopped)
    with pytest.raises(KeyboardInterrupt):
        main(words)
    assert not (tmp_path / "best.toml").exists()
    monkeypatch.setattr(TRAIN, counted)
    assert main(words) == 0
    assert len(trained) == len(set(trained)) == TRIALS
    again = json.loads((tmp_path / "tuning.json").read_text())
    assert again["chosen"] == told["chosen"]
    figures = [[found["figures"] for found in report["trials"]] for report in (again, told)]
    assert figures[0] == figures[1]


def test_held_out_patients_may_not_change_under_a_tuning(
    swept: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*WORDS, *STEPS, "--held-out", "2", "--data", str(data), "--out", str(swept)]) == 1
    assert "held out another fold" in capsys.readouterr().err


def test_the_sweep_needs_no_file_of_a_held_out_patient(tmp_path: Path) -> None:
    root = draw(tmp_path / "data")
    for number, woman in enumerate(women()):
        if woman in HELD_OUT:
            image(root / "rsna_subset", number).unlink()
    words = [*WORDS, "--step", "view.batch=8", "--no-held-out", "--data", str(root), "--out", str(tmp_path / "out")]
    assert main(words) == 0
    start = tomllib.loads((tmp_path / "out" / "start.toml").read_text())
    assert start["view"]["batch"] == 32


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nothing"], "no recipe 'nothing'"),
        (["guard", "--preset", "compact"], "name steps with --step"),
        (["masking", "--step", "view.batch"], "expected SETTING=VALUE"),
        (["masking", "--sets", "rsna_subset", "--step", "view.nowhere.batch=3"], "no table 'nowhere'"),
        (["masking", "--sets", "rsna_subset", "--step", "view.size=3"], "unknown view.size"),
        (["masking", "--sets", "rsna_subset", "--step", "view.batch=8", "--objective", "beauty"], "none of beauty"),
        (["masking", "--vgg16", "absent.h5", "--step", "view.batch=8"], "expected a file at absent.h5"),
    ],
)
def test_impossible_wishes_are_refused_in_one_line(
    words: list[str], said: str, tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small = [] if "compact" in words else ["--epochs", "1", "--steps-per-epoch", "1"]
    assert main([*words, *small, "--data", str(data), "--out", str(tmp_path)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line
