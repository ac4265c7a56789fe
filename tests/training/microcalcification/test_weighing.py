"""The weights of a cluster's signs come from marks of other folds."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.cluster_signs import ClusterJudge
from pipeline.microcalcification import MOST_CLUSTERS
from training.microcalcification.judge import froc
from training.microcalcification.weighing import SignedImage, cross_weighed, weighed

WOMEN = 200


def drawn(weights: tuple[float, float, float] = (1.0, 2.0, 0.0), offset: float = -1.0) -> list[SignedImage]:
    """A mark a woman, true as often as a logistic model with these weights says."""
    rng = np.random.default_rng(5)
    images = []
    for woman in range(WOMEN):
        signs = rng.normal(0, 1.5, 3)
        true = bool(rng.random() < 1 / (1 + np.exp(-(signs @ weights + offset))))
        images.append(SignedImage(f"{woman}", woman % 5, ((signs, 0 if true else None),), int(true), True))
    return images


def test_the_weights_that_made_the_marks_true_are_found_again() -> None:
    found = weighed(drawn())
    assert found["scale"] == pytest.approx(1.0, abs=0.4)
    assert found["strength"] == pytest.approx(2.0, abs=0.7)
    assert found["depth"] == pytest.approx(0.0, abs=0.4)
    assert found["offset"] == pytest.approx(-1.0, abs=0.5)


def test_weighing_finds_more_clusters_than_the_likelihood_alone() -> None:
    images = drawn()
    alone = [image.judged_by(ClusterJudge.of({})) for image in images]
    assert froc(cross_weighed(images)).sensitivity_at(0.1) > froc(alone).sensitivity_at(0.1) + 0.1


def test_no_mark_is_weighed_by_what_its_own_fold_taught() -> None:
    """Where one fold is turned round, the others' answers to it stay as they were."""
    images = drawn()
    turned = [
        SignedImage(one.patient, one.fold, tuple((-signs, hit) for signs, hit in one.marks), one.clusters, True)
        if one.fold == 2
        else one
        for one in images
    ]
    judge = ClusterJudge.of(weighed([image for image in images if image.fold != 2]))
    for before, after in zip(turned, cross_weighed(turned), strict=True):
        if before.fold == 2:
            assert after.marks == before.judged_by(judge).marks


def test_marks_on_images_with_incomplete_lists_are_never_false() -> None:
    images = drawn()
    unlisted = SignedImage("more", 0, tuple((np.full(3, 9.0), None) for _ in range(50)), 0, complete=False)
    assert weighed([*images, unlisted]) == weighed(images)


def test_no_more_marks_count_than_a_reader_is_shown() -> None:
    many = SignedImage("a", 0, tuple((np.array([i, 0.0, 0.0]), None) for i in range(14)), 0, True)
    shown = many.judged_by(ClusterJudge.of({}))
    assert len(shown.marks) == MOST_CLUSTERS == 10
    assert [confidence for confidence, _ in shown.marks] == sorted((c for c, _ in shown.marks), reverse=True)
    assert shown.marks[-1][0] == pytest.approx(1 / (1 + np.exp(-4)))


def test_too_few_marks_leave_the_likelihood_alone(capsys: pytest.CaptureFixture[str]) -> None:
    one = SignedImage("a", 0, ((np.zeros(3), 0), (np.ones(3), None)), 1, True)
    assert weighed([one]) == {}
    assert "1 true and 1 false marks are too few" in capsys.readouterr().out
    (first, second) = cross_weighed([one])[0].marks
    assert (second, first[1]) == ((0.5, 0), None)
    assert first[0] == pytest.approx(1 / (1 + np.exp(-1)))
