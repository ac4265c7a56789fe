"""Whether a picture is a mammogram at all: what the network sees, what it says, and what the shipped one says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from models.weights import SHIPPED, Card, read_card
from pipeline.errors import ModelUnavailable, NotAMammogram
from pipeline.finding import Look
from pipeline.guard import ANSWERS, DOUBT, LOOKS, WARNINGS, Floats, as_seen, guard
from pipeline.mammogram import Mammogram
from pipeline.model_choice import chosen_networks
from pipeline.models import LinearGuard, opened_network
from pipeline.read import read
from tests.pipeline.stubs import Looks
from training.datasets.base import data_root
from training.phantom import draw_phantom
from training.phantom.dicom import dicom_bytes
from training.phantom.strangers import KINDS, draw_stranger

CARD = SHIPPED / "cards" / "compact-guard.toml"
TALL = np.pad(np.full((200, 50), 0.6, np.float32), ((0, 0), (0, 50)))  # bright left half, twice as high as wide


def test_the_whole_picture_is_seen_in_its_own_proportions_at_the_left() -> None:
    seen = as_seen(TALL, 40)
    assert seen.shape == (40, 40)
    assert seen[:, :9].min() == 1
    assert seen[:, 11:].max() == 0
    wide = as_seen(np.ascontiguousarray(np.concatenate([TALL] * 4, axis=1)), 40)
    assert (wide[:10].max(), wide[30:].max()) == (0, 0)
    assert wide[10:30].max() == 1


def test_mirroring_a_picture_and_its_grey_window_change_nothing() -> None:
    picture = np.random.default_rng(3).random((120, 90)).astype(np.float32) * np.linspace(1, 0.2, 90, dtype=np.float32)
    usual = as_seen(picture, 32)
    assert np.allclose(as_seen(np.ascontiguousarray(picture[:, ::-1]), 32), usual, atol=1e-5)
    assert np.allclose(as_seen(picture * np.float32(0.3) + np.float32(0.2), 32), usual, atol=1e-5)


@pytest.mark.parametrize("shape", [(16, 4000), (4000, 16), (16, 16)])
def test_no_shape_is_too_odd(shape: tuple[int, int]) -> None:
    seen = as_seen(np.random.default_rng(0).random(shape).astype(np.float32), 32)
    assert seen.shape == (32, 32)
    assert np.isfinite(seen).all()


def test_a_flat_picture_is_black() -> None:
    assert as_seen(np.full((50, 40), 0.7, np.float32), 32).max() < 1e-3


def test_every_look_that_matters_is_warned_of() -> None:
    everything = Look(0.9, 0.9, LOOKS)
    _, warnings = guard(Mammogram(TALL), Looks(everything))
    assert warnings == tuple(WARNINGS.values())
    _, doubts = guard(Mammogram(TALL), Looks(Look(0.5, 0.1, doubtful=True)))
    assert doubts == (DOUBT,)
    with pytest.raises(NotAMammogram) as refused:
        guard(Mammogram(TALL), Looks(Look(0.1, 0.1, refused=True)))
    assert refused.value.code == "not_a_mammogram"


class Says:
    def __init__(self, **shares: float) -> None:
        self.logits = np.array([[_logit(shares.get(name, 0.01)) for name in ANSWERS]], np.float32)

    def __call__(self, *inputs: Floats) -> tuple[Floats, ...]:
        return (self.logits,)


def _logit(share: float) -> float:
    return float(np.log(share / (1 - share)))


def card(*points: dict[str, Any]) -> Card:
    input = {"height": 32, "width": 32}
    return Card("g", "guard", "compact", "", "1", "g.tflite", "0" * 64, "CC0", input=input, operating_points=points)


def test_the_cards_points_decide_what_is_said() -> None:
    points = (
        {"says": "refused", "answer": "mammogram", "below": 0.1},
        {"says": "doubtful", "answer": "mammogram", "below": 0.5},
        {"says": "film", "answer": "film", "above": 0.5},
        {"says": "digital", "answer": "film", "below": 0.3},
    )
    picture = np.zeros((32, 32), np.float32)
    film = LinearGuard(Says(mammogram=0.3, film=0.8, inside=0.6), card(*points))(picture)
    assert (film.words, film.refused, film.doubtful) == (("film",), False, True)
    assert [film.mammogram, film.inside] == pytest.approx([0.3, 0.6])
    neither = LinearGuard(Says(mammogram=0.05, film=0.4), card(*points))(picture)
    assert (neither.words, neither.refused, neither.doubtful) == ((), True, True)


def test_a_cropped_picture_is_not_called_squashed_because_its_proportions_say_nothing() -> None:
    points = tuple({"says": word, "answer": word, "above": 0.5} for word in ("squashed", "cropped"))
    for cropped, words in ((0.9, ("cropped",)), (0.1, ("squashed",))):
        network = LinearGuard(Says(squashed=0.9, cropped=cropped), card(*points))
        assert network(np.zeros((32, 32), np.float32)).words == words


def test_a_card_without_points_refuses_what_is_rather_no_mammogram() -> None:
    for share, refused in ((0.4, True), (0.6, False)):
        assert LinearGuard(Says(mammogram=share), card())(np.zeros((32, 32), np.float32)).refused is refused


@pytest.mark.parametrize(
    "point", [{"says": "film"}, {"answer": "colour", "above": 0.5, "says": "film"}, {"answer": "film"}]
)
def test_a_point_that_says_nothing_is_an_error_when_the_card_is_opened(point: dict[str, Any]) -> None:
    with pytest.raises(ModelUnavailable, match="operating point"):
        LinearGuard(Says(), card(point))


@pytest.fixture(scope="module")
def shipped() -> LinearGuard:
    network = chosen_networks()["guard"]
    return LinearGuard(opened_network(network), network.card)


@pytest.mark.parametrize("seed", range(6))
def test_phantoms_pass_without_a_doubt(shipped: LinearGuard, seed: int) -> None:
    size = [(1664, 1280), (832, 640), (416, 320)][seed % 3]
    look, warnings = guard(read(dicom_bytes(draw_phantom(seed, size=size), "MONOCHROME1")), shipped)
    assert (look.doubtful, look.words, warnings) == (False, ("digital",), ())


@pytest.mark.parametrize("kind", KINDS)
def test_drawn_pictures_of_other_things_are_refused(shipped: LinearGuard, kind: str) -> None:
    for seed in range(4):
        with pytest.raises(NotAMammogram):
            guard(Mammogram((draw_stranger(kind, seed) / 255).astype(np.float32)), shipped)


def test_the_looks_of_a_phantom_are_told(shipped: LinearGuard) -> None:
    drawn = read(dicom_bytes(draw_phantom(3, size=(832, 640), burnt_in=False), "MONOCHROME2"))
    negative = replace(drawn, pixels=np.float32(1) - drawn.pixels)
    assert "negative" in guard(negative, shipped)[0].words


@pytest.mark.parametrize("name", ["inbreast", "mini_mias", "rsna_subset", "cdd_cesm_cc", "ddsm_tissue_seg"])
def test_real_mammograms_pass(shipped: LinearGuard, name: str) -> None:
    from training.datasets.registry import DATASETS

    root = data_root() / name
    if not root.is_dir():
        pytest.skip(f"{name} is not at hand")
    examples = list(DATASETS[name].read(root))[::40]
    passed = [not shipped(as_seen(example.load().pixels, shipped.side)).refused for example in examples]
    assert sum(passed) >= len(passed) - 1


def test_the_shipped_card_names_what_passed_and_what_was_refused() -> None:
    figures = read_card(CARD).metrics
    assert figures["passed_real"].value > 0.98
    assert figures["refused_others_real"].value > 0.9
