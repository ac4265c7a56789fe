"""The galleries: which failures, the worst first, which finds, and what is drawn over them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline.finding import Finding, Kind
from pipeline.geometry import Box
from tests.training.evaluation.cases import case, judged, mark, mass
from training.datasets.base import MassTruth
from training.evaluation.gallery import (
    MOST,
    cancers,
    false_clusters,
    false_marks,
    finds,
    misjudged,
    missed,
    missed_clusters,
    outlines,
    section,
)
from training.evaluation.overlays import MARK, SIDE, TRUTH
from training.evaluation.values import Case, Picture

# Two images of 200 x 300: a mass never marked, one marked faintly, one found; marks on nothing.
FAINT = case(
    "a",
    (mass(20, 20), mass(100, 100)),
    (mark(100, 100, 0.1), mark(150, 200, 0.9), mark(20, 200, 0.6), mark(90, 250, 0.5)),
)
FOUND = case("b", (mass(50, 50, malignant=True),), (mark(52, 50, 0.8, 0.1),))


def test_missed_masses_come_never_marked_ones_first() -> None:
    assert [failure.caption for failure in missed(judged(FAINT, FOUND))] == ["never marked", "marked at 0.10 only"]


def test_false_marks_come_most_confident_first() -> None:
    assert [failure.caption for failure in false_marks(judged(FAINT, FOUND))] == ["0.90", "0.60", "0.50"]


def test_outlines_below_seven_tenths_come_worst_first() -> None:
    shifted = [case(f"{i}", (mass(50, 50),), (mark(50 + by, 50, 0.8),)) for i, by in enumerate((0, 3, 5))]
    found = outlines(judged(*shifted))
    assert [failure.case.patient for failure in found] == ["drawn/2", "drawn/1"]


def test_wrong_classes_and_wrong_cancers_come_furthest_first() -> None:
    assert [failure.caption for failure in misjudged(judged(FAINT, FOUND))] == ["truly malignant, said 0.10"]
    women = [case(f"{i}", None, (), cancer=said) for i, said in enumerate((0.2, 0.9))]
    known = [replace(found, example=replace(found.example, cancer=True)) for found in women]
    assert [failure.caption for failure in cancers(judged(*known))] == ["cancer, said 0.20", "cancer, said 0.90"]


def test_missed_clusters_come_with_most_spots_first_and_false_ones_most_confident_first() -> None:
    spots = np.array([[20, 20], [24, 20], [28, 20], [30, 24]], float)
    truth = (MassTruth.around(spots[:3]), MassTruth.around(spots + 100), MassTruth.around(spots[:3] + 150))
    marks = tuple(
        Finding(Kind.CALCIFICATION_CLUSTER, Box(x, x, 12, 12), said) for x, said in ((18, 0.7), (60, 0.4), (220, 0.9))
    )
    found = judged(case("a", None, marks, calcifications=truth, models={"microcalcification": "x"}))
    assert [failure.caption for failure in missed_clusters(found)] == ["4 spots", "3 spots"]
    assert [failure.caption for failure in false_clusters(found)] == ["0.90", "0.40"]


@pytest.fixture
def seen(tmp_path: Path) -> Case:
    """FAINT with its image, grey all over but for a little noise: a plain one would be refused as empty."""
    path = tmp_path / "a.png"
    cv2.imwrite(str(path), np.random.default_rng(0).integers(60, 80, (300, 200)).astype(np.uint8))
    return replace(FAINT, example=replace(FAINT.example, path=path))


def decoded(picture: Picture) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    found = cv2.imdecode(np.frombuffer(picture.jpeg, np.uint8), cv2.IMREAD_COLOR)
    return np.asarray(found, np.uint8)


def close_to(pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], colour: tuple[int, int, int]) -> int:
    return int((np.abs(pixels.astype(int) - colour).max(axis=-1) < 60).sum())


def test_truth_is_drawn_green_and_marks_orange_around_the_failure(seen: Case) -> None:
    found = section(judged(seen))
    assert found is not None
    never, faint, *_ = found.pictures
    assert (never.kind, never.caption) == ("Missed masses", f"never marked ({seen.example.image_id})")
    assert max(decoded(never).shape) == SIDE
    assert close_to(decoded(never), TRUTH) > 100
    assert close_to(decoded(never), MARK) < close_to(decoded(faint), MARK)


def test_a_window_at_the_edge_stays_within_the_image(seen: Case) -> None:
    corner = replace(seen, example=replace(seen.example, masses=(mass(0, 0),)))
    found = section(judged(corner))
    assert found is not None
    rows, columns, _ = decoded(found.pictures[0]).shape
    assert rows == columns == SIDE


def test_nothing_wrong_is_no_gallery() -> None:
    good = case("a", (mass(0, 0, malignant=True),), (mark(0, 0, 0.9, 0.9),))
    assert section(judged(good)) is None


def with_mark(seen: Case, confidence: float) -> Case:
    found = case("a", (mass(100, 100, malignant=False),), (mark(100, 100, confidence, 0.2),))
    return replace(found, example=replace(found.example, path=seen.example.path))


def test_finds_are_spread_from_the_most_to_the_least_confident(seen: Case) -> None:
    shown = finds(judged(*(with_mark(seen, 0.9 - i / 25) for i in range(2 * MOST))))
    assert shown is not None
    assert shown.note.startswith(f"{MOST} of {2 * MOST}, ")
    said = [float(picture.caption[:4]) for picture in shown.pictures]
    assert (said[0], said[-1]) == (0.9, 0.3)
    assert said == sorted(said, reverse=True)
    assert "truly benign, said 0.20" in shown.pictures[0].caption


def test_without_a_find_there_is_no_gallery_of_finds() -> None:
    assert finds(judged(case("a", (mass(20, 20),), ()))) is None
