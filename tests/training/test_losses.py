"""Our loss, against a calculation by hand."""

from __future__ import annotations

import numpy as np
import pytest

keras = pytest.importorskip("keras")

from training.losses import soft_iou_and_cross_entropy  # noqa: E402


def loss(truth: list[float], logits: list[float]) -> float:
    shape = (1, 2, 2, 1)
    arrays = [np.array(values, np.float32).reshape(shape) for values in (truth, logits)]
    (value,) = np.asarray(soft_iou_and_cross_entropy(*map(keras.ops.convert_to_tensor, arrays)))
    return float(value)


def test_a_sure_and_right_answer_costs_nothing() -> None:
    assert loss([1, 1, 0, 0], [30, 30, -30, -30]) == pytest.approx(0, abs=1e-4)


def test_an_even_answer_worked_by_hand() -> None:
    """p = 1/2 everywhere: overlap 1, union 2 + 2 - 1; cross-entropy log 2."""
    assert loss([1, 1, 0, 0], [0, 0, 0, 0]) == pytest.approx(1 - 2 / 4 + np.log(2), abs=1e-4)


def test_a_wrong_answer_costs_more_the_surer_it_is() -> None:
    costs = [loss([1, 1, 0, 0], [-s, -s, s, s]) for s in (0, 1, 3, 9)]
    assert costs == sorted(costs)
    assert costs[-1] > 5


def test_an_empty_mask_can_be_learnt() -> None:
    assert loss([0, 0, 0, 0], [-30] * 4) == pytest.approx(0, abs=1e-4)
    assert loss([0, 0, 0, 0], [30] * 4) > 1


def test_every_image_has_its_own_loss() -> None:
    truth = np.zeros((3, 4, 4, 1), np.float32)
    assert np.asarray(soft_iou_and_cross_entropy(truth, truth)).shape == (3,)
