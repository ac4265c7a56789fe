"""Patches on a sheet, and what its card says of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from models.weights import Card
from pipeline.committee import SheetCommittee
from pipeline.errors import ModelUnavailable
from pipeline.spots import Spots
from pipeline.wavelet import Wavelet, filtered
from tests.pipeline.stubs import Floats


def card(**input: Any) -> Card:
    said = {"names": ["patches"], "height": 120, "width": 120, "patch": 60, "spacing_mm": 0.1, **input}
    return Card("c", "microcalcification", "compact", "", "", "c.tflite", "0" * 64, "", input=said)


class Means:
    """Says as a logit what each patch's mean is, and each quarter's."""

    def __init__(self) -> None:
        self.sheets: list[Floats] = []

    def __call__(self, *inputs: Floats) -> tuple[Floats, ...]:
        self.sheets.append(inputs[0])
        blocks = inputs[0].reshape(4, 30, 4, 30).mean(axis=(1, 3))
        return blocks.reshape(2, 2, 2, 2).mean(axis=(1, 3)).reshape(1, 2, 2, 1), blocks.reshape(1, 4, 4, 1)


def sigmoid(values: Any) -> Any:
    return 1 / (1 + np.exp(-values))


def test_every_patch_gets_its_own_answer_however_many_sheets_it_takes() -> None:
    patches = np.random.default_rng(0).random((6, 60, 60)).astype(np.float32)
    network = Means()
    calcified, cells = SheetCommittee(network, card())(patches)
    assert [sheet.shape for sheet in network.sheets] == [(1, 120, 120, 1)] * 2
    assert calcified == pytest.approx(sigmoid(patches.mean(axis=(1, 2))), abs=1e-6)
    quarters = patches.reshape(6, 2, 30, 2, 30).mean(axis=(2, 4))
    assert cells == pytest.approx(sigmoid(quarters), abs=1e-6)


def test_the_wavelet_of_the_card_filters_every_patch() -> None:
    patches = np.random.default_rng(1).random((4, 60, 60)).astype(np.float32)
    network = Means()
    SheetCommittee(network, card(wavelet={"family": "haar", "level": 3, "sigma": 1.0}))(patches)
    assert network.sheets[0][0, :60, 60:, 0] == pytest.approx(filtered(patches[1], Wavelet("haar", 3, 1.0)))


def cluster(likely: Sequence[float]) -> Spots:
    count = len(likely)
    places = np.arange(2.0 * count).reshape(count, 2)
    return Spots(places, np.array(likely, np.float32), np.full(count, 3, np.float32), np.full(count, 9, np.float32))


def test_a_clusters_signs_add_up_as_its_card_says() -> None:
    plain, spots = card(), cluster([0.9, 0.8, 0.7])
    likelihood = np.mean(np.log([9, 4, 7 / 3]))
    assert SheetCommittee(Means(), plain).confidence(spots) == pytest.approx(sigmoid(likelihood), abs=1e-5)
    weighing = replace(plain, calibration={"scale": 0.5, "offset": -1.0, "strength": 2.0, "depth": -0.25})
    expected = sigmoid(0.5 * (likelihood + 2 * np.log(3) - 0.25 * np.log(10)) - 1)
    assert SheetCommittee(Means(), weighing).confidence(spots) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("wrong", [{"patch": "sixty"}, {"wavelet": {"family": "db4"}}, {"spacing_mm": None}])
def test_a_card_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ModelUnavailable, match="usable"):
        SheetCommittee(Means(), card(**wrong))
