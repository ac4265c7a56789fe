"""What the classifiers see, and what becomes of what they say."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.calibration import Calibration, logit_of
from pipeline.classify import as_taught, cancer, classify, masking, squashed, three_inputs
from pipeline.finding import Finding, Kind, MaskingLevel
from pipeline.geometry import Box, Transform
from pipeline.segment import segment
from pipeline.together import Together
from tests.pipeline.stubs import BrightParts, ThreeSeen, Told, ToldCancer, prepared

FLIPPED = Transform(acquired_width=320, flipped=True, left=12, top=7)


def outlined(transform: Transform) -> Finding:
    finding = Finding(Kind.MASS, transform.to_acquired(Box(110, 160, 80, 80)), 0.5)
    return segment(prepared(transform), [finding], BrightParts(128))[0]


@pytest.mark.parametrize("transform", [Transform(300), FLIPPED], ids=["straight", "mirrored"])
def test_the_network_sees_the_region_its_inside_and_its_surroundings(transform: Transform) -> None:
    network = ThreeSeen()
    (judged,) = classify(prepared(transform), [outlined(transform)], network)
    ((image, shape, margin),) = network.seen
    assert judged.malignant == 0.7
    assert judged.interval == (0.6, 0.8)
    assert image.shape == (64, 64)
    assert image.dtype == np.float32
    assert np.array_equal(shape + margin, image)
    assert (shape * margin == 0).all()
    inside = shape > 0
    assert inside.mean() == pytest.approx(np.pi / 4 / 1.6**2, rel=0.05)  # a disc in a square of 1.6 diameters
    assert np.median(shape[inside]) == pytest.approx(220 / 255, abs=1e-6)
    assert np.median(margin[~inside]) == pytest.approx(60 / 255, abs=1e-6)
    rows, columns = np.nonzero(inside)
    assert (columns.mean() + 0.5, rows.mean() + 0.5) == pytest.approx((32, 32), abs=0.5)


def test_a_finding_without_outline_is_not_judged() -> None:
    network, finding = ThreeSeen(), Finding(Kind.MASS, Box(10, 10, 20, 20), 0.4)
    with_outline = outlined(Transform(300))
    first, second = classify(prepared(), [finding, with_outline], network)
    assert first is finding
    assert first.malignant is None
    assert second.malignant == 0.7
    assert len(network.seen) == 1


def test_the_three_inputs_worked_by_hand() -> None:
    crop = np.array([[0.1, 0.2], [0.3, 0.4]], np.float32)
    inside = np.array([[True, False], [False, True]])
    image, shape, margin = three_inputs(crop, inside)
    assert image is crop
    assert shape == pytest.approx(np.array([[0.1, 0], [0, 0.4]]))
    assert margin == pytest.approx(np.array([[0, 0.2], [0.3, 0]]))


@pytest.mark.parametrize(
    ("said", "level"),
    [([0.6, 0.3, 0.1], MaskingLevel.LOW), ([0.2, 0.5, 0.3], MaskingLevel.MEDIUM), ([0, 0.1, 0.9], MaskingLevel.HIGH)],
)
def test_the_likeliest_masking_level_is_named(said: list[float], level: MaskingLevel) -> None:
    result = masking(prepared(), Told(said))
    assert result.level is level
    assert [result.probabilities[each] for each in MaskingLevel] == pytest.approx(said)


def judged(malignant: float | None) -> Finding:
    return Finding(Kind.MASS, Box(0, 0, 4, 4), 0.5, malignant=malignant)


@pytest.mark.parametrize(
    ("findings", "probability", "worst"),
    [((), 0.25, None), ((0.2, None), 0.25, None), ((0.1, 0.7, 0.7), 0.7, 2), ((0.25,), 0.25, None)],
)
def test_an_image_is_as_suspicious_as_its_worst_finding(
    findings: tuple[float | None, ...], probability: float, worst: int | None
) -> None:
    said = cancer(prepared(), ToldCancer(0.25), [judged(malignant) for malignant in findings])
    assert (said.probability, said.image, said.interval, said.worst_finding) == (probability, 0.25, (0.1, 0.4), worst)


@pytest.mark.parametrize(("rows", "probability"), [(400, 0.9), (401, 0.25)], ids=["fine enough", "too coarse"])
def test_the_findings_weigh_beside_the_image_where_it_is_fine_enough(rows: int, probability: float) -> None:
    together = Together(image=0.0, masses=1.0, clusters=0.0, least_rows=rows, curve=Calibration(offset=logit_of(0.9)))
    said = cancer(prepared(Transform(300)), ToldCancer(0.25, together=together), [judged(0.5 - 1e-9)])
    assert said.image == 0.25
    assert said.probability == pytest.approx(max(probability, 0.5), abs=1e-6)
    assert said.worst_finding == (1 if rows == 401 else None)


def test_the_cancer_network_sees_the_squashed_view() -> None:
    network = ToldCancer(0.25)
    cancer(prepared(), network, ())
    (seen,) = network.seen
    assert seen.shape == (16, 8)
    assert seen.dtype == np.float32


def test_a_picture_shows_a_cancer_network_no_finer_detail_than_those_that_taught_it() -> None:
    fine, coarse = (np.tile(np.eye(2, dtype=np.uint8) * 200, (half, half)) for half in (16, 8))
    assert np.ptp(as_taught(fine, 16, 16, None)[2:-2, 2:-2]) == 0  # the checks are gone by halves
    lines = np.zeros((64, 64), np.uint8)
    lines[::4] = 200
    assert np.ptp(as_taught(lines, 32, 32, None)[4:-4]) > 0.3
    assert np.ptp(as_taught(lines, 32, 32, (16, 16))[4:-4]) < 0.01
    assert np.array_equal(as_taught(coarse, 16, 16, (8, 8)), squashed(coarse, 16, 16))  # as coarse as they were


@pytest.mark.parametrize("shape", [(400, 300), (20, 10), (3, 500)])
def test_a_whole_view_is_squashed_to_the_networks_size(shape: tuple[int, int]) -> None:
    pixels = np.zeros(shape, np.uint8)
    pixels[:, : shape[1] // 2] = 200
    view = squashed(pixels, 64, 32)
    assert view.shape == (64, 32)
    assert view.dtype == np.float32
    assert view.mean() == pytest.approx(100 / 255, rel=0.05)
    assert view[:, :10].mean() > 0.7 > 0.05 > view[:, -10:].mean()
