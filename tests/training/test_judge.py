"""Figures for classifiers, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from training.judge import auc, auc_within, balanced_accuracy, platt

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
