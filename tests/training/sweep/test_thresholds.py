"""A cut-off worked by hand: ten views, five of them with cancer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("keras")

from training.sweep.answers import Answers
from training.sweep.thresholds import LEAST_SENSITIVITY, at_prevalence, curves, figures_at, study

SAID = (0.1, 0.2, 0.3, 0.4, 0.6, 0.35, 0.45, 0.55, 0.7, 0.8)  # five without cancer, then five with it


def answers(said: tuple[float, ...] = SAID, **changed: Any) -> Answers:
    n = len(said)
    given: dict[str, Any] = {
        "patients": tuple(f"set/{i}" for i in range(n)),
        "datasets": ("set",) * n,
        "strata": ("5",) * n,
        "truth": np.arange(n) // (n // 2),
        "said": np.array(said)[:, None],
    }
    return Answers(**(given | changed))


def test_a_cut_gives_what_can_be_counted() -> None:
    found = curves(answers(), np.array([0.35, 0.5, 0.75]))
    assert found.sensitivity[0] == pytest.approx([1.0, 0.6, 0.2])
    assert found.specificity[0] == pytest.approx([0.6, 0.8, 1.0])
    assert found.ppv[0] == pytest.approx([5 / 7, 3 / 4, 1.0])
    assert found.f1[0] == pytest.approx([10 / 12, 6 / 9, 2 / 6])


def test_the_predictive_value_at_screening_follows_by_bayes_rule() -> None:
    assert at_prevalence(np.array([0.6]), np.array([0.8]), 0.005) == pytest.approx([0.003 / (0.003 + 0.199)])
    assert curves(answers(), np.array([0.5])).ppv_screening[0, 0] == pytest.approx(0.003 / 0.202)


def test_cuts_are_chosen_on_the_inner_patients_and_told_on_the_held_out() -> None:
    held = answers((0.1, 0.1, 0.1, 0.1, 0.9, 0.1, 0.9, 0.9, 0.9, 0.9))
    found = study(answers(), held)
    assert found is not None
    cuts = {cut.rule.split(" (")[0]: cut for cut in found.cuts}
    moved = cuts["largest sensitivity + specificity"]
    assert 0.3 < moved.threshold <= 0.35
    assert (moved.inner["sensitivity"], moved.inner["specificity"]) == pytest.approx((1.0, 0.6))
    assert (moved.held_out["sensitivity"].value, moved.held_out["specificity"].value) == pytest.approx((0.8, 0.8))
    assert cuts["0.5, not moved"].threshold == 0.5
    assert cuts["0.5, not moved"].inner["sensitivity"] == pytest.approx(0.6)
    (enough,) = [cut for rule, cut in cuts.items() if rule.startswith("sensitivity of")]
    assert enough.inner["sensitivity"] >= LEAST_SENSITIVITY
    assert 0.4 < enough.threshold <= 0.45
    assert found.shares == (0.5, 0.5)


def test_the_ranking_needs_no_cut_and_knows_machines() -> None:
    found = figures_at(answers(strata=("5", "5", "9", "9", "9", "5", "5", "5", "9", "9")), 0.5)
    assert found["auc"].value == pytest.approx(21 / 25)
    assert found["auc_within_machine"].value == 1.0
    assert found["sensitivity_at_0.5"].value == pytest.approx(0.6)
    assert found["specificity_at_0.5"].value == pytest.approx(0.8)


def test_bands_hold_the_figure_and_are_wider_for_fewer_patients() -> None:
    few = curves(answers(patients=tuple(f"set/{i % 5 // 2}-{i // 5}" for i in range(10))), np.array([0.5]))
    many = curves(answers(SAID), np.array([0.5]))
    for found in (few, many):
        low, high = np.nanpercentile(found.sensitivity[1:, 0], [2.5, 97.5])
        assert low <= found.sensitivity[0, 0] <= high


def test_a_side_without_cancer_has_no_study() -> None:
    assert study(answers(), answers(truth=np.zeros(10, int))) is None
