"""Weights of the experts: shares, fitted on what none of the judged experts had seen."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from training.microcalcification.committee import fitted_weights, judges, left_out, nested, together

FOLDS = np.arange(100) % 5


def said_by(noise: list[float], seed: int = 0) -> tuple[np.ndarray[tuple[int, int], np.dtype[np.float64]], list[bool]]:
    """100 rows of five experts who are so unsure of the truth."""
    rng = np.random.default_rng(seed)
    truth = rng.random(100) < 0.5
    logits = np.where(truth, 2.0, -2.0)[:, None] + rng.normal(0, 1, (100, 5)) * noise
    return np.asarray(1 / (1 + np.exp(-logits))), truth.tolist()


def test_every_fold_is_judged_by_the_two_experts_that_left_it_out() -> None:
    for fold in range(5):
        assert set(judges(fold)) == {expert for expert in range(5) if fold in left_out(expert)}
        assert len(set(judges(fold))) == 2


@settings(max_examples=25, deadline=None)
@given(arrays(np.float64, (30, 5), elements=st.floats(0.001, 0.999)), st.integers(0, 99))
def test_weights_are_shares_whatever_the_experts_say(
    said: np.ndarray[tuple[int, int], np.dtype[np.float64]], seed: int
) -> None:
    truth = (np.random.default_rng(seed).random(30) < 0.5).tolist()
    weights = fitted_weights(said, truth, FOLDS[:30])
    assert (weights >= 0).all()
    assert weights.sum() == pytest.approx(1.0)


def test_an_expert_that_guesses_has_less_to_say() -> None:
    said, truth = said_by([1.0, 1.0, 6.0, 1.0, 1.0])
    weights = fitted_weights(said, truth, FOLDS)
    assert weights.argmin() == 2
    assert weights[2] < 0.6 * np.delete(weights, 2).min()


def test_nobody_judges_what_he_was_trained_on() -> None:
    """Whatever the three others say of a row, the two judges' answer stays."""
    said, truth = said_by([1.0] * 5)
    silenced = said.copy()
    for fold in range(5):
        others = [expert for expert in range(5) if expert not in judges(fold)]
        silenced[np.ix_(np.flatnonzero(fold == FOLDS).tolist(), others)] = 0.5
    even = np.full(5, 0.2)
    assert together(silenced, even, FOLDS) == pytest.approx(together(said, even, FOLDS))
    assert nested(silenced, truth, FOLDS) == pytest.approx(nested(said, truth, FOLDS))


def test_a_row_has_no_part_in_the_weights_that_judge_it() -> None:
    said, truth = said_by([1.0, 3.0, 1.0, 2.0, 1.0])
    turned = [not label if fold == 3 else label for label, fold in zip(truth, FOLDS, strict=True)]
    own = FOLDS == 3
    assert nested(said, turned, FOLDS)[own] == pytest.approx(nested(said, truth, FOLDS)[own])
    assert nested(said, turned, FOLDS)[~own] != pytest.approx(nested(said, truth, FOLDS)[~own])
