"""The networks of an analysis, opened from their cards and put behind the stages' protocols."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.boxes import AnchorGrid, decode, non_maximum_suppression
from models.weights import Card
from pipeline.calibration import Calibration, Judgement
from pipeline.classify import CancerClassifier, PathologyClassifier, WholeImageClassifier
from pipeline.committee import SheetCommittee
from pipeline.declared import Answering, DeclaredNetwork
from pipeline.detect import FLOOR, Detector
from pipeline.errors import ModelUnavailable
from pipeline.explain import Explaining
from pipeline.finding import Look
from pipeline.guard import ANSWERS, LOOKS, Guard
from pipeline.inference import open_file
from pipeline.microcalcification import Committee
from pipeline.mirrored import as_declared
from pipeline.model_choice import REQUIRED, Chosen, chosen_networks
from pipeline.preprocess import Recipe
from pipeline.second_opinion import DEFAULT_MARGIN, SecondNetwork
from pipeline.segment import Segmenter
from pipeline.together import Together

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
    second_opinion: SecondNetwork | None = None  # None where no such network is set up
    microcalcification: Committee | None = None  # likewise
    guard: Guard | None = None  # likewise


class RetinaNetDetector:
    """Raw heads of models/detector.py -> boxes and confidences."""

    def __init__(self, model: Answering, card: Card) -> None:
        self._model = model
        self.height, self.width = int(card.input["height"]), int(card.input["width"])
        self._anchors = anchor_grid(card).boxes(self.height, self.width)

    def __call__(self, pixels: Floats) -> tuple[Floats, Floats]:
        return self.all_marks(pixels, MOST_FINDINGS)

    def all_marks(self, pixels: Floats, most: int = 100) -> tuple[Floats, Floats]:
        """As a call, with another limit: masking_map() draws many masses into one picture."""
        codes, logits = self._model(pixels[None, :, :, None])  # outputs by name: box_code, logits
        confidences = sigmoid(logits[0])
        likely = np.flatnonzero(confidences >= FLOOR)
        boxes, confidences = decode(codes[0][likely], self._anchors[likely]), confidences[likely]
        kept = non_maximum_suppression(boxes, confidences, LARGEST_OVERLAP, most)
        return boxes[kept], confidences[kept]


class DecodedDetector:
    """A detector that decodes its boxes itself: yxyx or xyxy, in pixels or fractions of its input, and confidences."""

    def __init__(self, model: Answering, card: Card) -> None:
        self._model = model
        self.height, self.width = int(card.input["height"]), int(card.input["width"])
        self._order = [1, 0, 3, 2] if card.input["boxes"] == "xyxy" else [0, 1, 2, 3]
        whole = card.input.get("box_unit", "pixels") == "pixels"
        self._scale = np.array([1.0] * 4 if whole else [self.height, self.width] * 2, np.float32)

    def __call__(self, pixels: Floats) -> tuple[Floats, Floats]:
        return self.all_marks(pixels, MOST_FINDINGS)

    def all_marks(self, pixels: Floats, most: int = 100) -> tuple[Floats, Floats]:
        found, logits = self._model(pixels[None, :, :, None])
        boxes, confidences = found[0][:, self._order] * self._scale, sigmoid(logits[0])
        likely = np.flatnonzero(confidences >= FLOOR)
        boxes, confidences = boxes[likely], confidences[likely]
        kept = non_maximum_suppression(boxes, confidences, LARGEST_OVERLAP, most)
        return boxes[kept], confidences[kept]


class UNetSegmenter:
    def __init__(self, model: Answering, card: Card) -> None:
        self._model = model
        self.side = int(card.input["side"])

    def __call__(self, crop: Floats) -> Floats:
        (logits,) = self._model(crop[None, :, :, None])
        return sigmoid(logits[0, :, :, 0])


class ThreeInputPathology(Explaining):
    def __init__(self, model: Answering, card: Card) -> None:
        self._model = model
        self._calibration = Calibration.of(card.calibration)
        self.side = int(card.input["side"])

    def __call__(self, image: Floats, shape: Floats, margin: Floats, confidence: float) -> Judgement:
        (logits,) = self._model(*(part[None, :, :, None] for part in (image, shape, margin)))
        return self._calibration.judge(float(logits[0, 0]), confidence)


class LiteRtMasking(Explaining):
    """Softmax over three logits."""

    def __init__(self, model: Answering, card: Card) -> None:
        self._model = model
        self._calibration = Calibration.of(card.calibration)
        self.height, self.width = int(card.input["height"]), int(card.input["width"])

    def __call__(self, pixels: Floats) -> Floats:
        (logits,) = self._model(pixels[None, :, :, None])
        return softmax(self._calibration.scaled(logits[0]))


class LiteRtCancer(Explaining):
    """One logit."""

    def __init__(self, model: Answering, card: Card) -> None:
        self._model = as_declared(model, card)
        self._calibration = Calibration.of(card.calibration)
        self.together = _together(card)
        self.height, self.width = int(card.input["height"]), int(card.input["width"])
        self.taught = taught_size(card)

    def __call__(self, pixels: Floats) -> Judgement:
        (logits,) = self._model(pixels[None, :, :, None])
        return self._calibration.judge(float(logits[0, 0]))


class PlainCutHybrid(Explaining):
    """A mass and its surroundings, nothing masked -> is this mark a malignant mass?"""

    def __init__(self, model: Answering, card: Card) -> None:
        self._model = model
        self._calibration = Calibration.of(card.calibration)
        self.side, self.margin = int(card.input["side"]), float(card.input.get("margin", DEFAULT_MARGIN))

    def __call__(self, image: Floats, confidence: float) -> Judgement:
        (logits,) = self._model(image[None, :, :, None])
        return self._calibration.judge(float(logits[0, 0]), confidence)


class LinearGuard:
    """Logits of pipeline.guard.ANSWERS -> Look, by the card's operating points; raises ModelUnavailable for odd ones.

    A point holds where its `answer` lies `above` or `below` a probability; then it `says` a word of LOOKS, "refused"
    or "doubtful".
    """

    def __init__(self, model: Answering, card: Card) -> None:
        self._model, self._points = model, card.operating_points or REFUSES
        self.side = int(card.input["height"])
        if odd := [point for point in self._points if not _is_usable(point)]:
            raise ModelUnavailable(f"The card {card.name!r} has an operating point that says nothing: {dict(odd[0])}.")

    def __call__(self, picture: Floats) -> Look:
        (logits,) = self._model(picture[None, :, :, None])
        answers = {name: float(share) for name, share in zip(ANSWERS, sigmoid(logits[0]), strict=True)}
        said = [str(point["says"]) for point in self._points if _holds(point, answers)]
        if "cropped" in said:  # the proportions of a part say nothing of those of the whole
            said = [word for word in said if word != "squashed"]
        words = tuple(word for word in dict.fromkeys(said) if word in LOOKS)
        return Look(answers["mammogram"], answers["inside"], words, "refused" in said, "doubtful" in said)


REFUSES = ({"says": "refused", "answer": "mammogram", "below": 0.5},)  # where a card names no operating points


def _is_usable(point: Mapping[str, Any]) -> bool:
    words = (*LOOKS, "refused", "doubtful")
    return point.get("answer") in ANSWERS and point.get("says") in words and ("above" in point) != ("below" in point)


def _holds(point: Mapping[str, Any], answers: Mapping[str, float]) -> bool:
    """Whether one answer lies above or below what the point says."""
    share = answers[point["answer"]]
    return bool(share >= point["above"] if "above" in point else share < point["below"])


def load_models(directory: Path | None = None, threads: int = 2, choice: Path | None = None) -> Models:
    """The shipped networks, or those of another folder with cards/ and weights/; `choice`, a models.toml, changes some.

    Raises ModelUnavailable for a missing card, a missing or altered weight file, a file that is not what its card
    declares, or recipes that differ.
    """
    chosen = chosen_networks(directory, choice)
    recipe = common_recipe(chosen)
    opened = {task: opened_network(network, threads) for task, network in chosen.items()}
    by_task = {task: network.card for task, network in chosen.items()}
    return Models(
        recipe=recipe,
        detector=_detector(opened["detector"], by_task["detector"]),
        segmenter=UNetSegmenter(opened["segmenter"], by_task["segmenter"]),
        pathology=ThreeInputPathology(opened["pathology"], by_task["pathology"]),
        masking=LiteRtMasking(opened["masking"], by_task["masking"]),
        cancer=LiteRtCancer(opened["cancer"], by_task["cancer"]),
        provenance={task: network.provenance for task, network in chosen.items()},
        second_opinion=_second(opened["hybrid"], by_task) if "hybrid" in opened else None,
        microcalcification=_committee(opened.get("microcalcification"), by_task),
        guard=LinearGuard(opened["guard"], by_task["guard"]) if "guard" in opened else None,
    )


def opened_network(chosen: Chosen, threads: int = 2) -> DeclaredNetwork:
    """Checked against its checksum and its card; takes grey pictures in 0..1, gives logits. Raises ModelUnavailable."""
    network = open_file(chosen.verified(), threads, chosen.card.input.get("names", ()))
    anchors = anchor_count(chosen.card) if chosen.card.task == "detector" else 0
    return DeclaredNetwork(network, chosen.card, anchors)


def common_recipe(chosen: Mapping[str, Chosen]) -> Recipe:
    """The preprocessing that all were trained with. Raises ModelUnavailable for a missing task or two recipes."""
    if missing := set(REQUIRED) - set(chosen):
        raise ModelUnavailable(f"No card for {', '.join(sorted(missing))}; install the weights, or train them.")
    try:
        recipes = {Recipe(**network.card.recipe) for network in chosen.values()}
    except TypeError as error:
        raise ModelUnavailable(str(error)) from error
    if len(recipes) != 1:
        raise ModelUnavailable("The weights were made with different preprocessing recipes; train them with one.")
    return recipes.pop()


def taught_size(card: Card) -> tuple[int, int] | None:
    """Rows and columns of the pictures that taught a network of whole views, where its card tells them."""
    rows, columns = card.input.get("taught", (0, 0))
    return (int(rows), int(columns)) if rows else None


def _together(card: Card) -> Together | None:
    try:
        return Together.of(card.together)
    except ValueError as error:
        raise ModelUnavailable(f"The card {card.name!r}: {error}.") from error


def _detector(network: Answering, card: Card) -> Detector:
    return DecodedDetector(network, card) if card.input.get("boxes") else RetinaNetDetector(network, card)


def _second(network: Answering, by_task: Mapping[str, Card]) -> SecondNetwork:
    first, second = (operating_threshold(by_task[task]) for task in ("pathology", "hybrid"))
    return SecondNetwork("hybrid", PlainCutHybrid(network, by_task["hybrid"]), second, first)


def _committee(network: Answering | None, by_task: Mapping[str, Card]) -> Committee | None:
    return SheetCommittee(network, by_task["microcalcification"]) if network else None


def operating_threshold(card: Card) -> float:
    """From this calibrated probability on the network says yes: its card's first operating point, else one half."""
    return float(next((point["probability"] for point in card.operating_points if "probability" in point), 0.5))


def anchor_count(card: Card) -> int:
    """Boxes that a detector with raw heads speaks of; 0 where it decodes them itself."""
    if card.input.get("boxes"):
        return 0
    return len(anchor_grid(card).boxes(int(card.input["height"]), int(card.input["width"])))


def anchor_grid(card: Card) -> AnchorGrid:
    """Raises ModelUnavailable where the card does not say which anchors its raw heads speak of."""
    try:
        anchors = dict(card.input["anchors"])
        return AnchorGrid(**{**anchors, "aspect_ratios": tuple(anchors["aspect_ratios"])})
    except (KeyError, TypeError) as error:
        raise ModelUnavailable(f"The card {card.name!r} has neither usable [input.anchors] nor `boxes`.") from error


def sigmoid(logits: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -60, 60))), np.float32)


def softmax(logits: Floats) -> Floats:
    powers = np.exp(logits - logits.max())
    return np.asarray(powers / powers.sum(), np.float32)
