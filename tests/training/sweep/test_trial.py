"""Any recipe can be tried: what its training writes on the card is what the sweep reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("keras")

from models.weights import Card, Metric, write_card
from tests.training.test_datasets import mias_row, picture, table
from training.recipes import find
from training.recipes.read import entries_of
from training.split import FOLDS, fold_of
from training.sweep.command import main
from training.sweep.settings import changed, with_sets
from training.sweep.trial import Trials

WOMEN = [f"woman {i}" for i in range(40)]
RATES = {1e-3: 0.6, 2e-4: 0.7, 5e-5: 0.8}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "mini_mias"
    picture(folder / "images" / "0.png")
    table(folder / "mini_mias.csv", *(mias_row(str(i), woman) for i, woman in enumerate(WOMEN)))
    return tmp_path / "data"


def entries() -> dict[str, Any]:
    return with_sets(entries_of(find("pathology-compact")), ["mini_mias"])


def patients(examples: list[Any]) -> set[str]:
    return {example.patient for example in examples}


def test_a_trial_divides_the_training_patients_only(data: Path, tmp_path: Path) -> None:
    trials = Trials(data, tmp_path / "out", held_out=4)
    assert trials.inner == 0
    run = trials.run(entries())
    parts = run.parts(run.examples())
    folds = {woman: fold_of("mini_mias", woman) for woman in WOMEN}
    assert patients(parts.validation) == {woman for woman, fold in folds.items() if fold == 0}
    assert patients(parts.training) == {woman for woman, fold in folds.items() if fold not in (0, 4)}
    assert "fold 4 neither trained nor judged, fold 0 chose" in run.recipe.limits[0]


def test_a_trial_is_known_by_its_recipe_and_its_folds(data: Path, tmp_path: Path) -> None:
    trials = [Trials(data, tmp_path, fold) for fold in range(FOLDS)]
    other = changed(entries(), "seed", 8)
    assert len({trial.key(found) for trial in trials for found in (entries(), other)}) == 2 * FOLDS
    assert trials[0].key(entries()) == trials[0].key(entries())


def test_the_card_of_a_trial_is_what_the_sweep_reads(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def trained(run: Any) -> None:
        """As a training that likes small rates."""
        value = RATES[run.recipe.schedule.learning_rate]
        metric = Metric(value, value - 0.1, value + 0.1, 33)
        card = Card(run.name, "pathology", "compact", "", "", "x.tflite", "0" * 64, "", metrics={"auc_all": metric})
        write_card(card, run.out / "cards" / f"{run.name}.toml")
        print("an epoch of a trial")

    monkeypatch.setattr("training.sweep.trial.train", trained)
    out = tmp_path / "out"
    words = ["pathology", "--sets", "mini_mias", "--step", "schedule.learning_rate=1e-3,2e-4,5e-5"]
    assert main([*words, "--data", str(data), "--out", str(out)]) == 0
    told = json.loads((out / "tuning.json").read_text())
    assert told["chosen"] == {"schedule.learning_rate": 5e-5}
    (best,) = [trial for trial in told["trials"] if trial["key"] == told["best"]]
    assert best["figures"] == {"auc_all": {"value": 0.8, "low": pytest.approx(0.7), "high": 0.9, "n": 33}}
    assert told["held_out"]["compared"] == []
    said = capsys.readouterr().out
    assert "trial 3/3  learning rate 5e-05: AUC all 0.800" in said
    assert "an epoch" not in said  # it stands in the trial's own log
    assert (out / "trials" / told["best"] / "train.log").read_text() == "an epoch of a trial\n"


def test_microcalcifications_have_a_search_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    tuning = pytest.importorskip("training.microcalcification.tuning")
    given: list[list[str]] = []

    def searched(words: list[str]) -> int:
        given.append(words)
        return 0

    monkeypatch.setattr(tuning, "main", searched)
    assert main(["microcalcification", "--fraction", "0.25"]) == 0
    assert given == [["--fraction", "0.25"]]
