"""The networks of an analysis, opened from their cards and put behind the stages' protocols."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.boxes import AnchorGrid, decode, non_maximum_suppression
from models.weights import Card, WeightsError, cards
from pipeline.calibration import Calibration, Judgement
from pipeline.classify import CancerClassifier, PathologyClassifier, WholeImageClassifier
from pipeline.detect import FLOOR, Detector
from pipeline.errors import ModelUnavailable
from pipeline.inference import LiteRtModel, open_model
from pipeline.preprocess import Recipe
from pipeline.segment import Segmenter

Floats = NDArray[np.float32]

MOST_FINDINGS = 10  # per image; each costs a segmentation and a classification
LARGEST_OVERLAP = 0.2  # of two marks on one image, as IoU: masses seldom lie on each other


@dataclass(frozen=True, eq=False)
class Models:
    """What analyze() needs. Every network was trained on images prepared by `recipe`."""

    recipe: Recipe
    detector: Detector
    segmenter: Segmenter
    pathology: PathologyClassifier
    masking: WholeImageClassifier
    cancer: CancerClassifier
    provenance: Mapping[str, str]  # task -> "name version sha256:12 digits"


class RetinaNetDetector:
    """Raw heads of models/detector.py -> boxes and confidences."""

    def __init__(self, model: LiteRtModel, card: Card) -> None:
        self._model = model
        self.height, self.width = int(card.input["height"]), int(card.input["width"])
        self._anchors = anchor_grid(card).boxes(self.height, self.width)

    def __call__(self, pixels: Floats) -> tuple[Floats, Floats]:
        codes, logits = self._model(pixels[None, :, :, None])  # outputs by name: box_code, logits
        confidences = sigmoid(logits[0])
        likely = np.flatnonzero(confidences >= FLOOR)
        boxes, confidences = decode(codes[0][likely], self._anchors[likely]), confidences[likely]
        kept = non_maximum_suppression(boxes, confidences, LARGEST_OVERLAP, MOST_FINDINGS)
        return boxes[kept], confidences[kept]


class UNetSegmenter:
    def __init__(self, model: LiteRtModel, card: Card) -> None:
        self._model = model
        self.side = int(card.input["side"])

    def __call__(self, crop: Floats) -> Floats:
        (logits,) = self._model(crop[None, :, :, None])
        return sigmoid(logits[0, :, :, 0])


class ThreeInputPathology:
    def __init__(self, model: LiteRtModel, card: Card) -> None:
        self._model = model
        self._calibration = Calibration.of(card.calibration)
        self.side = int(card.input["side"])

    def __call__(self, image: Floats, shape: Floats, margin: Floats, confidence: float) -> Judgement:
        (logits,) = self._model(*(part[None, :, :, None] for part in (image, shape, margin)))
        return self._calibration.judge(float(logits[0, 0]), confidence)


class LiteRtMasking:
    """Softmax over three logits."""

    def __init__(self, model: LiteRtModel, card: Card) -> None:
        self._model = model
        self._calibration = Calibration.of(card.calibration)
        self.height, self.width = int(card.input["height"]), int(card.input["width"])

    def __call__(self, pixels: Floats) -> Floats:
        (logits,) = self._model(pixels[None, :, :, None])
        return softmax(self._calibration.scaled(logits[0]))


class LiteRtCancer:
    """One logit."""

    def __init__(self, model: LiteRtModel, card: Card) -> None:
        self._model = model
        self._calibration = Calibration.of(card.calibration)
        self.height, self.width = int(card.input["height"]), int(card.input["width"])

    def __call__(self, pixels: Floats) -> Judgement:
        (logits,) = self._model(pixels[None, :, :, None])
        return self._calibration.judge(float(logits[0, 0]))


def load_models(directory: Path | None = None, threads: int = 2) -> Models:
    """The shipped networks, or those of another folder with cards/ and weights/.

    Raises ModelUnavailable for a missing card, a missing or altered weight file, or recipes that differ.
    """
    try:
        by_task = {card.task: card for card in cards(directory)}
        recipes = {Recipe(**card.recipe) for card in by_task.values()}
    except (WeightsError, TypeError) as error:
        raise ModelUnavailable(str(error)) from error
    missing = {"detector", "segmenter", "pathology", "masking", "cancer"} - set(by_task)
    if missing:
        raise ModelUnavailable(f"No card for {', '.join(sorted(missing))}; install the weights, or train them.")
    if len(recipes) != 1:
        raise ModelUnavailable("The weights were made with different preprocessing recipes; train them with one.")
    opened = {task: open_model(card, threads, directory) for task, card in by_task.items()}
    return Models(
        recipe=recipes.pop(),
        detector=RetinaNetDetector(opened["detector"], by_task["detector"]),
        segmenter=UNetSegmenter(opened["segmenter"], by_task["segmenter"]),
        pathology=ThreeInputPathology(opened["pathology"], by_task["pathology"]),
        masking=LiteRtMasking(opened["masking"], by_task["masking"]),
        cancer=LiteRtCancer(opened["cancer"], by_task["cancer"]),
        provenance={task: f"{c.name} {c.version} sha256:{c.sha256[:12]}" for task, c in by_task.items()},
    )


def anchor_grid(card: Card) -> AnchorGrid:
    anchors = dict(card.input["anchors"])
    return AnchorGrid(**{**anchors, "aspect_ratios": tuple(anchors["aspect_ratios"])})


def sigmoid(logits: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -60, 60))), np.float32)


def softmax(logits: Floats) -> Floats:
    powers = np.exp(logits - logits.max())
    return np.asarray(powers / powers.sum(), np.float32)
