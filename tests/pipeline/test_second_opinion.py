"""A second network is asked about each mass that has a first opinion, and disagreement is told."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from pipeline.finding import Finding, Kind, SecondOpinion
from pipeline.geometry import Box
from pipeline.second_opinion import SecondNetwork, second_opinion
from tests.pipeline.stubs import PlainSeen, prepared

MASS = Finding(Kind.MASS, Box(110, 160, 80, 80), 0.4, malignant=0.7)


def asked(answer: float, threshold: float = 0.5, first_threshold: float = 0.5) -> SecondOpinion | None:
    network = SecondNetwork("hybrid", PlainSeen(answer), threshold, first_threshold)
    (found,) = second_opinion(prepared(), [MASS], network)
    return found.second_opinion


@pytest.mark.parametrize(
    ("answer", "threshold", "first_threshold", "disagrees"),
    [
        (0.6, 0.5, 0.5, False),
        (0.4, 0.5, 0.5, True),
        (0.4, 0.3, 0.5, False),  # each is judged at its own operating point
        (0.6, 0.5, 0.8, True),
        (0.5, 0.5, 0.7, False),  # at the point itself both say malignant
    ],
)
def test_disagreement_is_lying_on_different_sides_of_the_two_operating_points(
    answer: float, threshold: float, first_threshold: float, disagrees: bool
) -> None:
    assert asked(answer, threshold, first_threshold) == SecondOpinion("hybrid", answer, disagrees)


def test_the_second_network_sees_the_mass_with_its_own_margin_around_it() -> None:
    network = PlainSeen(side=16, margin=0.5)
    second_opinion(prepared(), [MASS], SecondNetwork("hybrid", network, 0.5, 0.5))
    ((picture, confidence),) = network.seen
    assert (picture.shape, confidence) == ((16, 16), 0.4)
    # the square is 160 pixels, ten to a pixel of the network: the disc of radius 40 covers its middle 8
    assert picture[8, 4:12] == pytest.approx(220 / 255, abs=0.1)
    assert np.array_equal(picture[8, :3], np.full(3, 60 / 255, np.float32))


def test_what_has_no_first_opinion_or_is_no_mass_stays_as_it_was() -> None:
    unjudged = dataclasses.replace(MASS, malignant=None)
    cluster = dataclasses.replace(MASS, kind=Kind.CALCIFICATION_CLUSTER)
    found = second_opinion(prepared(), [unjudged, cluster], SecondNetwork("hybrid", PlainSeen(), 0.5, 0.5))
    assert found == (unjudged, cluster)
