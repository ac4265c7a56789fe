"""Cancer in whole views over five folds: everybody judged by the network that left her out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("tensorflow")

from models.export import export_function
from models.weights import Card, digest, write_card
from pipeline.calibration import Calibration
from tests.training.test_datasets import inbreast_folder, inbreast_row, picture, rsna_row, table
from training.evaluation.patients import Chosen, NotHeldOut
from training.fold_cases import Folds
from training.fold_views import answered, of_views
from training.folds import told
from training.split import FOLDS, fold_of
from training.view_answers import Answered

RECIPE = {"vertical_crop": 0.01, "clahe_clip": 3.0, "clahe_tiles": 5, "mask_threshold": 0.08}
LEFT_OUT = "by patient; fold {} of 5 by SHA-256 of the patient validates, the others train"


def card(split: str, sha256: str = "0" * 64) -> Card:
    return Card(
        "compact-cancer",
        "cancer",
        "compact",
        "",
        "1",
        "c.tflite",
        sha256,
        "CC0",
        recipe=RECIPE,
        input={"names": ["image"], "height": 32, "width": 32},
        training={"split": split, "data": "9 views of the RSNA 2022 subset"},
    )


def drawn(count: int) -> list[Answered]:
    """Two views each of `count` women; cancer with the odds of the logit, on two machines, one of which says 1 more."""
    rng, views = np.random.default_rng(3), []
    for i in range(count):
        logit, machine = float(rng.normal(0, 2)), i % 2
        cancer = bool(rng.random() < 1 / (1 + np.exp(-logit)))
        views += [Answered("rsna_subset", f"w{i}", "L", str(machine), cancer, logit + machine) for _ in range(2)]
    return views


def test_the_calibration_is_that_of_all_folds_together() -> None:
    said, figures = of_views(card("by patient; everybody trained"), drawn(300))
    assert Calibration.of(said.calibration).judge(0.5).probability == pytest.approx(0.5, abs=0.06)
    assert figures["pooled_auc"].n == 600
    assert figures["pooled_auc_within_machine"].value > figures["pooled_auc"].value > 0.75
    assert figures["ece_cross_fitted"].value < 0.08
    assert {point["n"] for point in said.operating_points} == {600}
    assert figures["pooled_breast_auc"].n == 300


def test_the_card_still_says_who_taught_it_and_what_stands_beside_it() -> None:
    mine = card("by patient; everybody trained")
    data = "9 views of rsna_subset; so did the network beside it, EfficientNet-Lite2; 0 views validate"
    said, _ = of_views(replace(mine, training={**mine.training, "data": data}), drawn(100))
    taught = "9 views of rsna_subset; so did the network beside it, EfficientNet-Lite2"
    assert said.training["data"] == f"{taught}; 200 views validate in five folds"
    again, _ = of_views(said, drawn(100))
    assert again.training["data"] == said.training["data"]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """40 women, of whom a bright breast is cancer, and 20 of another set, with BI-RADS."""
    root = tmp_path_factory.mktemp("data")
    women = [rsna_row("1", f"w{woman}", cancer=str(woman % 2), file=f"images/{woman}_1.png") for woman in range(40)]
    films = [inbreast_row(f"{film}", f"p{film}", birads="5" if film % 2 else "2") for film in range(20)]
    table(root / "rsna_subset" / "rsna_subset.csv", *women)
    inbreast_folder(root / "inbreast", *films)
    for film in films:
        picture(root / "inbreast" / film["file"])
    for woman in women:
        breast(root / "rsna_subset" / woman["file"], 90 + 100 * int(woman["cancer"]))
    return root


def breast(path: Path, grey: int) -> None:
    path.parent.mkdir(exist_ok=True)
    pixels = np.zeros((64, 48), np.uint8)
    cv2.ellipse(pixels, (0, 32), (36, 28), 0, 0, 360, grey, -1)
    cv2.imwrite(str(path), pixels)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five networks that say how bright a view is, each more by its fold's number."""
    root = tmp_path_factory.mktemp("weights")
    for fold in range(FOLDS):
        path = root / str(fold) / "weights" / "c.tflite"

        def bright(image, fold=fold):  # type: ignore[no-untyped-def]
            import tensorflow as tf

            return {"logit": tf.reshape(tf.reduce_mean(image), (1, 1)) + float(fold)}

        export_function(bright, {"image": (32, 32, 1)}, path, "float32")
        write_card(card(LEFT_OUT.format(fold), digest(path)), root / str(fold) / "cards" / "compact-cancer.toml")
    return root


def folds_of(data: Path, weights: Path) -> Folds:
    return Folds(data, Chosen(str(weights / "{fold}")), data, 1)


def test_each_view_is_judged_by_the_network_of_its_fold(data: Path, weights: Path) -> None:
    views = answered(folds_of(data, weights), "rsna_subset")
    assert len(views) == 40
    assert len(answered(folds_of(data, weights), "inbreast")) == 20
    for view in views:
        assert int(view.logit) == fold_of("rsna_subset", view.patient)  # a mean grey value is below 1
    assert {(view.machine, view.cancer) for view in views} == {("29", False), ("29", True)}


def test_the_card_that_everybody_trained_bears_the_figures_of_the_folds(data: Path, weights: Path) -> None:
    said = told(card("by patient; everybody trained, so there are no figures"), folds_of(data, weights))
    assert said.training["split"] == "by patient; everybody trained"
    assert said.training["data"] == "9 views of the RSNA 2022 subset; 40 views validate in five folds"
    assert said.metrics["pooled_auc"].n == 40
    assert said.metrics["pooled_auc_inbreast"].n == said.metrics["pooled_breast_auc_inbreast"].n == 20
    assert {point["n"] for point in said.operating_points} == {40}
    assert said.calibration["scale"] > 0


def test_networks_that_may_know_a_patient_judge_nobody(data: Path, weights: Path, tmp_path: Path) -> None:
    for fold in range(FOLDS):
        known = replace(card("by patient; everybody trained"), training={"split": "", "data": "RSNA"})
        write_card(known, tmp_path / str(fold) / "cards" / "compact-cancer.toml")
    with pytest.raises(NotHeldOut, match="fold 0 may have learned"):
        answered(folds_of(data, tmp_path), "rsna_subset")
