"""Figures by which a training may choose its epoch, on patients who neither train nor validate; more is better."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import Box
from training.fit import Judge
from training.metrics import ScoredImage

Floats = NDArray[np.float32]
Inputs = Floats | Mapping[str, Floats]
AT_ONCE = 16  # pictures of one call


def answers(model: Any, inputs: Inputs) -> Floats:
    """The Keras `model`'s logits for all of `inputs`, a few at a time."""
    known = next(iter(inputs.values())) if isinstance(inputs, Mapping) else inputs
    parts = []
    for start in range(0, len(known), AT_ONCE):
        rows = slice(start, start + AT_ONCE)
        given = {name: part[rows] for name, part in inputs.items()} if isinstance(inputs, Mapping) else inputs[rows]
        parts.append(keras.ops.convert_to_numpy(model(given, training=False)))
    return np.concatenate(parts)


def by(figure: Callable[[Floats], float], inputs: Inputs) -> Judge:
    return lambda model: figure(answers(model, inputs))


def log_likelihood(labels: Sequence[int]) -> Callable[[Floats], float]:
    """Mean log-likelihood of the right class under (N, 1) or (N, C) logits: the published "validation loss", turned."""

    def figure(logits: Floats) -> float:
        both = np.concatenate([np.zeros_like(logits), logits], axis=1) if logits.shape[1] == 1 else logits
        top = both.max(axis=1, keepdims=True)
        total = top[:, 0] + np.log(np.exp(both - top).sum(axis=1))
        return float((both[np.arange(len(both)), list(labels)] - total).mean())

    return figure


def mean_iou(truth: NDArray[np.bool_]) -> Callable[[Floats], float]:
    """Mean intersection over union of logits above 0 with `truth`, both (N, H, W, 1); no mass of ours is empty."""

    def figure(logits: Floats) -> float:
        said, axes = logits > 0, (1, 2, 3)
        return float(((said & truth).sum(axis=axes) / (said | truth).sum(axis=axes)).mean())

    return figure


def coco_ap(images: Sequence[ScoredImage]) -> float:
    """COCO's AP, IoU 0.50 to 0.95, of all marks; 0 where nothing was marked."""
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    truth = _annotations([[(box, 1.0) for box in image.truth] for image in images])
    said = _annotations([list(image.found) for image in images])
    if not said:
        return 0.0
    reference = COCO()
    reference.dataset = {
        "info": {},
        "images": [{"id": row} for row in range(len(images))],
        "categories": [{"id": 1, "name": "mass"}],
        "annotations": truth,
    }
    with contextlib.redirect_stdout(io.StringIO()):  # it prints every step
        reference.createIndex()
        judge = COCOeval(reference, reference.loadRes(said), "bbox")
        judge.evaluate()
        judge.accumulate()
        judge.summarize()
    return float(judge.stats[0])


def _annotations(boxes: Sequence[Sequence[tuple[Box, float]]]) -> list[dict[str, Any]]:
    """Numbered from 1: COCO takes a match with annotation 0 for none."""
    flat = [(row, box, score) for row, image in enumerate(boxes) for box, score in image]
    return [
        {
            "id": number,
            "image_id": row,
            "category_id": 1,
            "bbox": [box.x, box.y, box.width, box.height],
            "area": box.area,
            "iscrowd": 0,
            "score": score,
        }
        for number, (row, box, score) in enumerate(flat, start=1)
    ]
