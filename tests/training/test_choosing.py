"""The figures by which an epoch may be chosen, against calculations by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

keras = pytest.importorskip("keras")

from pipeline.geometry import Box  # noqa: E402
from training.choosing import answers, by, coco_ap, log_likelihood, mean_iou  # noqa: E402
from training.metrics import ScoredImage  # noqa: E402


def test_the_log_likelihood_of_one_logit_and_of_several() -> None:
    """p = 3/4 for the right class of the first, 1/4 for that of the second; then a half among three."""
    odds = np.float32(np.log(3))
    assert log_likelihood([1, 0])(np.array([[odds], [odds]])) == pytest.approx((np.log(3 / 4) + np.log(1 / 4)) / 2)
    three = np.log(np.array([[2, 1, 1]], np.float32))
    assert log_likelihood([0])(three) == pytest.approx(np.log(1 / 2))
    assert log_likelihood([1])(np.array([[800.0]], np.float32)) == pytest.approx(0)


def test_the_mean_overlap_of_two_masks() -> None:
    truth = np.array([[1, 1, 0, 0], [1, 1, 1, 1]], bool).reshape(2, 2, 2, 1)
    logits = np.array([[1, -1, 1, -1], [1, 1, 1, 1]], np.float32).reshape(2, 2, 2, 1)
    assert mean_iou(truth)(logits) == pytest.approx((1 / 3 + 1) / 2)


def test_many_pictures_are_answered_a_few_at_a_time_and_in_order() -> None:
    image = keras.Input((1,), name="image")
    shape = keras.Input((1,), name="shape")
    model: Any = keras.Model({"image": image, "shape": shape}, image + 10 * shape)
    column = np.arange(40, dtype=np.float32)[:, None]
    assert answers(model, {"image": column, "shape": column}) == pytest.approx(11 * column)
    assert by(lambda logits: float(logits[-1, 0]), {"image": column, "shape": column})(model) == pytest.approx(429)


def test_coco_ap_of_a_perfect_a_poor_and_no_answer() -> None:
    """One of two masses found, at IoU 0.81 and so at seven of the ten overlaps: precision 1 up to recall 1/2."""
    one, other = Box(10, 10, 100, 100), Box(300, 300, 50, 50)
    images = [("a", one), ("b", other)]
    perfect = [ScoredImage(name, ((box, 0.9),), (box,)) for name, box in images]
    assert coco_ap(perfect) == pytest.approx(1)
    assert coco_ap([ScoredImage(name, (), (box,)) for name, box in images]) == 0
    shifted = [ScoredImage("a", ((Box(10, 10, 90, 90), 0.9),), (one,)), ScoredImage("b", (), (other,))]
    assert coco_ap(shifted) == pytest.approx(7 / 10 * 51 / 101)
