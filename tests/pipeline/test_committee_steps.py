"""A committee in steps: what cannot be a spot any more, or hardly, is not asked about further."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.weights import Card
from pipeline.committee import STEPS, SheetCommittee
from tests.pipeline.stubs import Floats

Answers = tuple[Floats, ...]
Said = tuple[float, float, float]
SIDE, SHEET = 60, 2
WEIGHTS = dict(zip(STEPS, (0.4, 0.3, 0.3), strict=True))
COLUMNS = dict(zip(STEPS, (0, 29, 59), strict=True))  # of a patch's pixels, which an expert reads out
INPUT = {"names": ["patches"], "height": 120, "width": 120, "patch": 60, "spacing_mm": 0.1, "least_spot": 0.5}
CARD = Card("c", "microcalcification", "compact", "", "", "c.tflite", "0" * 64, "", input=INPUT)


class ThreeSteps:
    """One expert a step; each says one column of a patch's pixels, of 2 x 2 cells."""

    def __init__(self) -> None:
        self.asked: dict[str, list[Floats]] = {name: [] for name in STEPS}

    def has(self, step: str) -> bool:
        return step in STEPS

    def step(self, name: str, *inputs: Floats) -> Answers:
        self.asked[name].append(inputs[0])
        more = 1 - WEIGHTS[name] if name == STEPS[0] else -WEIGHTS[name]
        return tuple(part + np.float32(more) for part in self._weighed(inputs[0], (name,)))

    def __call__(self, *inputs: Floats) -> Answers:
        held = [np.clip(part, 1e-6, 1 - 1e-6) for part in self._weighed(inputs[0], STEPS)]
        return tuple(np.log(part / (1 - part)) for part in held)

    def _weighed(self, sheet: Floats, names: tuple[str, ...]) -> Answers:
        patches = sheet.reshape(SHEET, SIDE, SHEET, SIDE)
        said = sum(np.float32(WEIGHTS[name]) * patches[..., COLUMNS[name]] for name in names)
        cells = np.asarray(said).transpose(0, 2, 1)[:, :, [0, 30]]  # (2, 2, two cells one above the other)
        spots = np.repeat(cells.transpose(0, 2, 1)[..., None], 2, axis=-1).reshape(1, 2 * SHEET, 2 * SHEET, 1)
        return cells.max(axis=-1).reshape(1, SHEET, SHEET, 1), spots


def patches(said: list[Said]) -> Floats:
    """Each with what the three experts say of it, everywhere."""
    made = np.zeros((len(said), SIDE, SIDE), np.float32)
    for patch, answers in zip(made, said, strict=True):
        for step, answer in zip(STEPS, answers, strict=True):
            patch[:, COLUMNS[step]] = answer
    return made


def hopeful(least_promise: float) -> Card:
    return replace(CARD, input={**INPUT, "least_promise": least_promise})


shares = st.floats(0.01, 0.99)


@given(st.lists(st.tuples(shares, shares, shares), min_size=1, max_size=9))
def test_no_spot_is_lost_and_none_is_another(said: list[Said]) -> None:
    committee = SheetCommittee(ThreeSteps(), CARD)
    given_all, sparing = committee(patches(said)), committee.spots(patches(said))
    product = given_all[0] * given_all[1].max(axis=(1, 2))
    kept = sparing[0] > 0
    assert kept[product >= 0.5 + 1e-5].all()
    assert sparing[0][kept] == pytest.approx(given_all[0][kept], abs=1e-5)
    assert sparing[1][kept] == pytest.approx(given_all[1][kept], abs=1e-5)
    assert not sparing[1][~kept].any()


@given(st.lists(st.tuples(shares, shares, shares), min_size=1, max_size=9), st.floats(0.4, 0.9))
def test_a_promise_that_is_asked_for_settles_only_what_the_first_expert_finds_unlikely(
    said: list[Said], least: float
) -> None:
    calcified, _ = SheetCommittee(ThreeSteps(), hopeful(least)).spots(patches(said))
    lossless, _ = SheetCommittee(ThreeSteps(), CARD).spots(patches(said))
    possible = np.array([(0.4 * first + 0.6) ** 2 for first, _, _ in said])
    clear = np.abs(possible - least) > 1e-4
    assert np.array_equal(calcified[clear], np.where(possible >= least, lossless, 0)[clear])


def test_each_step_sees_only_patches_that_are_undecided() -> None:
    network = ThreeSteps()
    said = [(0.9, 0.9, 0.9), (0.2, 1.0, 1.0), (0.5, 0.1, 1.0), (0.9, 0.9, 0.0), (0.3, 0.3, 0.3)]
    calcified, cells = SheetCommittee(network, CARD).spots(patches(said))
    assert [len(network.asked[name]) for name in STEPS] == [2, 1, 1]
    second, third = (network.asked[name][0][0, :, :, 0] for name in STEPS[1:])
    assert [second[y, x + 29] for y in (0, 60) for x in (0, 60)] == pytest.approx([0.9, 0.1, 0.9, 0.3])
    assert [third[y, x + 59] for y in (0, 60) for x in (0, 60)] == pytest.approx([0.9, 0.0, 0.0, 0.0])
    assert not third[60:].any()
    assert calcified == pytest.approx([0.9, 0, 0, 0.63, 0], abs=1e-6)
    assert cells.shape == (5, 2, 2)


def test_where_nothing_can_be_a_spot_nobody_is_asked_again() -> None:
    network = ThreeSteps()
    calcified, cells = SheetCommittee(network, CARD).spots(patches([(0.2, 0.9, 0.9)] * 3))
    assert [len(network.asked[name]) for name in STEPS] == [1, 0, 0]
    assert not calcified.any()
    assert not cells.any()


def test_a_file_without_steps_is_asked_whole() -> None:
    class Whole:
        def __call__(self, *inputs: Any) -> Answers:
            return ThreeSteps()(*inputs)

    committee = SheetCommittee(Whole(), CARD)
    unlikely = patches([(0.1, 0.2, 0.2)])
    for got, expected in zip(committee.spots(unlikely), committee(unlikely), strict=True):
        assert np.array_equal(got, expected)
