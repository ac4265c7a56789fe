"""`mammoscope tune` of a cancer network on a miniature: class weights, and where to cut, told on held-out patients."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

pytest.importorskip("keras")

import keras

from tests.training.sweep.miniature import A_FOLD, draw
from training.recipes import find
from training.recipes.read import entries_of
from training.sweep.command import main
from training.sweep.settings import changed, write

pytestmark = pytest.mark.slow
SMALL = {"view.height": 32, "view.width": 32, "view.batch": 4, "name": "small-cancer"}


def tiny(_: str, height: int, width: int, trunk: str) -> Any:
    """In place of a backbone that takes minutes to export."""
    image = keras.Input((height, width, 1), name="image")
    x = keras.layers.GlobalAveragePooling2D()(keras.layers.Conv2D(4, 3, activation="relu")(image))
    return keras.Model(image, keras.layers.Dense(1, name="logit")(x))


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cancer")
    recipe = entries_of(find("cancer-paper"))
    for setting, value in SMALL.items():
        recipe = changed(recipe, setting, value)
    path = write(recipe, folder / "small.toml")
    words = ["--sets", "rsna_subset", "--epochs", "1", "--steps-per-epoch", "2", "--objective", "auc"]
    words += ["--step", "view.class_weights=true,false", "--data", str(draw(folder / "data"))]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("training.tasks.cancer.build_cancer", tiny)
        assert main([str(path), *words, "--out", str(folder / "out")]) == 0
    return folder / "out"


@pytest.fixture(scope="module")
def told(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / "tuning.json").read_text())
    return found


def test_class_weights_are_compared_on_the_held_out_patients(told: dict[str, Any]) -> None:
    weighted = told["held_out"]["class_weights"]
    assert set(weighted) == {"off", "on"}
    for figures in weighted.values():
        assert set(figures) == {
            "auc",
            "auc_within_machine",
            *(f"{n}_at_0.5" for n in ("sensitivity", "specificity", "f1")),
        }
        assert figures["auc"]["n"] == A_FOLD
    assert len(told["trials"]) == 2


def test_the_cut_is_told_at_the_sets_share_of_cancers_and_at_screenings(told: dict[str, Any]) -> None:
    study = told["held_out"]["thresholds"]
    assert study["screening_prevalence"] == 0.005
    assert study["cancer_share"] == {"inner_validation": 0.5, "held_out": 0.5}
    rules = [cut["rule"] for cut in study["cuts"]]
    assert rules[0] == "0.5, not moved"
    assert len(rules) == 4
    for cut in study["cuts"]:
        found = {name: figure["value"] for name, figure in cut["held_out"].items()}
        assert 0 <= found["sensitivity"] <= 1
        if found["ppv"] is not None:  # somebody was called
            true, false = 0.005 * found["sensitivity"], 0.995 * (1 - found["specificity"])
            assert found["ppv_screening"] == pytest.approx(true / (true + false))


def test_curves_and_words_stand_in_the_report(out: Path) -> None:
    picture = cv2.imread(str(out / "charts" / "thresholds.png"))
    assert picture is not None
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 20
    page = (out / "tuning.html").read_text()
    assert "Where to cut the probability of cancer" in page
    assert "Class weights, on the held-out patients" in page
    assert "In screening about 0.5 % of women have cancer" in page
