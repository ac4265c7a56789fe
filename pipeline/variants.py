"""A network that is asked about several variants of a picture; its answer is their mean (test-time augmentation)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.weights import Card
from pipeline.declared import Answering
from pipeline.errors import ModelUnavailable
from pipeline.explain import cam_of

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Variant:
    """How a prepared picture is changed before it is shown to a network; first zoomed, then turned over."""

    zoom: float = 1.0  # about the middle of the chest wall, which stays at the left; what is new is black
    upside_down: bool = False
    mirrored: bool = False  # left and right

    def of(self, picture: Floats) -> Floats:
        """(H, W, C) -> (H, W, C)."""
        return self._turned(_zoomed(picture, self.zoom))

    def undone(self, picture: Floats) -> Floats:
        """A picture or map of the variant where it lies in the picture as it was, (H, W, C)."""
        return _zoomed(self._turned(picture), 1 / self.zoom)

    def _turned(self, picture: Floats) -> Floats:
        way = (slice(None, None, -1 if self.upside_down else 1), slice(None, None, -1 if self.mirrored else 1))
        return np.ascontiguousarray(picture[way])


def _zoomed(picture: Floats, zoom: float) -> Floats:
    if zoom == 1:
        return picture
    height, width = picture.shape[:2]
    # pixel i covers [i, i + 1): its centre i + 1/2 goes to zoom times as far from the left edge and the middle row
    shift = ((zoom - 1) / 2, (1 - zoom) * (height - 1) / 2)
    matrix = np.array([[zoom, 0, shift[0]], [0, zoom, shift[1]]])
    changed = cv2.warpAffine(picture, matrix, (width, height), flags=cv2.INTER_LINEAR)
    return np.asarray(changed, np.float32).reshape(picture.shape)


class OfVariants:
    """Answering, of a network whose answers are logits (1, C) about one picture (1, H, W, C)."""

    def __init__(self, network: Answering, variants: Sequence[Variant]) -> None:
        self._network, self._variants = network, tuple(variants)

    def __call__(self, *inputs: Floats) -> tuple[Floats, ...]:
        said = [self._network(*(variant.of(one[0])[None] for one in inputs)) for variant in self._variants]
        return tuple(np.mean(answers, axis=0, dtype=np.float32) for answers in zip(*said, strict=True))

    def cam(self, *inputs: Floats) -> Floats:
        """(1, h, w, C): the mean of their maps, each laid where it belongs. Raises NoHeatmap."""
        maps = [
            variant.undone(cam_of(self._network, *(variant.of(one[0])[None] for one in inputs)))
            for variant in self._variants
        ]
        return np.asarray(np.mean(maps, axis=0, keepdims=True), np.float32)


def as_declared(network: Answering, card: Card) -> Answering:
    """`network`, asked about the `variants` of its card's [input] where there are some. Raises ModelUnavailable."""
    try:
        variants = [Variant(**said) for said in card.input.get("variants", ())]
        if any(not 0.1 <= variant.zoom <= 10 for variant in variants):
            raise ValueError("a zoom is from 0.1 to 10")
    except (TypeError, ValueError) as error:
        raise ModelUnavailable(f"The card {card.name!r} has no usable variants in [input]: {error}.") from error
    return OfVariants(network, variants) if variants else network
