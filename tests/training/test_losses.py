"""Our losses, against calculations by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

keras = pytest.importorskip("keras")

from training.losses import OutlineLoss, edge_iou, outline_loss, sobel  # noqa: E402

BOTH = OutlineLoss(iou=1, cross_entropy=1)


def loss(truth: list[float], logits: list[float], weights: OutlineLoss = BOTH) -> float:
    side = round(len(truth) ** 0.5)
    arrays = [np.array(values, np.float32).reshape(1, side, side, 1) for values in (truth, logits)]
    (value,) = np.asarray(outline_loss(weights)(*map(keras.ops.convert_to_tensor, arrays)))
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
    assert np.asarray(outline_loss(BOTH)(truth, truth)).shape == (3,)


def picture(rows: list[list[float]]) -> Any:
    return keras.ops.convert_to_tensor(np.array(rows, np.float32)[None, :, :, None])


def test_a_straight_edge_of_height_one_has_magnitude_one() -> None:
    """By hand, kernel / 4: on a step (1 + 2 + 1) / 4; at a corner gx = gy = 3/4; one pixel beside the edge nothing."""
    step = np.asarray(sobel(picture([[0, 0, 1, 1]] * 4)))[0, :, :, 0]
    assert step == pytest.approx(np.ones((2, 2)), abs=2e-3)
    corner = np.asarray(sobel(picture([[0, 0, 0], [0, 1, 1], [0, 1, 1]])))[0, 0, 0, 0]
    assert corner == pytest.approx(np.hypot(3 / 4, 3 / 4), abs=2e-3)
    assert np.asarray(sobel(picture([[1, 1, 1]] * 3)))[0, 0, 0, 0] == pytest.approx(0, abs=1e-6)


def test_the_edge_term_worked_by_hand() -> None:
    """Steps at columns 1|2 and 2|3 of six: magnitudes 1 at columns 1, 2 and at 2, 3; two rows are left of four."""
    one, other = picture([[0, 0, 1, 1, 1, 1]] * 4), picture([[0, 0, 0, 1, 1, 1]] * 4)
    assert float(edge_iou(one, one)[0]) == pytest.approx(1, abs=1e-5)
    assert float(edge_iou(one, other)[0]) == pytest.approx((2 * 1 + 1) / (2 * 3 + 1), abs=5e-3)


def test_the_terms_add_up_by_their_weights() -> None:
    truth, logits = [0.0, 0, 1, 1] * 4, [-1.0, 2, 1, 3] * 4
    parts = [loss(truth, logits, OutlineLoss(*weights)) for weights in ((1, 0, 0), (0, 1, 0), (0, 0, 1))]
    assert all(part > 0.05 for part in parts)
    assert loss(truth, logits, OutlineLoss(2, 0.5, 3)) == pytest.approx(np.dot([2, 0.5, 3], parts), rel=1e-5)


def test_the_edge_term_feels_a_ragged_outline_more_than_the_area_does() -> None:
    square = np.pad(np.ones((20, 20)), 6)
    ragged = square.copy()
    ragged[6, 6:26:2] = 0  # half of one row
    truth, logits = square.ravel().tolist(), ((ragged * 2 - 1) * 20).ravel().tolist()
    assert loss(truth, logits, OutlineLoss(0, 0, 1)) > 3 * loss(truth, logits, OutlineLoss(1, 0, 0))


@pytest.mark.parametrize("weights", [(0, 0, 0), (1, -1, 0)])
def test_a_loss_of_nothing_is_refused(weights: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="one of them above 0"):
        OutlineLoss(*weights)
