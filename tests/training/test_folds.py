"""Figures of five folds become those of weights that learned from everybody."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("sklearn")

from app.schemas import VALIDATION
from models.weights import Card, Metric, WeightsError, write_card
from pipeline.calibration import Calibration
from pipeline.finding import Analysis, Finding, Kind, SecondOpinion
from pipeline.geometry import Box
from pipeline.mammogram import Mammogram
from training.datasets.base import Example, MassTruth
from training.evaluation.patients import Chosen
from training.evaluation.values import Case
from training.fold_cases import Folds
from training.fold_marks import of_marks
from training.fold_means import over_folds, weighted_mean
from training.folds import SAID, of_slider, told
from training.split import FOLDS
from training.verdict import NO_FIGURES

SERVED = Calibration(scale=1.2, offset=-0.3, confidence=0.5)


def card(task: str = "detector", **more: Metric) -> Card:
    said = {"scale": SERVED.scale, "offset": SERVED.offset, "confidence": SERVED.confidence}
    return Card(
        f"our-{task}", task, "compact", "", "1", f"{task}.tflite", "0" * 64, "CC0", metrics=more, calibration=said
    )


def case(patient: str, *marks: tuple[Box, float, float], masses: tuple[MassTruth, ...] | None = ()) -> Case:
    """Marks: box, confidence, and the logit of the network before its fold's calibration; the hybrid says the same."""
    said = [(box, sure, SERVED.judge(logit, sure).probability) for box, sure, logit in marks]
    findings = tuple(
        Finding(Kind.MASS, box, sure, malignant=one, second_opinion=SecondOpinion("hybrid", one, False))
        for box, sure, one in said
    )
    shown = Example("inbreast", patient, patient, Path("none.png"), masses)
    unseen = Mammogram(np.zeros((1, 1), np.float32))
    return Case(shown, Analysis(unseen, findings, None, None), 100, 100, 1.0)


def test_a_mean_over_folds_weighs_what_each_counts() -> None:
    mean = weighted_mean([Metric(0.9, 0.8, 1.0, 30), Metric(0.5, 0.3, 0.7, 10)])
    assert mean.value == pytest.approx(0.8)
    assert mean.n == 40
    # standard errors add as squares: sqrt((0.75 * 0.1)^2 + (0.25 * 0.2)^2)
    assert mean.high - mean.value == pytest.approx(0.0901, abs=1e-4)


def test_the_interval_stays_within_what_a_share_can_be() -> None:
    mean = weighted_mean([Metric(0.98, 0.8, 1.0, 10), Metric(1.0, 0.9, 1.0, 10)])
    assert mean.high == 1.0
    assert mean.low < 0.98


def test_a_figure_that_one_fold_could_not_give_is_left_out() -> None:
    whole = [card(dice=Metric(0.9, 0.8, 1.0, 10), auc=Metric(0.7, 0.6, 0.8, 9))] * 4
    assert set(over_folds([*whole, card(dice=Metric(0.7, 0.6, 0.8, 10))])) == {"dice"}


def test_the_slider_counts_views_without_a_mass() -> None:
    box = Box(10, 10, 20, 20)
    found = case("a", (box, 0.9, 0.0), masses=(MassTruth(box, malignant=True),))
    false = case("b", (box, 0.5, 0.0))
    shipped = replace(card(), training={"data": "9 views of inbreast and 2 phantoms; 0 views validate"})
    said = of_slider(shipped, [found, false])
    points = {point["confidence"]: point for point in said.operating_points}
    assert (points[0.4]["sensitivity"], points[0.4]["false_marks"]) == (1.0, 0.5)
    assert (points[0.6]["sensitivity"], points[0.6]["false_marks"]) == (1.0, 0.0)
    assert said.metrics["pooled_ap50"].value == pytest.approx(1.0)
    assert said.training["data"] == "9 views of inbreast and 2 phantoms; 2 INbreast views validate in five folds"
    measured = VALIDATION.search(said.training["data"])
    assert measured is not None
    assert measured["images"] == "2"


def drawn_cases() -> list[Case]:
    """120 women with a mass each, malignant with the odds of the network's logit, and a false mark each."""
    rng, cases, box = np.random.default_rng(5), [], Box(10, 10, 20, 20)
    for i in range(120):
        logit = float(rng.normal(0, 2))
        malignant = bool(rng.random() < 1 / (1 + np.exp(-logit)))
        marks = ((box, 0.8, logit), (Box(60, 60, 20, 20), 0.1, float(rng.normal(-2, 1))))
        cases.append(case(f"w{i}", *marks, masses=(MassTruth(box, malignant=malignant),)))
    return cases


@pytest.mark.parametrize("task", ["pathology", "hybrid"])
def test_malignancy_is_calibrated_on_what_the_networks_said_before_their_folds_calibration(task: str) -> None:
    unsearched = case("c", (Box(10, 10, 20, 20), 0.9, 9.0), masses=None)
    said = of_marks(card(task), [*drawn_cases(), unsearched], [card(task)] * FOLDS)
    assert said.metrics["auc_found_masses_as_served"].value == pytest.approx(0.9, abs=0.08)
    assert said.metrics["auc_marks_as_served"].n == 240
    assert said.metrics["auc_found_inbreast"].n == said.metrics["auc_found_inbreast_as_served"].n == 120
    assert said.metrics["mean_auc_found_inbreast"].value == pytest.approx(0.9, abs=0.08)
    curve = Calibration.of(said.calibration)
    assert curve.judge(1.5, 0.8).probability == pytest.approx(1 / (1 + np.exp(-1.5)), abs=0.12)
    assert all(point["n"] == 120 for point in said.operating_points)


def folds_in(folder: Path, count: int) -> Folds:
    for fold in range(count):
        split = f"by patient; fold {fold} of 5 by SHA-256 of the patient validates, the others train"
        said = card("segmenter", dice=Metric(0.8 + fold / 100, 0.7, 0.9, 10))
        path = folder / str(fold) / "cards" / "segmenter.toml"
        write_card(replace(said, training={"split": split, "data": "9 views of inbreast"}), path)
    return Folds(folder, Chosen(str(folder / "{fold}")), folder, 1)


def test_the_card_says_whose_figures_it_bears(tmp_path: Path) -> None:
    shipped = replace(card("segmenter"), training={"split": f"by patient; everybody trained{NO_FIGURES}; the end"})
    said = told(shipped, folds_in(tmp_path, FOLDS))
    assert said.training["split"] == "by patient; everybody trained; the end"
    assert said.training["figures"] == SAID
    assert said.metrics["dice"].value == pytest.approx(0.82)
    assert said.metrics["dice"].n == 50


def test_a_missing_fold_is_an_error_and_no_smaller_mean(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="4 folds of it, expected 5"):
        told(card("segmenter"), folds_in(tmp_path, FOLDS - 1))
