"""A network that is asked twice: of a picture, and of the same upside down. Its answer is the mean."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.weights import Card
from pipeline.declared import Answering
from pipeline.explain import cam_of

Floats = NDArray[np.float32]


class Mirrored:
    """Answering, of a network whose answers are logits (1, C). The chest wall stays where it is."""

    def __init__(self, network: Answering) -> None:
        self._network = network

    def __call__(self, *inputs: Floats) -> tuple[Floats, ...]:
        both = self._network(*inputs), self._network(*_upside_down(inputs))
        return tuple((one + other) / np.float32(2) for one, other in zip(*both, strict=True))

    def cam(self, *inputs: Floats) -> Floats:
        """(1, H, W, C), of both pictures, the second turned back. Raises NoHeatmap."""
        both = cam_of(self._network, *inputs), cam_of(self._network, *_upside_down(inputs))[::-1]
        return np.asarray((both[0] + both[1])[None] / np.float32(2), np.float32)


def _upside_down(inputs: tuple[Floats, ...]) -> tuple[Floats, ...]:
    return tuple(np.ascontiguousarray(picture[:, ::-1]) for picture in inputs)


def as_declared(network: Answering, card: Card) -> Answering:
    """`network`, asked twice where its card says `mirrored = true` in [input]."""
    return Mirrored(network) if card.input.get("mirrored") else network
