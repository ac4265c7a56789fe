"""Malignancy of marks: what counts as one, how the detector's confidence is weighed, and what the cards get."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from models.weights import Card, read_card, write_card
from pipeline.calibration import Calibration
from pipeline.finding import Finding, Kind, SecondOpinion
from pipeline.geometry import Box
from training.datasets.base import Example, MassTruth
from training.marks import Mark, fitted, marks_of, raw_logit, weight_of, write

RNG = np.random.default_rng(3)


def drawn(patients: int = 60, each: int = 6) -> list[Mark]:
    """Malignant with the log odds 1.5 x network + 0.75 x detector - 1."""
    marks = []
    for patient in range(patients):
        for own, detector in RNG.normal(0, 1.5, (each, 2)):
            odds = 1.5 * own + 0.75 * detector - 1
            truth = bool(RNG.random() < 1 / (1 + np.exp(-odds)))
            marks.append(Mark(f"p{patient}", truth, float(detector), {"pathology": float(own)}))
    return marks


def columns(marks: Sequence[Mark]) -> tuple[np.ndarray, np.ndarray, list[bool]]:
    own = np.array([mark.logits["pathology"] for mark in marks])
    return own, np.array([mark.detector for mark in marks]), [mark.malignant for mark in marks]


def test_the_weight_of_the_detector_is_found_again() -> None:
    assert weight_of(*columns(drawn(400))) == pytest.approx(0.5, abs=0.12)


def test_a_detector_that_speaks_against_malignancy_gets_no_weight() -> None:
    own, detector, truth = columns(drawn())
    assert weight_of(own, -detector, truth) == 0


def test_the_calibration_gives_the_odds_the_marks_were_drawn_with() -> None:
    fit = fitted(drawn(400), "pathology")
    curve = Calibration.of(fit.calibration)
    said = curve.judge(0.8, confidence=1 / (1 + np.exp(-0.4)))
    assert said.probability == pytest.approx(1 / (1 + np.exp(-(1.5 * 0.8 + 0.75 * 0.4 - 1))), abs=0.05)
    assert said.interval is not None
    assert said.interval[0] < said.probability < said.interval[1]
    assert fit.metrics["auc_marks_as_served"].value > 0.85


def test_a_calibration_is_undone_exactly() -> None:
    served = Calibration(scale=1.3, offset=-0.4, confidence=0.6)
    said = served.judge(0.7, confidence=0.2)
    assert raw_logit(said.probability, 0.2, served) == pytest.approx(0.7)
    with pytest.raises(ValueError, match="knots"):
        raw_logit(0.5, 0.2, Calibration(knots=((0.0, 1.0), (0.0, 1.0))))


def test_a_mark_says_what_the_named_networks_said_and_is_true_on_a_mass() -> None:
    own = Card("p", "pathology", "compact", "", "", "p.tflite", "0" * 64, "", calibration={"scale": 2.0, "offset": 1.0})
    square = np.array([[0, 0], [10, 0], [10, 10], [0, 10]], np.float64)
    example = Example("inbreast", "1", "w", Path("1.png"), masses=(MassTruth(Box(0, 0, 10, 10), square, True),))
    opinion = SecondOpinion("hybrid", 0.3, False)
    found = Finding(Kind.MASS, Box(1, 0, 10, 10), 0.8, malignant=0.5, second_opinion=opinion)
    beside = Finding(Kind.MASS, Box(50, 0, 10, 10), 0.2, malignant=0.1, second_opinion=opinion)
    marks = marks_of(example, [found, beside], {"pathology": own})
    assert [(mark.malignant, set(mark.logits)) for mark in marks] == [(True, {"pathology"}), (False, {"pathology"})]
    assert marks[0].logits["pathology"] == pytest.approx(-0.5)
    assert [set(mark.logits) for mark in marks_of(example, [found], {"pathology": own, "hybrid": own})] == [
        {"pathology", "hybrid"}
    ]


def test_the_card_keeps_what_it_had_besides(tmp_path: Path) -> None:
    (tmp_path / "cards").mkdir()
    path = tmp_path / "cards" / "one.toml"
    write_card(Card("one", "pathology", "compact", "a", "1", "one.tflite", "0" * 64, "none"), path)
    write(fitted(drawn(), "pathology"), tmp_path, "one")
    card = read_card(path)
    assert set(card.calibration) == {"confidence", "scale", "offset", "var_scale", "var_offset", "cov"}
    assert {"auc_marks_as_served", "brier_cross_fitted_marks", "ece_cross_fitted_marks"} <= set(card.metrics)
    assert card.task == "pathology"
