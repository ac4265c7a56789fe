"""Anchors, IoU, matching, non-maximum suppression, and the box code beside its inverse. NumPy only.

Boxes are (N, 4) rows of y0, x0, y1, x1 in pixels of the network's input, as in TensorFlow Model Garden, whose anchors,
coder and suppression the tests compare with.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float32]  # (N, 4) y0, x0, y1, x1
Scores = NDArray[np.float32]  # (N,)

LARGEST_GROWTH = np.float32(np.log(1000.0 / 16.0))  # of a decoded side against its anchor, as Model Garden clips it


@dataclass(frozen=True)
class AnchorGrid:
    """Which anchors a RetinaNet has (Lin et al. 2017, arXiv:1708.02002): one set of shapes at every stride."""

    min_level: int = 3
    max_level: int = 6
    num_scales: int = 3
    aspect_ratios: tuple[float, ...] = (1.0,)  # width over height
    anchor_size: float = 4.0  # side of the smallest anchor of a level, in strides

    def boxes(self, height: int, width: int) -> Boxes:
        """All anchors of a `height` x `width` input, level by level, row by row, shape by shape.

        Raises ValueError for sides that are not whole strides of the last level: rows there would hang over.
        """
        if height % 2**self.max_level or width % 2**self.max_level:
            raise ValueError(f"expected sides that are multiples of {2**self.max_level}, received {height} x {width}")
        levels = range(self.min_level, self.max_level + 1)
        return np.concatenate([self._level(2**level, height, width) for level in levels])

    def _level(self, stride: int, height: int, width: int) -> Boxes:
        ys = np.arange(stride / 2, height, stride)
        xs = np.arange(stride / 2, width, stride)
        centers = np.stack(np.meshgrid(ys, xs, indexing="ij"), axis=-1).reshape(-1, 1, 2)
        halves = self._sides(stride)[None] / 2
        return np.concatenate([centers - halves, centers + halves], axis=-1).reshape(-1, 4).astype(np.float32)

    def _sides(self, stride: int) -> NDArray[np.float64]:
        """(shapes, 2) height, width."""
        bases = [self.anchor_size * stride * 2 ** (scale / self.num_scales) for scale in range(self.num_scales)]
        return np.array([(base / ratio**0.5, base * ratio**0.5) for base in bases for ratio in self.aspect_ratios])


def iou(a: Boxes, b: Boxes) -> NDArray[np.float32]:
    """(len(a), len(b)) intersection over union; 0 where either box is empty."""
    top_left = np.maximum(a[:, None, :2], b[None, :, :2])
    bottom_right = np.minimum(a[:, None, 2:], b[None, :, 2:])
    overlap = np.prod(np.clip(bottom_right - top_left, 0, None), axis=-1)
    union = _area(a)[:, None] + _area(b)[None] - overlap
    return np.asarray(np.divide(overlap, union, out=np.zeros_like(overlap), where=union > 0), np.float32)


def _area(boxes: Boxes) -> NDArray[np.float32]:
    return np.asarray(np.prod(np.clip(boxes[:, 2:] - boxes[:, :2], 0, None), axis=1), np.float32)


def encode(boxes: Boxes, anchors: Boxes) -> NDArray[np.float32]:
    """(N, 4) dy, dx, log h, log w of each box against its anchor (Ren et al. 2015, arXiv:1506.01497, equation 2)."""
    sides, anchor_sides = boxes[:, 2:] - boxes[:, :2], anchors[:, 2:] - anchors[:, :2]
    shift = (boxes[:, :2] + boxes[:, 2:] - anchors[:, :2] - anchors[:, 2:]) / 2 / anchor_sides
    return np.concatenate([shift, np.log(sides / anchor_sides)], axis=1).astype(np.float32)


def decode(code: NDArray[np.float32], anchors: Boxes) -> Boxes:
    """The inverse of encode()."""
    anchor_sides = anchors[:, 2:] - anchors[:, :2]
    center = (anchors[:, :2] + anchors[:, 2:]) / 2 + code[:, :2] * anchor_sides
    half = np.exp(np.minimum(code[:, 2:], LARGEST_GROWTH)) * anchor_sides / 2
    return np.concatenate([center - half, center + half], axis=1).astype(np.float32)


def match(anchors: Boxes, truth: Boxes, positive: float = 0.5, negative: float = 0.4) -> NDArray[np.int64]:
    """(N,) the row of each anchor's truth, -1 for background, -2 for neither; every truth gets its best anchor."""
    if len(truth) == 0:
        return np.full(len(anchors), -1)
    overlap = iou(anchors, truth)
    best = overlap.max(axis=1)
    matched = np.where(best >= positive, overlap.argmax(axis=1), np.where(best < negative, -1, -2))
    matched[overlap.argmax(axis=0)] = np.arange(len(truth))
    return matched


def non_maximum_suppression(boxes: Boxes, scores: Scores, iou_threshold: float, most: int) -> NDArray[np.int64]:
    """Rows that stay, best first: each is kept unless it overlaps a better kept one by more than `iou_threshold`."""
    order = np.argsort(-scores, kind="stable")
    kept: list[int] = []
    while len(order) and len(kept) < most:
        best, rest = order[0], order[1:]
        kept.append(int(best))
        order = rest[iou(boxes[best : best + 1], boxes[rest])[0] <= iou_threshold]
    return np.array(kept, dtype=np.int64)
