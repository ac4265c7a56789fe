"""A committee in two steps: what cannot be a spot any more is not asked about further."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.weights import Card
from pipeline.committee import STEPS, SheetCommittee
from tests.pipeline.stubs import Floats

Answers = tuple[Floats, ...]
SIDE, SHEET = 60, 2
UNHEARD = 0.4  # weight of the experts of the second step
INPUT = {"names": ["patches"], "height": 120, "width": 120, "patch": 60, "spacing_mm": 0.1, "least_spot": 0.5}
CARD = Card("c", "microcalcification", "compact", "", "", "c.tflite", "0" * 64, "", input=INPUT)


class TwoSteps:
    """Two experts, of 0.6 and 0.4: one says a patch's left column of pixels, the other its right one, 2 x 2 cells."""

    def __init__(self) -> None:
        self.asked: dict[str, list[Floats]] = {name: [] for name in STEPS}

    def has(self, step: str) -> bool:
        return step in STEPS

    def step(self, name: str, *inputs: Floats) -> Answers:
        self.asked[name].append(inputs[0])
        more = UNHEARD if name == STEPS[0] else -UNHEARD
        return tuple(part + np.float32(more) for part in self._weighed(inputs[0], (name,)))

    def __call__(self, *inputs: Floats) -> Answers:
        held = [np.clip(part, 1e-6, 1 - 1e-6) for part in self._weighed(inputs[0], STEPS)]
        return tuple(np.log(part / (1 - part)) for part in held)

    def _weighed(self, sheet: Floats, names: tuple[str, ...]) -> Answers:
        patches = sheet.reshape(SHEET, SIDE, SHEET, SIDE)
        columns = {STEPS[0]: (0.6, 0), STEPS[1]: (0.4, -1)}
        said = sum(np.float32(weight) * patches[..., column] for weight, column in map(columns.__getitem__, names))
        cells = np.asarray(said).transpose(0, 2, 1)[:, :, [0, 30]]  # (2, 2, two cells one above the other)
        spots = np.repeat(cells.transpose(0, 2, 1)[..., None], 2, axis=-1).reshape(1, 2 * SHEET, 2 * SHEET, 1)
        return cells.max(axis=-1).reshape(1, SHEET, SHEET, 1), spots


def patches(said: list[tuple[float, float]]) -> Floats:
    """Each with what the first and what the second expert says of it, everywhere."""
    made = np.zeros((len(said), SIDE, SIDE), np.float32)
    for patch, (left, right) in zip(made, said, strict=True):
        patch[:, 0], patch[:, -1] = left, right
    return made


shares = st.floats(0.01, 0.99)


@given(st.lists(st.tuples(shares, shares), min_size=1, max_size=9))
def test_no_spot_is_lost_and_none_is_another(said: list[tuple[float, float]]) -> None:
    committee = SheetCommittee(TwoSteps(), CARD)
    given_all, sparing = committee(patches(said)), committee.spots(patches(said))
    product = given_all[0] * given_all[1].max(axis=(1, 2))
    kept = sparing[0] > 0
    assert kept[product >= 0.5 + 1e-5].all()
    assert sparing[0][kept] == pytest.approx(given_all[0][kept], abs=1e-5)
    assert sparing[1][kept] == pytest.approx(given_all[1][kept], abs=1e-5)
    assert not sparing[1][~kept].any()


def test_the_second_step_sees_only_patches_that_are_undecided() -> None:
    network = TwoSteps()
    said = [(0.9, 0.9), (0.1, 0.9), (0.0, 1.0), (0.9, 0.1), (0.2, 0.2)]
    calcified, cells = SheetCommittee(network, CARD).spots(patches(said))
    assert [len(network.asked[name]) for name in STEPS] == [2, 1]
    second = network.asked["rest"][0][0, :, :, 0]
    assert (second[:60, 59] == np.float32(0.9)).all()
    assert (second[:60, 119] == np.float32(0.1)).all()
    assert not second[60:].any()
    assert calcified == pytest.approx([0.9, 0, 0, 0.58, 0], abs=1e-6)
    assert cells.shape == (5, 2, 2)


def test_where_nothing_can_be_a_spot_nobody_is_asked_again() -> None:
    network = TwoSteps()
    calcified, cells = SheetCommittee(network, CARD).spots(patches([(0.1, 0.9)] * 3))
    assert network.asked["rest"] == []
    assert not calcified.any()
    assert not cells.any()


def test_a_file_without_steps_is_asked_whole() -> None:
    class Whole:
        def __call__(self, *inputs: Any) -> Answers:
            return TwoSteps()(*inputs)

    committee = SheetCommittee(Whole(), CARD)
    for got, expected in zip(committee.spots(patches([(0.1, 0.2)])), committee(patches([(0.1, 0.2)])), strict=True):
        assert np.array_equal(got, expected)
