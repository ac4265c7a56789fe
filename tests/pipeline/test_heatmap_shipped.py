"""What ships can be explained: a training or an export that loses the Grad-CAM output is noticed here."""

from __future__ import annotations

import numpy as np
import pytest

from models.weights import SHIPPED, Card, cards
from pipeline.inference import LiteRtModel

JUDGES = ("pathology", "hybrid", "masking", "cancer", "microcalcification")
CARDS = [card for card in cards() if card.task in JUDGES]


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
def test_every_shipped_classifier_says_where_its_answer_comes_from(card: Card) -> None:
    network = LiteRtModel(SHIPPED / "weights" / card.file, inputs=card.input.get("names", ()))
    rng = np.random.default_rng(0)
    first, second = (
        network.cam(*[rng.random(shape, np.float32) for shape in network.input_shapes.values()]) for _ in range(2)
    )
    assert first.ndim == 4
    assert np.isfinite(first).all()
    assert np.abs(first - second).max() > 0  # of another picture it is another
    assert first.shape[3] == (3 if card.task == "masking" else 1)
