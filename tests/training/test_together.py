"""How findings weigh beside the image: odds that were drawn are found again, and nobody is judged by her own fit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("sklearn")

from models.weights import Card
from pipeline.calibration import Calibration, logit_of
from pipeline.finding import Analysis, Cancer, Finding, Kind
from pipeline.geometry import Box
from pipeline.mammogram import Mammogram
from pipeline.together import Together
from training.datasets.base import Example
from training.evaluation.patients import Chosen
from training.evaluation.values import Case
from training.fold_cases import Folds
from training.split import FOLDS, fold_of
from training.together import LEAST_ROWS, View, cross_fitted, fitted, told, views_of, weights_of
from training.view_answers import Answered

BOX = Box(0, 0, 4, 4)
FOLD = {"cancer": {"scale": 2.0, "offset": 0.5}, "pathology": {"scale": 1.5, "offset": -1.0, "confidence": 0.5}}
FINAL = {"cancer": {"scale": 0.8, "offset": -0.2}, "pathology": {"scale": 1.1, "offset": 0.3, "confidence": 0.9}}


def sigmoid(logit: float) -> float:
    return 1 / (1 + float(np.exp(-logit)))


def drawn(women: int) -> list[View]:
    """Cancer with the log odds 0.4 x image + 0.8 x mass + 0.6 x cluster + 0.5."""
    views, rng = [], np.random.default_rng(10)
    for woman, (image, mass, cluster) in enumerate(rng.normal(-0.5, 1.2, (women, 3))):
        found = (
            Finding(Kind.MASS, BOX, 0.5, malignant=sigmoid(mass)),
            Finding(Kind.CALCIFICATION_CLUSTER, BOX, sigmoid(cluster)),
        )
        truth = bool(rng.random() < sigmoid(0.4 * image + 0.8 * mass + 0.6 * cluster + 0.5))
        views.append(View(Answered("inbreast", f"p{woman}", "L", "", truth, float(image)), found, woman % FOLDS))
    return views


def test_the_odds_the_views_were_drawn_with_are_found_again() -> None:
    views = drawn(3000)
    together = Together.of(fitted(views))
    assert together is not None
    assert (together.image, together.masses, together.clusters) == pytest.approx((0.4, 0.8, 0.6), abs=0.12)
    assert together.curve.scale == pytest.approx(1, abs=0.05)
    assert together.curve.offset == pytest.approx(0.5, abs=0.15)
    said = together.judge(views[0].evidence)
    assert said.interval is not None
    assert said.interval[0] < said.probability < said.interval[1]


def test_what_speaks_against_cancer_weighs_nothing_and_the_others_are_fitted_without_it() -> None:
    rng = np.random.default_rng(5)
    rows = rng.normal(0, 1, (800, 3))
    labels = (rng.random(800) < 1 / (1 + np.exp(-(rows[:, 0] - rows[:, 1])))).astype(int)
    weights = weights_of(rows[:, :2], labels)
    assert weights[1] == 0
    assert weights[0] == pytest.approx(weights_of(rows[:, :1], labels)[0])
    with pytest.raises(ValueError, match="tells cancer from none"):
        weights_of(-rows[:, :1], labels)


def test_a_fold_is_judged_by_the_fit_of_the_others() -> None:
    views = drawn(200)
    lies = [replace(view, truth=replace(view.truth, cancer=not view.truth.cancer)) if view.fold == 2 else view
            for view in views]  # fmt: skip
    honest, lied = cross_fitted(views), cross_fitted(lies)
    own = [view.fold == 2 for view in views]
    assert np.array(honest)[own] == pytest.approx(np.array(lied)[own])
    assert np.abs(np.subtract(honest, lied))[~np.array(own)].max() > 0.1


def test_a_view_is_never_below_its_worst_finding() -> None:
    views = drawn(200)
    sure = replace(views[0], findings=(Finding(Kind.MASS, BOX, 0.9, malignant=0.97),))
    assert cross_fitted([sure, *views[1:]])[0] >= logit_of(0.97) - 1e-9


def test_the_card_gets_the_fit_and_its_worth_and_keeps_what_it_had() -> None:
    card = Card("one", "cancer", "compact", "a", "1", "one.tflite", "0" * 64, "none", calibration={"scale": 1.1})
    said, figures = told(card, drawn(300))
    assert set(said.together) == {
        "image", "masses", "clusters", "least_rows", "scale", "offset", "var_scale", "var_offset", "cov"
    }  # fmt: skip
    assert said.calibration == card.calibration
    assert said.metrics["served_auc_inbreast"].value == pytest.approx(figures["served_auc_inbreast"].value, abs=1e-4)
    assert {"served_mean_auc_inbreast", "served_brier_cross_fitted", "served_ece_cross_fitted"} <= set(said.metrics)
    assert figures["served_mean_auc_inbreast"].n == 300


class Kept(Folds):
    """Analyses made beforehand; the cards of every fold alike."""

    def cards(self, task: str) -> list[Card]:
        return [Card(f"f-{task}", task, "compact", "", "1", "f", "0" * 64, "", calibration=FOLD[task])] * FOLDS

    def analysed(self, name: str) -> list[Case]:
        rows = [(True, LEAST_ROWS), (False, LEAST_ROWS - 1), (None, LEAST_ROWS)]
        return [_case(name, str(i), cancer, height) for i, (cancer, height) in enumerate(rows)]


def _case(name: str, patient: str, cancer: bool | None, height: int) -> Case:
    image = Calibration.of(FOLD["cancer"]).judge(0.6).probability
    malignant = Calibration.of(FOLD["pathology"]).judge(-0.4, 0.7).probability
    found = (Finding(Kind.MASS, BOX, 0.7, malignant=malignant), Finding(Kind.CALCIFICATION_CLUSTER, BOX, 0.3))
    analysis = Analysis(Mammogram(np.zeros((1, 1), np.float32)), found, None, Cancer(image, image))
    return Case(Example(name, patient, patient, Path("none.png"), cancer=cancer), analysis, 400, height, 1.0)


def test_of_known_and_fine_views_every_answer_is_put_on_the_final_calibrations() -> None:
    final = {task: Card(task, task, "compact", "", "1", "f", "0" * 64, "", calibration=FINAL[task]) for task in FINAL}
    (view,) = views_of(Kept(Path(), Chosen("{fold}"), Path(), 1), "inbreast", final)
    assert view.truth.logit == pytest.approx(0.8 * 0.6 - 0.2)
    assert view.findings[0].malignant == pytest.approx(Calibration.of(FINAL["pathology"]).judge(-0.4, 0.7).probability)
    assert view.findings[1].confidence == 0.3
    assert view.fold == fold_of("inbreast", "0")
