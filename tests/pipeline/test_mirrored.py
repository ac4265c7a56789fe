"""A network asked of a picture and of the same upside down."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from models.weights import Card
from pipeline.errors import NoHeatmap
from pipeline.mirrored import Mirrored, as_declared
from pipeline.models import LiteRtCancer
from tests.pipeline.stubs import Floats

PICTURE = np.random.default_rng(0).random((1, 6, 4, 1)).astype(np.float32)


class TopRow:
    """Sees nothing but the first row; its map is the picture, marked there."""

    def __call__(self, *inputs: Floats) -> tuple[Floats, ...]:
        return (inputs[0][:, 0].mean(axis=1),)

    def cam(self, *inputs: Floats) -> Floats:
        map_ = np.zeros_like(inputs[0])
        map_[:, 0] = inputs[0][:, 0]
        return map_


class Blind:
    def __call__(self, *inputs: Floats) -> tuple[Floats, ...]:
        return (np.zeros((1, 1), np.float32),)


def card(**said: Any) -> Card:
    return Card("c", "cancer", "compact", "", "", "c.tflite", "0" * 64, "", input={"height": 6, "width": 4, **said})


def test_the_answer_is_the_mean_of_both() -> None:
    (logit,) = Mirrored(TopRow())(PICTURE)
    assert logit == pytest.approx((PICTURE[0, 0].mean() + PICTURE[0, -1].mean()) / 2)


def test_turning_the_picture_changes_nothing() -> None:
    (one,), (other,) = Mirrored(TopRow())(PICTURE), Mirrored(TopRow())(PICTURE[:, ::-1])
    assert one == pytest.approx(other)


def test_its_map_lies_where_each_of_both_looked() -> None:
    (map_,) = Mirrored(TopRow()).cam(PICTURE)
    assert map_[0] == pytest.approx(PICTURE[0, 0] / 2)
    assert map_[-1] == pytest.approx(PICTURE[0, -1] / 2)
    assert not map_[1:-1].any()


def test_a_file_without_a_map_still_has_none() -> None:
    with pytest.raises(NoHeatmap):
        Mirrored(Blind()).cam(PICTURE)


def test_the_card_tells_how_fine_the_pictures_were_that_taught_it() -> None:
    assert LiteRtCancer(TopRow(), card()).taught is None
    assert LiteRtCancer(TopRow(), card(taught=[482, 291])).taught == (482, 291)


def test_the_card_decides() -> None:
    network = TopRow()
    assert as_declared(network, card()) is network
    plain, twice = (LiteRtCancer(network, card(mirrored=asked)) for asked in (False, True))
    assert plain.logits(PICTURE[0, :, :, 0]) == pytest.approx(PICTURE[0, 0].mean())
    assert twice.logits(PICTURE[0, :, :, 0]) == pytest.approx((PICTURE[0, 0].mean() + PICTURE[0, -1].mean()) / 2)
    assert twice(PICTURE[0, :, :, 0]).probability == pytest.approx(
        1 / (1 + np.exp(-twice.logits(PICTURE[0, ..., 0])[0]))
    )
