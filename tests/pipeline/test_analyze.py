"""The whole analysis with networks that say what they were told to."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.analyze import STAGES, analyze
from pipeline.calibration import Judgement
from pipeline.errors import NotAMammogram, UnsupportedImage
from pipeline.finding import Cancer, Kind, Look, MaskingLevel
from pipeline.geometry import Box
from pipeline.mammogram import Mammogram
from tests.pipeline.stubs import Boxes, Bright, Floats, Looks, PlainSeen, ThreeSeen, breast_with_disc, models


def mammogram(flipped: bool = False) -> Mammogram:
    return Mammogram(breast_with_disc(flipped), spacing_mm=(0.1, 0.1), warnings=("side assumed",))


def around_the_disc() -> Boxes:
    """A detector of the picture's own size, with a box (y0, x0, y1, x1) around the disc and a weak one elsewhere.

    The breast's rectangle starts at row 30 (the ellipse's top) and ends at row 370; 341 rows fit a network of 341.
    """
    return Boxes([[250, 20, 280, 60], [140, 70, 200, 130]], [0.1, 0.8], height=341, width=400)


@pytest.mark.parametrize("flipped", [False, True])
def test_a_disc_is_found_outlined_judged_and_measured_in_pixels_of_the_sent_image(flipped: bool) -> None:
    analysis = analyze(mammogram(flipped), models(around_the_disc()))
    first, second = analysis.findings
    assert (first.confidence, second.confidence) == pytest.approx((0.8, 0.1))
    assert first.outline is not None
    center_x = 320 - 100 if flipped else 100
    assert Box.around(first.outline).center == pytest.approx((center_x, 200), abs=1.5)
    assert np.linalg.norm(first.outline - (center_x, 200), axis=1) == pytest.approx(30, abs=1.5)
    assert first.size is not None
    assert first.size.long_axis_mm == pytest.approx(6.0, abs=0.25)
    assert first.box.center == pytest.approx((center_x, 200), abs=4)
    assert (first.malignant, second.outline, second.malignant) == (0.7, None, None)


def test_the_other_readings_come_along() -> None:
    analysis = analyze(mammogram(), models(around_the_disc()))
    assert analysis.masking is not None
    assert analysis.masking.level is MaskingLevel.MEDIUM
    assert analysis.cancer == Cancer(0.7, 0.25, (0.1, 0.4), worst_finding=1)
    assert analysis.warnings == ("side assumed",)
    assert analysis.models == {"detector": "stub 1 sha256:000000000000"}


def test_every_stage_is_told_when_it_begins_and_timed_when_it_ends() -> None:
    heard: list[str] = []

    class Late(ThreeSeen):
        def __call__(self, image: Floats, shape: Floats, margin: Floats, confidence: float) -> Judgement:
            assert heard[-1] == "classify"
            return Judgement(0.5)

    analysis = analyze(mammogram(), models(around_the_disc(), Late(), PlainSeen(), Bright(), Looks()), heard.append)
    assert tuple(heard) == STAGES == tuple(analysis.timings_ms)
    assert all(milliseconds >= 0 for milliseconds in analysis.timings_ms.values())
    assert sum(analysis.timings_ms.values()) > 0


def test_without_a_finding_there_is_still_masking_and_cancer() -> None:
    spotless = Bright(least_spot=1.0)
    analysis = analyze(mammogram(), models(Boxes([], []), second=PlainSeen(), committee=spotless, guard=Looks()))
    assert analysis.findings == ()
    assert analysis.masking is not None
    assert analysis.cancer == Cancer(0.25, 0.25, (0.1, 0.4))
    assert tuple(analysis.timings_ms) == STAGES


def test_a_second_opinion_is_left_out_on_request_and_its_network_with_it() -> None:
    asked = PlainSeen()
    without = analyze(mammogram(), models(around_the_disc(), second=asked), ask_second=False)
    assert [finding.second_opinion for finding in without.findings] == [None, None]
    assert (asked.seen, "hybrid" in without.models, "second_opinion" in without.timings_ms) == ([], False, False)
    with_it = analyze(mammogram(), models(around_the_disc(), second=asked))
    assert [finding.second_opinion is None for finding in with_it.findings] == [False, True]
    assert (len(asked.seen), "hybrid" in with_it.models) == (1, True)


def test_a_cluster_stands_among_the_masses_by_its_confidence() -> None:
    picture = breast_with_disc()
    for x, y in ((60, 300), (75, 305), (66, 316)):
        picture[y : y + 3, x : x + 3] = 0.9
    with_spots = Mammogram(picture, spacing_mm=(0.1, 0.1))
    analysis = analyze(with_spots, models(around_the_disc(), committee=Bright()))
    kinds = [(finding.kind, round(finding.confidence, 2)) for finding in analysis.findings]
    cluster, mass = Kind.CALCIFICATION_CLUSTER, Kind.MASS
    assert (cluster, 0.9) in kinds
    assert [confidence for _, confidence in kinds] == sorted([confidence for _, confidence in kinds], reverse=True)
    number = kinds.index((mass, 0.8)) + 1
    assert number > 1
    assert analysis.cancer == Cancer(0.7, 0.25, (0.1, 0.4), worst_finding=number)  # counted among all findings


def test_a_coarse_picture_says_that_it_was_not_searched_for_calcifications() -> None:
    coarse = Mammogram(breast_with_disc(), spacing_mm=(0.5, 0.5), warnings=("side assumed",))
    analysis = analyze(coarse, models(around_the_disc(), committee=Bright()))
    assert analysis.warnings[0] == "side assumed"
    assert "too coarse" in analysis.warnings[1]
    assert analyze(coarse, models(around_the_disc())).warnings == ("side assumed",)


def test_what_is_no_mammogram_is_refused_before_anything_is_looked_for() -> None:
    heard: list[str] = []
    with pytest.raises(NotAMammogram, match="Send one view of one breast"):
        analyze(mammogram(), models(around_the_disc(), guard=Looks(Look(0.01, 0.2, refused=True))), heard.append)
    assert heard == ["guard"]


def test_a_doubtful_picture_is_analysed_with_a_warning_behind_the_readers_own() -> None:
    look = Look(0.4, 0.1, ("film", "negative"), doubtful=True)
    analysis = analyze(mammogram(), models(around_the_disc(), guard=Looks(look)))
    assert (analysis.look, len(analysis.findings)) == (look, 2)
    first, doubt, negative = analysis.warnings
    assert first == "side assumed"
    assert "hardly looks like" in doubt
    assert "negative" in negative


def test_without_a_guard_nothing_is_said_of_the_look() -> None:
    analysis = analyze(mammogram(), models(around_the_disc()))
    assert (analysis.look, "guard" in analysis.timings_ms) == (None, False)


def test_a_picture_without_a_breast_is_refused_in_the_first_stage() -> None:
    heard: list[str] = []
    with pytest.raises(UnsupportedImage):
        analyze(Mammogram(np.zeros((200, 200), np.float32)), models(Boxes([], [])), heard.append)
    assert heard == ["preprocess"]
