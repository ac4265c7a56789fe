from __future__ import annotations

import numpy as np
import pytest

from pipeline.geometry import Box
from training.masking_study import APART_MM, EACH, auc, holds_middle, places_for, plan, spearman


def test_masses_of_one_image_lie_in_the_breast_and_far_from_each_other() -> None:
    share = np.full((600, 400), np.nan, np.float32)
    share[100:500, :300] = 0.4
    places = places_for(share, 0.5, np.random.default_rng(0))
    assert 2 <= len(places) <= EACH
    assert all(np.isfinite(share[int(y), int(x)]) for x, y in places)
    apart = [np.hypot(a[0] - b[0], a[1] - b[1]) * 0.5 for a in places for b in places if a is not b]
    assert min(apart) >= APART_MM


def test_a_mark_finds_a_mass_with_its_middle_alone() -> None:
    mass = Box(10, 10, 20, 20)
    assert holds_middle(Box(0, 0, 40, 40), mass)
    assert not holds_middle(Box(0, 0, 19, 40), mass)


def test_drawn_masses_are_of_the_sizes_that_are_stated() -> None:
    plans = [plan(np.random.default_rng(seed)) for seed in range(50)]
    assert min(p.diameter_mm for p in plans) >= 7
    assert max(p.diameter_mm for p in plans) <= 11
    assert {p.malignant for p in plans} == {False}


def test_figures_know_order_from_chance() -> None:
    units = [str(i // 2) for i in range(40)]
    truth = [bool(i % 2) for i in range(40)]
    assert auc(units, truth, [float(t) for t in truth]).value == 1
    assert auc(units, truth, [1.0] * 40).value == pytest.approx(0.5)
    assert spearman([1, 2, 3, 4], [1, 4, 9, 16]).value == pytest.approx(1)
