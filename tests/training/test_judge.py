"""Figures for classifiers, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from pipeline.calibration import Calibration
from training.judge import (
    METHODS,
    Method,
    auc,
    auc_within,
    balanced_accuracy,
    calibrate,
    calibrate_levels,
    cross_fitted,
    fitted,
    logistic_fits,
    operating_points_of,
    platt,
    probabilities_of,
    softmax_temperature,
)

# Two machines: one sees three cancers of four and says 1 of everything, the other one of four and says 0.
MACHINES = ["x"] * 4 + ["y"] * 4
CANCER = [True, False, False, False, True, True, True, False]
BY_MACHINE = np.array([0.0] * 4 + [1.0] * 4)
WOMEN = [f"{i}" for i in range(8)]


def test_an_auc_worked_by_hand() -> None:
    scores = np.array([0.1, 0.4, 0.35, 0.8])
    assert auc(list("abcd"), [False, False, True, True], scores).value == pytest.approx(0.75)


def test_telling_machines_apart_gains_auc_but_none_within_machines() -> None:
    assert auc(WOMEN, CANCER, BY_MACHINE).value == pytest.approx(12 / 16)
    assert auc_within(WOMEN, CANCER, BY_MACHINE, MACHINES).value == pytest.approx(0.5)


def test_pairs_within_machines_weigh_alike() -> None:
    """Machine x: its cancer beats two of three others. Machine y: two of three cancers beat the other: 4 pairs of 6."""
    scores = np.array([2.0, 1, 1.5, 3, 5, 6, 0, 1])
    within = auc_within(WOMEN, CANCER, scores, MACHINES)
    assert within.value == pytest.approx(4 / 6)
    assert within.n == 8


def test_machines_with_one_class_only_make_no_pairs() -> None:
    scores = np.array([1.0, 2, 7, 9])
    estimate = auc_within(list("abcd"), [False, True, True, True], scores, ["x", "x", "y", "z"])
    assert estimate.value == 1.0


def test_balanced_accuracy_is_the_mean_of_the_recalls() -> None:
    truth, said = [0, 0, 0, 0, 1, 1, 2, 2], [0, 0, 0, 1, 1, 1, 0, 0]
    assert balanced_accuracy(WOMEN, truth, said).value == pytest.approx((0.75 + 1 + 0) / 3)


def test_intervals_hold_the_value_and_are_wider_with_fewer_patients() -> None:
    random = np.random.default_rng(0)
    truth = random.random(300) < 0.5
    scores = random.normal(size=300) + truth
    many = auc([str(i) for i in range(300)], truth.tolist(), scores)
    few = auc([str(i // 10) for i in range(300)], truth.tolist(), scores)
    alone = auc([str(i) for i in range(40)], truth[:40].tolist(), scores[:40])
    for estimate in (many, few, alone):
        assert estimate.low < estimate.value < estimate.high
    assert alone.high - alone.low > 1.8 * (many.high - many.low)


def test_a_calibration_finds_the_scale_and_offset_that_made_the_labels() -> None:
    random = np.random.default_rng(1)
    logits = random.normal(0, 2, 20_000)
    truth = random.random(20_000) < 1 / (1 + np.exp(-(0.5 * logits - 1)))
    found = platt(logits, truth.tolist())
    assert found["scale"] == pytest.approx(0.5, abs=0.03)
    assert found["offset"] == pytest.approx(-1, abs=0.06)


def test_a_calibration_never_turns_the_ranking_round() -> None:
    assert platt(np.array([-2.0, -1, 1, 2]), [True, True, False, False])["scale"] == 0.05


def said_and_true(rows: int, scale: float, offset: float, seed: int = 1) -> tuple[NDArray[np.float64], list[bool]]:
    random = np.random.default_rng(seed)
    logits = random.normal(0, 2, rows)
    return logits, (random.random(rows) < 1 / (1 + np.exp(-(scale * logits + offset)))).tolist()


def each_alone(rows: int) -> list[str]:
    return [str(i) for i in range(rows)]


def test_variances_are_those_of_the_fit_when_every_row_is_a_patient() -> None:
    """The information matrix at the truth, turned round, is the covariance of scale and offset (large samples)."""
    logits, truth = said_and_true(2000, 0.8, -0.5)
    found = platt(logits, truth, each_alone(2000))
    said = 1 / (1 + np.exp(-(found["scale"] * logits + found["offset"])))
    rows = np.stack([logits, np.ones(2000)], axis=1)
    expected = np.linalg.inv((rows * (said * (1 - said))[:, None]).T @ rows)
    assert found["var_scale"] == pytest.approx(expected[0, 0], rel=0.2)
    assert found["var_offset"] == pytest.approx(expected[1, 1], rel=0.2)
    assert found["cov"] == pytest.approx(expected[0, 1], rel=0.5)


def test_ten_copies_of_everybody_make_a_calibration_no_surer() -> None:
    logits, truth = said_and_true(200, 0.8, -0.5)
    once = platt(logits, truth, each_alone(200))
    copied = platt(np.repeat(logits, 10), np.repeat(truth, 10).tolist(), np.repeat(each_alone(200), 10).tolist())
    assert copied["var_offset"] == pytest.approx(once["var_offset"], rel=0.15)


def test_newton_finds_what_scikit_learn_finds() -> None:
    logits, truth = said_and_true(80, 1.4, 0.3)
    weights = np.random.default_rng(2).integers(0, 3, (4, 80)).astype(float)
    for drawn, (scale, offset) in zip(weights, logistic_fits(logits, np.array(truth, float), weights), strict=True):
        fit = LogisticRegression(C=10.0, tol=1e-8).fit(logits[:, None], truth, sample_weight=drawn)
        assert (scale, offset) == pytest.approx((fit.coef_[0, 0], fit.intercept_[0]), abs=1e-4)


def test_draws_with_one_class_fix_no_calibration() -> None:
    found = logistic_fits(np.array([-1.0, 1, 2]), np.array([0.0, 1, 1]), np.array([[1.0, 1, 1], [0, 1, 1]]))
    assert np.isfinite(found[0]).all()
    assert np.isnan(found[1]).all()


def test_a_temperature_moves_no_probability_across_a_half() -> None:
    logits, truth = said_and_true(5000, 0.5, 0, seed=2)
    found = fitted(logits, truth, each_alone(5000), "temperature")
    assert found["scale"] == pytest.approx(0.5, abs=0.05)
    assert (found["offset"], found["var_offset"], found["cov"]) == (0, 0, 0)


def test_an_isotonic_curve_rises_and_its_knots_are_what_the_pipeline_applies() -> None:
    logits, truth = said_and_true(500, 1.5, -1)
    knots = fitted(logits, truth, each_alone(500), "isotonic")["knots"]
    assert np.all(np.diff(knots["x"]) > 0)
    assert np.all(np.diff(knots["y"]) >= 0)
    served = probabilities_of(logits, {"knots": knots})
    expected = IsotonicRegression(y_min=1e-3, y_max=1 - 1e-3).fit(logits, np.array(truth, float)).predict(logits)
    assert served == pytest.approx(expected, abs=2e-3)


@pytest.mark.parametrize("method", METHODS)
def test_honest_figures_come_from_calibrations_of_other_patients(method: Method) -> None:
    """Labels that the logits know nothing of: judged on the same rows an isotonic curve would look better than 1/4."""
    random = np.random.default_rng(3)
    logits, truth = random.normal(size=60), (np.arange(60) % 2 == 0).tolist()
    found = calibrate(logits, truth, each_alone(60), method)
    assert found.metrics["brier_cross_fitted"].value >= 0.25
    assert found.metrics["brier_cross_fitted"].n == 60
    assert Calibration.of(found.calibration).judge(0.3).probability == pytest.approx(0.5, abs=0.3)


def test_a_copy_of_a_patient_does_not_judge_itself() -> None:
    """Each patient's two rows say the same and go together: a curve through one would know the other."""
    random = np.random.default_rng(4)
    logits = np.repeat(random.normal(size=40), 2)
    truth = np.repeat(random.random(40) < 0.5, 2)
    women = np.repeat(each_alone(40), 2).tolist()
    held = cross_fitted(logits, truth.tolist(), women, "isotonic")
    seen = probabilities_of(logits, fitted(logits, truth.tolist(), women, "isotonic"))
    assert float(((held - truth) ** 2).mean()) > float(((seen - truth) ** 2).mean()) + 0.05


def test_one_patient_of_a_class_cannot_be_cross_fitted() -> None:
    with pytest.raises(ValueError, match="two patients of each class"):
        calibrate(np.array([0.0, 1, 2, 3]), [True, True, False, False], ["a", "a", "b", "c"])


def test_a_softmax_finds_its_temperature() -> None:
    random = np.random.default_rng(5)
    logits = random.normal(0, 2, (4000, 3))
    shares = np.exp(0.6 * logits) / np.exp(0.6 * logits).sum(axis=1, keepdims=True)
    truth = [int(random.choice(3, p=share)) for share in shares]
    assert softmax_temperature(logits, truth)["scale"] == pytest.approx(0.6, abs=0.04)


def test_levels_are_cross_fitted_and_scaled_alike() -> None:
    """The right class has a share of 0.8 where the logits say 0.98: softened, and honest to a few hundredths."""
    random = np.random.default_rng(6)
    truth = random.integers(0, 3, 600)
    said = np.where(random.random(600) < 0.8, truth, (truth + 1 + random.integers(0, 2, 600)) % 3)
    logits = 4.6 * (said[:, None] == np.arange(3))
    found = calibrate_levels(logits.astype(float), truth.tolist(), each_alone(600))
    assert found.calibration["scale"] == pytest.approx(np.log(8) / 4.6, abs=0.08)
    assert found.metrics["ece_cross_fitted"].value < 0.04
    assert found.metrics["brier_cross_fitted"].value == pytest.approx(
        0.2 * (0.8**2 + 0.9**2 + 0.1**2) + 0.8 * 0.06, abs=0.04
    )
    with pytest.raises(ValueError, match="two patients"):
        calibrate_levels(logits[:2].astype(float), [0, 1], ["a", "a"])


def test_operating_points_leave_so_many_alone() -> None:
    """Of five others four are below 0.45 and all below 0.6; of four cancers three reach 0.45 and one 0.6."""
    said = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.45, 0.5, 0.6, 0.05])
    truth = [False] * 5 + [True] * 4
    assert operating_points_of(truth, said, (0.8, 1.0)) == (
        {"probability": 0.45, "sensitivity": 0.75, "specificity": 0.8},
        {"probability": 0.6, "sensitivity": 0.25, "specificity": 1.0},
    )
