"""A network asked about several variants of a picture."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.weights import Card
from pipeline.errors import ModelUnavailable, NoHeatmap
from pipeline.models import LiteRtCancer
from pipeline.variants import OfVariants, Variant, as_declared
from tests.pipeline.stubs import Floats

PICTURE = np.random.default_rng(0).random((1, 6, 4, 1)).astype(np.float32)
BOTH = (Variant(), Variant(upside_down=True))


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


def test_the_answer_is_the_mean_over_the_variants() -> None:
    (logit,) = OfVariants(TopRow(), BOTH)(PICTURE)
    assert logit == pytest.approx((PICTURE[0, 0].mean() + PICTURE[0, -1].mean()) / 2)


def test_turning_the_picture_changes_nothing_where_it_is_asked_both_ways() -> None:
    (one,), (other,) = OfVariants(TopRow(), BOTH)(PICTURE), OfVariants(TopRow(), BOTH)(PICTURE[:, ::-1])
    assert one == pytest.approx(other)


def test_its_map_lies_where_each_of_them_looked() -> None:
    (map_,) = OfVariants(TopRow(), BOTH).cam(PICTURE)
    assert map_[0] == pytest.approx(PICTURE[0, 0] / 2)
    assert map_[-1] == pytest.approx(PICTURE[0, -1] / 2)
    assert not map_[1:-1].any()


def test_a_file_without_a_map_still_has_none() -> None:
    with pytest.raises(NoHeatmap):
        OfVariants(Blind(), BOTH).cam(PICTURE)


@given(st.floats(0.6, 1.5), st.booleans(), st.booleans(), st.integers(40, 59), st.integers(12, 30))
def test_a_spot_goes_where_the_zoom_puts_it_and_comes_back(
    zoom: float, upside_down: bool, mirrored: bool, y: int, x: int
) -> None:
    """The chest wall stays at the left and the middle row in the middle; then the picture is turned over."""
    height, width, variant = 100, 80, Variant(zoom, upside_down, mirrored)
    rows, columns = np.ogrid[:height, :width]
    picture = np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / 18).astype(np.float32)[..., None]
    there = ((y + 0.5 - height / 2) * zoom + height / 2, (x + 0.5) * zoom)
    expected = (height - there[0] if upside_down else there[0], width - there[1] if mirrored else there[1])
    seen = variant.of(picture)
    assert centre(seen) == pytest.approx(expected, abs=0.1)
    assert centre(variant.undone(seen)) == pytest.approx((y + 0.5, x + 0.5), abs=0.1)
    assert seen.sum() == pytest.approx(picture.sum() * zoom**2, rel=0.05)


def centre(picture: Floats) -> tuple[float, float]:
    """(y, x) of what is bright; pixel i covers [i, i + 1)."""
    rows, columns = picture[..., 0].sum(axis=1), picture[..., 0].sum(axis=0)
    return tuple(float((np.arange(len(part)) + 0.5) @ part / part.sum()) for part in (rows, columns))  # type: ignore[return-value]


def test_an_unchanged_variant_is_the_picture_itself() -> None:
    assert np.array_equal(Variant().of(PICTURE[0]), PICTURE[0])
    assert np.array_equal(Variant(upside_down=True, mirrored=True).of(PICTURE[0]), PICTURE[0, ::-1, ::-1])


def test_the_card_decides() -> None:
    network = TopRow()
    assert as_declared(network, card()) is network
    plain, twice = (LiteRtCancer(network, card(variants=said)) for said in ([], [{}, {"upside_down": True}]))
    assert plain.logits(PICTURE[0, :, :, 0]) == pytest.approx(PICTURE[0, 0].mean())
    assert twice.logits(PICTURE[0, :, :, 0]) == pytest.approx((PICTURE[0, 0].mean() + PICTURE[0, -1].mean()) / 2)
    assert twice(PICTURE[0, :, :, 0]).probability == pytest.approx(
        1 / (1 + np.exp(-twice.logits(PICTURE[0, ..., 0])[0]))
    )


@pytest.mark.parametrize("said", [[{"zom": 1}], [{"zoom": 0.0}], ["upside_down"], [{"zoom": "big"}]])
def test_variants_that_do_not_read_are_named(said: Any) -> None:
    with pytest.raises(ModelUnavailable, match="'c' has no usable variants"):
        as_declared(TopRow(), card(variants=said))
