"""Figures over many draws at once: against scikit-learn on the repeated rows, and worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, balanced_accuracy_score, brier_score_loss, f1_score, roc_auc_score

from training import figures
from training.draws import Draws
from training.figures import Operating

Floats = NDArray[np.float64]
Rows = tuple[Floats, NDArray[np.int64], Floats]

labels = st.lists(st.tuples(st.integers(0, 6), st.booleans(), st.integers(0, 3)), min_size=4, max_size=30)


@st.composite
def weighed(draw: st.DrawFn) -> Rows:
    """(scores with ties, truth, weights (2, rows)); both classes are there in both draws."""
    rows = [(0, False, 1), (3, True, 1), *draw(labels)]
    scores, truth, weights = (np.array(column) for column in zip(*rows, strict=True))
    return scores / 6, truth.astype(np.int64), np.stack([np.ones(len(rows)), weights.astype(np.float64)])


def repeated(values: NDArray[np.generic], weights: Floats) -> NDArray[np.generic]:
    return np.repeat(values, weights.astype(int))


@settings(max_examples=30, deadline=None)
@given(rows=weighed())
def test_areas_are_those_of_scikit_learn_on_the_repeated_rows(rows: Rows) -> None:
    scores, truth, weights = rows
    curve = Operating.of(scores, truth, weights)
    for i, drawn in enumerate(weights):
        known, said = repeated(truth, drawn), repeated(scores, drawn)
        assert curve.auc()[i] == pytest.approx(roc_auc_score(known, said))
        assert curve.average_precision()[i] == pytest.approx(average_precision_score(known, said))


@settings(max_examples=30, deadline=None)
@given(rows=weighed())
def test_tables_are_those_of_scikit_learn_on_the_repeated_rows(rows: Rows) -> None:
    scores, truth, weights = rows
    said = (scores >= 0.5).astype(np.int64)
    table = figures.confusion(truth, said, 2, weights)
    for i, drawn in enumerate(weights):
        known, answers = repeated(truth, drawn), repeated(said, drawn)
        assert figures.balanced_accuracy(table)[i] == pytest.approx(balanced_accuracy_score(known, answers))
        assert figures.accuracy(table)[i] == pytest.approx(float((known == answers).mean()))
        assert np.nan_to_num(figures.f1(table)[i, 1]) == pytest.approx(f1_score(known, answers, zero_division=0))
        assert figures.brier(scores, truth, weights)[i] == pytest.approx(
            brier_score_loss(known, repeated(scores, drawn))
        )


@settings(max_examples=30, deadline=None)
@given(rows=weighed(), seed=st.integers(0, 2**16))
def test_the_order_of_the_rows_changes_nothing(rows: Rows, seed: int) -> None:
    scores, truth, weights = rows
    order = np.random.default_rng(seed).permutation(len(scores))

    def all_of(s: Floats, t: NDArray[np.int64], w: Floats) -> Floats:
        curve, bins = Operating.of(s, t, w), figures.equal_mass_bins(s, 4)
        return np.stack(
            [
                curve.auc(),
                curve.average_precision(),
                curve.sensitivity_at(0.8),
                figures.calibration_error(s, t, w, bins),
                figures.quantile(s, w, 0.5),
            ]
        )

    assert all_of(scores[order], truth[order], weights[:, order]) == pytest.approx(
        all_of(scores, truth, weights), nan_ok=True
    )


@settings(max_examples=30, deadline=None)
@given(value=st.floats(-5, 5), patients=st.lists(st.sampled_from("abcdef"), min_size=1, max_size=20))
def test_the_interval_of_a_constant_is_the_constant(value: float, patients: list[str]) -> None:
    draws = Draws.of(patients, draws=50)
    weights = draws.weights(patients)
    found = draws.estimate(figures.mean([value] * len(patients), weights), len(patients))
    assert (found.value, found.low, found.high) == pytest.approx((value, value, value), abs=1e-12)


def test_every_draw_has_as_many_patients_as_there_are() -> None:
    draws = Draws.of(["a", "b", "b", "c"], draws=200, seed=4)
    assert draws.counts.shape == (201, 3)
    assert (draws.counts.sum(axis=1) == 3).all()
    assert draws.weights(["b", "b"])[0].tolist() == [1, 1]
    assert np.array_equal(draws.counts, Draws.of(["c", "b", "a"], draws=200, seed=4).counts)


def test_the_interval_of_a_share_is_the_binomial_one() -> None:
    """100 patients, half of them found: 0.5 give or take 1.96 times 0.05."""
    patients = [str(i) for i in range(100)]
    draws = Draws.of(patients, draws=4000)
    found = draws.estimate(figures.mean(np.arange(100) % 2, draws.weights(patients)), 100)
    assert (found.value, found.low, found.high) == pytest.approx((0.5, 0.402, 0.598), abs=0.015)


def test_an_interval_holds_its_figure_even_where_every_draw_is_larger() -> None:
    found = Draws.estimate(np.array([0.1, 0.2, 0.3, np.nan]), 7)
    assert (found.value, found.low, found.high) == pytest.approx((0.1, 0.1, 0.2975))
    assert found.n == 7


def test_nobody_cannot_be_drawn() -> None:
    with pytest.raises(ValueError, match="nobody"):
        Draws.of([])


def test_sensitivity_at_a_specificity_worked_by_hand() -> None:
    """Five others at 0.1 to 0.5: one of them may be called at 0.8, and 0.5 is called first."""
    scores = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.45, 0.6, 0.35, 0.05])
    truth = np.array([0, 0, 0, 0, 0, 1, 1, 1, 1])
    curve = Operating.of(scores, truth, np.ones((1, 9)))
    assert curve.sensitivity_at(1.0)[0] == pytest.approx(1 / 4)
    assert curve.sensitivity_at(0.8)[0] == pytest.approx(2 / 4)
    assert curve.sensitivity_at(0.6)[0] == pytest.approx(3 / 4)
    assert curve.roc(np.array([0.0, 0.2, 1.0]))[0] == pytest.approx([1 / 4, 2 / 4, 1])


def test_a_figure_without_one_of_its_classes_is_undefined() -> None:
    curve = Operating.of([0.2, 0.7], [1, 1], np.ones((1, 2)))
    assert np.isnan(curve.auc()).all()
    assert np.isnan(curve.sensitivity_at(0.9)).all()
    assert np.isnan(figures.mean([], np.ones((1, 0)))).all()


def test_three_levels_worked_by_hand() -> None:
    truth, said = [0, 0, 0, 0, 1, 1, 2, 2], [0, 0, 0, 1, 1, 1, 0, 0]
    table = figures.confusion(truth, said, 3, np.ones((1, 8)))
    assert table[0].tolist() == [[3, 1, 0], [0, 2, 0], [2, 0, 0]]
    assert figures.balanced_accuracy(table)[0] == pytest.approx((0.75 + 1 + 0) / 3)
    assert figures.f1(table)[0] == pytest.approx([6 / 9, 4 / 5, 0])


def test_bins_hold_as_many_rows_each_and_equal_probabilities_share_one() -> None:
    assert figures.equal_mass_bins([0.9, 0.1, 0.2, 0.8], 2).tolist() == [1, 0, 0, 1]
    assert figures.equal_mass_bins([0.5, 0.5, 0.5, 0.9], 2).tolist() == [0, 0, 0, 1]
    assert figures.equal_mass_bins([], 10).tolist() == []


def test_bins_are_ten_unless_they_would_be_all_but_empty() -> None:
    assert [figures.bins_for(rows) for rows in (4, 24, 79, 80, 5000)] == [2, 3, 9, 10, 10]


def test_a_calibration_error_worked_by_hand() -> None:
    """Two bins of two: said 0.2, true 0.5; said 0.8, true 1: 0.3 / 2 + 0.2 / 2."""
    said, truth = [0.1, 0.3, 0.7, 0.9], [0, 1, 1, 1]
    bins = figures.equal_mass_bins(said, 2)
    assert figures.calibration_error(said, truth, np.ones((1, 4)), bins)[0] == pytest.approx(0.25)


def test_medians_of_drawn_rows() -> None:
    weights = np.array([[1.0, 1, 1], [0, 0, 3], [2, 1, 0], [0, 0, 0]])
    assert figures.quantile([30, 10, 20], weights, 0.5)[:3].tolist() == [20, 20, 30]
    assert figures.quantile([30, 10, 20], weights, 0.95)[0] == 30
    assert np.isnan(figures.quantile([30, 10, 20], weights, 0.5)[3])


def test_a_precision_over_recalls_worked_by_hand() -> None:
    """Found, false, found, of three: precision 1 up to recall 1/3, 2/3 up to 2/3, then 0. 34, 33 and 34 recalls."""
    ap = figures.interpolated_precision([0.9, 0.8, 0.7], [1, 0, 1], np.ones((1, 3)), np.array([3.0]))
    assert ap[0] == pytest.approx((34 * 1 + 33 * 2 / 3) / 101)
