"""Anchors, matching, box code and suppression, against TensorFlow Model Garden's own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.boxes import AnchorGrid, Boxes, Scores, decode, encode, iou, match, non_maximum_suppression

GRIDS = {
    "compact": (AnchorGrid(3, 6, 3, (1.0,), 3.0), 192, 128),
    "paper": (AnchorGrid(3, 7, 3, (0.5, 1.0, 2.0), 4.0), 256, 128),
    "two scales": (AnchorGrid(4, 5, 2, (0.7, 1.4), 2.5), 96, 160),
}
every_grid = pytest.mark.parametrize("name", GRIDS)

places, sides = st.floats(-500, 1000, width=32), st.floats(1, 500, width=32)
rows_of_four = st.tuples(places, places, sides, sides)


def as_boxes(rows: list[tuple[float, float, float, float]]) -> Boxes:
    given_rows = np.array(rows, np.float32).reshape(-1, 4)
    return np.concatenate([given_rows[:, :2], given_rows[:, :2] + given_rows[:, 2:]], axis=1)


box_lists = st.lists(rows_of_four, min_size=1, max_size=12).map(as_boxes)


def random_boxes(count: int, height: int, width: int, seed: int = 0, least: float = 6, most: float = 90) -> Boxes:
    random = np.random.default_rng(seed)
    center = random.uniform(0, (height, width), (count, 2))
    half = np.exp(random.uniform(np.log(least), np.log(most), (count, 2))) / 2
    return np.concatenate([center - half, center + half], axis=1).astype(np.float32)


def garden_anchors(grid: AnchorGrid, height: int, width: int) -> dict[str, Any]:
    anchor = pytest.importorskip("official.vision.ops.anchor")
    made = anchor.build_anchor_generator(
        grid.min_level, grid.max_level, grid.num_scales, list(grid.aspect_ratios), grid.anchor_size
    )
    levels: dict[str, Any] = made((height, width))
    return levels


@every_grid
def test_anchors_are_those_of_model_garden_in_its_order(name: str) -> None:
    grid, height, width = GRIDS[name]
    levels = garden_anchors(grid, height, width)
    expected = np.concatenate([np.asarray(level).reshape(-1, 4) for level in levels.values()])
    found = grid.boxes(height, width)
    assert found.dtype == np.float32
    assert found == pytest.approx(expected, abs=1e-3)


def test_an_anchor_worked_by_hand() -> None:
    boxes = AnchorGrid(3, 3, 1, (1.0, 4.0), 2.0).boxes(16, 24)  # stride 8, side 16; two shapes at 2 x 3 places
    assert boxes[0].tolist() == [-4, -4, 12, 12]
    assert boxes[1].tolist() == [0, -12, 8, 20]  # four times as wide as high, same area
    assert boxes[2].tolist() == [-4, 4, 12, 20]  # the next place to the right
    assert boxes.shape == (2 * 3 * 2, 4)


def test_sides_that_are_no_whole_strides_are_refused() -> None:
    with pytest.raises(ValueError, match="multiples of 64"):
        AnchorGrid(3, 6).boxes(700, 448)


@every_grid
def test_labels_are_those_of_model_garden_forced_matches_included(name: str) -> None:
    anchor = pytest.importorskip("official.vision.ops.anchor")
    grid, height, width = GRIDS[name]
    anchors = grid.boxes(height, width)
    labeler = anchor.AnchorLabeler(match_threshold=0.5, unmatched_threshold=0.4)
    forced = 0
    for seed in range(6):
        truth = random_boxes(4, height, width, seed)
        best = iou(anchors, truth).argmax(axis=0)
        truth = truth[np.unique(best, return_index=True)[1]]  # an anchor wanted by two is a tie
        classes, codes, _, class_weights, box_weights = labeler.label_anchors(
            garden_anchors(grid, height, width), truth, np.zeros((len(truth), 1), np.int32)
        )
        matched = match(anchors, truth)
        assert np.array_equal(matched >= 0, flat(classes, 1)[:, 0] == 0)
        assert np.array_equal(matched >= 0, np.asarray(box_weights) == 1)
        assert np.array_equal(matched != -2, np.asarray(class_weights) == 1)
        is_mass = matched >= 0
        assert encode(truth[matched[is_mass]], anchors[is_mass]) == pytest.approx(flat(codes, 4)[is_mass], abs=1e-4)
        forced += int((iou(anchors, truth).max(axis=1)[is_mass] < 0.5).sum())
    assert forced > 0


def flat(levels: dict[str, Any], last: int) -> NDArray[Any]:
    return np.concatenate([np.asarray(level).reshape(-1, last) for level in levels.values()])


def test_without_a_truth_every_anchor_is_background() -> None:
    anchors = AnchorGrid().boxes(128, 64)
    assert (match(anchors, np.zeros((0, 4), np.float32)) == -1).all()


def test_matching_worked_by_hand() -> None:
    truth = np.array([[0, 0, 10, 10], [50, 50, 60, 52]], np.float32)
    anchors = np.array([[0, 0, 10, 6], [0, 0, 10, 4.5], [0, 0, 10, 3], [50, 50, 60, 60], [90, 90, 99, 99]], np.float32)
    assert match(anchors, truth).tolist() == [0, -2, -1, 1, -1]  # IoU 0.6, 0.45, 0.3, 0.2 but its best, 0


@given(boxes=box_lists, seed=st.integers(0, 99))
def test_decode_is_the_inverse_of_encode(boxes: Boxes, seed: int) -> None:
    anchors = random_boxes(len(boxes), 1000, 1000, seed, least=16)  # no side grows by more than LARGEST_GROWTH
    assert decode(encode(boxes, anchors), anchors) == pytest.approx(boxes, abs=0.02)


def test_the_box_code_is_that_of_model_garden() -> None:
    coder = pytest.importorskip("official.vision.utils.object_detection.faster_rcnn_box_coder")
    import tensorflow as tf
    from official.vision.ops import box_ops
    from official.vision.utils.object_detection import box_list

    anchors, boxes = random_boxes(50, 300, 300, 1), random_boxes(50, 300, 300, 2)
    as_list = [box_list.BoxList(tf.constant(rows)) for rows in (boxes, anchors)]
    expected = coder.FasterRcnnBoxCoder().encode(*as_list)
    assert encode(boxes, anchors) == pytest.approx(np.asarray(expected), abs=1e-4)
    codes = np.random.default_rng(3).normal(0, 3, (50, 4)).astype(np.float32)  # some beyond the clip
    assert decode(codes, anchors) == pytest.approx(np.asarray(box_ops.decode_boxes(codes, anchors)), rel=1e-4, abs=0.02)


@given(a=box_lists, b=box_lists)
def test_overlap_is_symmetric_and_between_nothing_and_all(a: Boxes, b: Boxes) -> None:
    overlap = iou(a, b)
    assert overlap.shape == (len(a), len(b))
    assert ((overlap >= 0) & (overlap <= 1 + 1e-5)).all()
    assert overlap == pytest.approx(iou(b, a).T, abs=1e-6)
    assert np.diag(iou(a, a)) == pytest.approx(np.ones(len(a)), abs=1e-5)


def test_overlaps_worked_by_hand() -> None:
    a = np.array([[0, 0, 10, 10]], np.float32)
    others = np.array([[0, 5, 10, 15], [0, 0, 5, 5], [10, 0, 20, 10], [20, 20, 30, 30], [5, 5, 5, 5]], np.float32)
    assert iou(a, others)[0] == pytest.approx([1 / 3, 0.25, 0, 0, 0])
    empty = np.zeros((1, 4), np.float32)
    assert iou(empty, empty).tolist() == [[0.0]]


scored = st.lists(st.tuples(rows_of_four, st.floats(0, 1, width=32)), min_size=1, max_size=15)


@given(marks=scored, threshold=st.floats(0, 1), most=st.integers(1, 15))
def test_suppression_leaves_what_a_second_one_would_leave(marks: list[Any], threshold: float, most: int) -> None:
    boxes, scores = as_boxes([row for row, _ in marks]), np.array([score for _, score in marks], np.float32)
    kept = non_maximum_suppression(boxes, scores, threshold, most)
    assert 1 <= len(kept) <= most
    assert kept[0] == scores.argmax()
    assert (np.diff(scores[kept]) <= 0).all()
    again = non_maximum_suppression(boxes[kept], scores[kept], threshold, most)
    assert again.tolist() == list(range(len(kept)))
    overlap = iou(boxes[kept], boxes[kept]) - 2 * np.eye(len(kept), dtype=np.float32)
    assert overlap.max() <= threshold


@pytest.mark.parametrize("threshold", [0.1, 0.2, 0.5, 0.8])
def test_suppression_is_that_of_tensorflow(threshold: float) -> None:
    tf = pytest.importorskip("tensorflow")
    boxes: Boxes = random_boxes(300, 200, 200, 4, least=20)
    scores: Scores = np.random.default_rng(5).random(300, dtype=np.float32)
    expected = tf.image.non_max_suppression(boxes, scores, 25, iou_threshold=threshold)
    assert non_maximum_suppression(boxes, scores, threshold, 25).tolist() == expected.numpy().tolist()


def test_suppression_of_nothing_is_nothing() -> None:
    assert len(non_maximum_suppression(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), 0.5, 10)) == 0
