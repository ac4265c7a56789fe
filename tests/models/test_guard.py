"""The guard's network: size, shapes, and what "inside" means."""

from __future__ import annotations

import numpy as np
import pytest

keras = pytest.importorskip("keras")

from models.guard import ANSWERS, build_guard, guard_features  # noqa: E402
from models.registry import build  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # keras 3.15, numpy 2
PARAMETERS = 931_343


def test_size_and_shapes_are_the_stated_ones() -> None:
    model = build("guard")
    assert model.count_params() == PARAMETERS
    assert (model.input.name, model.input.shape) == ("image", (None, 192, 192, 1))
    assert model.output.shape == (None, len(ANSWERS))


def test_there_is_a_compact_one_alone() -> None:
    with pytest.raises(ValueError, match="compact preset only"):
        build("guard", "paper")


def test_features_are_mean_and_spread_of_two_stages() -> None:
    features = guard_features(32)
    flat = np.asarray(features(np.zeros((1, 32, 32, 3), np.float32)))
    assert flat.shape == (1, 2 * (192 + 576))
    assert np.isfinite(flat).all()
    assert (flat >= 0).all()


def test_inside_falls_with_the_distance_and_the_other_answers_do_not_hear_of_it() -> None:
    model = build_guard(side=32, components=2)
    picture = np.random.default_rng(0).random((1, 32, 32, 1)).astype(np.float32)
    model.get_layer("inside").set_weights([np.array([[-2.0]], np.float32), np.array([3.0], np.float32)])
    kernel = np.zeros((1536, 2), np.float32)
    said = []
    for bias in (0.0, 1.0, 2.0):
        model.get_layer("whitened").set_weights([kernel, np.array([bias, 0], np.float32)])
        said.append(np.asarray(model(picture))[0])
    assert [row[1] for row in said] == pytest.approx([3.0, 2.0, -1.0])  # 3 - 2 * mean of (bias^2, 0)
    assert np.array_equal(np.delete(said[0], 1), np.delete(said[2], 1))
