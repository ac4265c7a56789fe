"""Linear answers over fixed features, the distance beside them, and where both begin to say yes."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("keras")

from models.guard import ANSWERS, build_guard
from pipeline.guard import ANSWERS as SERVED
from training.guard_fit import Seen, balanced, fitted, points, said
from training.guard_judge import cross_fitted, figures, share_of
from training.guard_views import PLAIN, TAUGHT


def toy(number: int = 400) -> Seen:
    """Mammograms around 2 in the first feature, others around -2; film in the second; the rest is noise."""
    rng = np.random.default_rng(0)
    own = np.arange(number) % 2 == 0
    film = np.arange(number) % 4 == 0
    features = rng.normal(0, 0.4, (number, 6)).astype(np.float32)
    features[:, 0] += np.where(own, 2, -2)
    features[:, 1] += np.where(film, 1, -1)
    truth = np.full((number, len(TAUGHT)), np.nan, np.float32)
    truth[:, 0] = own
    truth[own, 1:] = 0
    truth[own & film, TAUGHT.index("film")] = 1
    strata = np.where(own, np.where(film, "mini_mias", "inbreast"), "kitchen")
    units = np.array([f"{name}/{i // 8}" for i, name in enumerate(strata)])
    return Seen(features, truth, strata, units, np.full(number, PLAIN))


def test_the_pipeline_and_the_network_name_the_answers_alike() -> None:
    assert SERVED == ANSWERS


def test_answers_are_learnt_and_far_away_is_not_inside() -> None:
    seen = toy()
    heads = fitted(seen, 4, 1.0)
    logits = heads.logits(seen.features)
    assert ((logits[:, 0] > 0) == (seen.truth[:, 0] > 0.5)).all()
    own = seen.truth[:, 0] > 0.5
    assert ((logits[own, 2] > 0) == (seen.truth[own, 1] > 0.5)).mean() > 0.97
    assert (logits[own, 1] > 0).mean() > 0.99
    assert heads.logits(np.full((1, 6), 9, np.float32))[0, 1] < 0


def test_heads_say_the_same_inside_the_network() -> None:
    model = build_guard(side=32, components=4)
    rng = np.random.default_rng(1)
    features = rng.normal(size=(60, 1536)).astype(np.float32)
    truth = np.zeros((60, len(TAUGHT)), np.float32)
    truth[::2, 0] = 1
    names = np.array(["a", "b"] * 30)
    heads = fitted(Seen(features, truth, names, names, np.full(60, PLAIN)), 4, 0.01)
    heads.put_into(model)
    import keras

    picture = rng.random((1, 32, 32, 1)).astype(np.float32)
    inner = keras.Model(model.input, model.get_layer("said").input)(picture)
    assert np.asarray(model(picture)) == pytest.approx(heads.logits(np.asarray(inner)), abs=1e-2)


def test_yes_and_no_weigh_alike_and_a_stratum_by_the_root_of_its_size() -> None:
    truth = np.array([True] * 5 + [False] * 5)
    weights = balanced(truth, np.array(["large"] * 4 + ["small"] + ["other"] * 5))
    assert weights[:5].sum() == pytest.approx(weights[5:].sum())
    assert weights[4] / weights[0] == pytest.approx(2)
    assert weights.mean() == pytest.approx(1)


def test_points_leave_the_share_that_was_asked_for_and_refuse_nothing_that_is_rather_a_mammogram() -> None:
    seen = toy()
    logits = fitted(seen, 4, 1.0).logits(seen.features)
    found = points(logits, seen, passing=0.99, doubted=0.05)
    own = seen.truth[:, 0] > 0.5
    assert said(logits, found, "refused")[own].mean() <= 0.01
    assert said(logits, found, "refused")[~own].mean() > 0.99
    assert said(logits, found, "doubtful")[own].mean() <= 0.1
    assert all(point["below"] <= 0.5 for point in found if point["says"] == "refused")
    assert (said(logits, found, "film")[own] == (seen.truth[own, 1] > 0.5)).mean() > 0.97


def test_figures_count_pictures_with_intervals_over_patients_and_sources() -> None:
    seen = toy()
    refused = seen.truth[:, 0] < 0.5
    refused[:8] = True
    found = figures(seen, refused, np.zeros(len(seen), np.bool_))
    assert found["passed_real"].n == 200
    assert found["passed_real"].value == pytest.approx(1 - 4 / 200)
    assert found["passed_real"].low < 0.98 < found["passed_real"].high
    assert found["refused_others_real"].value == 1
    assert found["doubted_mini_mias"].value == 0
    assert "refused_others_drawn" not in found


def test_without_a_single_failure_the_interval_is_three_over_the_units() -> None:
    all_hold = share_of(np.ones(30, np.bool_), np.array([str(i // 3) for i in range(30)]))
    assert [all_hold.value, all_hold.low, all_hold.high] == pytest.approx([1, 0.7, 1])
    none = share_of(np.zeros(30, np.bool_), np.array([str(i) for i in range(30)]))
    assert [none.value, none.low, none.high] == pytest.approx([0, 0, 0.1])


def test_points_of_a_fold_are_chosen_on_the_other_folds() -> None:
    seen = toy()
    logits = np.zeros((len(seen), len(ANSWERS)), np.float32)
    logits[:, 0] = np.where(seen.truth[:, 0] > 0.5, 5, -5)
    folds = np.arange(len(seen)) % 8 // 4
    logits[(folds == 1) & (seen.truth[:, 0] > 0.5), 0] = -1
    refused, _ = cross_fitted(seen, folds, logits, 0.99, 0.05)
    own = seen.truth[:, 0] > 0.5
    assert refused[own & (folds == 1)].all()  # by the limit of fold 0, which knows no mammogram so low
    assert not refused[own & (folds == 0)].any()
