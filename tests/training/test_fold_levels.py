"""Masking levels over five folds: everybody judged by the network that left her out, one temperature for all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("tensorflow")

from models.export import export_function
from models.weights import Card, Metric, digest, write_card
from tests.training.test_datasets import inbreast_folder, inbreast_row, picture
from training.evaluation.patients import Chosen, NotHeldOut
from training.fold_cases import Folds
from training.fold_levels import Levelled, levelled, of_levels
from training.folds import everybody_trained
from training.split import FOLDS, fold_of
from training.verdict import NO_FIGURES

RECIPE = {"vertical_crop": 0.01, "clahe_clip": 3.0, "clahe_tiles": 5, "mask_threshold": 0.08}
LEFT_OUT = "by patient; fold {} of 5 by SHA-256 of the patient validates, the others train"


def card(split: str, sha256: str = "0" * 64, data: str = "views of INbreast") -> Card:
    size = {"names": ["image"], "height": 32, "width": 32}
    said = {"split": split, "data": data}
    # a calibration that would be seen: the answers are wanted before it
    return Card("m", "masking", "compact", "", "1", "m.tflite", sha256, "CC0", RECIPE, size, said, {}, {"scale": 9.0})


@pytest.fixture(scope="module")
def folds(tmp_path_factory: pytest.TempPathFactory) -> Folds:
    """Twenty women; five networks of logits (number of the fold, 1, 0), whatever they see."""
    root = tmp_path_factory.mktemp("levels")
    films = [inbreast_row(f"{film}", f"p{film}", density=str(1 + film % 4)) for film in range(20)]
    inbreast_folder(root / "inbreast", *films)
    for film in films:
        picture(root / "inbreast" / film["file"])
    for fold in range(FOLDS):
        path = root / str(fold) / "weights" / "m.tflite"

        def numbered(image, fold=fold):  # type: ignore[no-untyped-def]
            import tensorflow as tf

            return {"logit": tf.constant([[float(fold), 1.0, 0.0]]) + 0 * tf.reduce_mean(image)}

        export_function(numbered, {"image": (32, 32, 1)}, path, "float32")
        write_card(card(LEFT_OUT.format(fold), digest(path)), root / str(fold) / "cards" / "m.toml")
    return Folds(root, Chosen(str(root / "{fold}")), root, 1)


def test_each_view_is_judged_by_the_network_of_its_fold_before_calibration(folds: Folds) -> None:
    views = levelled(folds, "inbreast")
    assert len(views) == 20
    assert sorted(np.bincount([view.level for view in views])) == [5, 5, 10]  # C and D are one level
    for view in views:
        assert view.logits[0] - view.logits[1] == pytest.approx(
            fold_of("inbreast", view.woman.removeprefix("inbreast/")) - 1, abs=1e-3
        )


def test_networks_that_may_know_a_patient_judge_nobody(folds: Folds, tmp_path: Path) -> None:
    for fold in range(FOLDS):
        write_card(card("by patient; everybody trained"), tmp_path / str(fold) / "cards" / "m.toml")
    with pytest.raises(NotHeldOut, match="fold 0 may have learned"):
        levelled(replace(folds, chosen=Chosen(str(tmp_path / "{fold}"))), "inbreast")


def test_one_temperature_undoes_what_networks_are_too_sure_of() -> None:
    rng = np.random.default_rng(4)
    sure = rng.normal(0, 1.5, (1500, 3))
    shares = np.exp(sure) / np.exp(sure).sum(axis=1, keepdims=True)
    views = [
        Levelled(f"w{i}", int(rng.choice(3, p=one)), 3 * raw)
        for i, (one, raw) in enumerate(zip(shares, sure, strict=True))
    ]
    said, figures = of_levels(card("by patient"), views)
    assert said.calibration == {"scale": pytest.approx(1 / 3, rel=0.1)}
    assert figures["ece_cross_fitted"].value < 0.05


def test_the_card_says_how_many_validate_instead_of_nobody() -> None:
    whole = card(f"by patient; everybody trained{NO_FIGURES}", data="87 masses of inbreast; 0 masses validate")
    said = everybody_trained(whole, {"a": Metric(0.8, 0.7, 0.9, 80), "b": Metric(0.8, 0.7, 0.9, 87)})
    assert said == {
        "split": "by patient; everybody trained",
        "data": "87 masses of inbreast; 87 masses validate in five folds",
    }
