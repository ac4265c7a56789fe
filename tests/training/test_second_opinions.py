"""What two networks say of found masses becomes figures, operating points, and entries of the two cards."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("sklearn")

from models.weights import Card, read_card, write_card
from pipeline.geometry import Box
from pipeline.model_choice import REQUIRED
from pipeline.preprocess import Recipe
from tests.pipeline.stubs import Boxes, PlainSeen, breast_with_disc, models
from training.datasets.base import Example, MassTruth
from training.second_opinions import WHERE, Judged, figures_of, judged, points_of, write

MASSES = [
    Judged("a", False, 0.1, 0.2),
    Judged("b", False, 0.3, 0.1),
    Judged("c", False, 0.4, 0.7),
    Judged("d", True, 0.6, 0.9),
    Judged("e", True, 0.2, 0.8),
    Judged("f", True, 0.9, 0.6),
]


def test_each_network_gets_its_own_figure_and_operating_points() -> None:
    figures, points = figures_of(MASSES), points_of(MASSES)
    assert figures["pathology_auc_found"].value == pytest.approx(7 / 9)
    assert figures["hybrid_auc_found"].value == pytest.approx(8 / 9)
    assert points["pathology"][0]["probability"] == pytest.approx(0.6)  # the least that leaves 0.4 alone
    assert points["hybrid"][0] == {"probability": 0.8, "sensitivity": 0.6667, "specificity": 1.0}


def test_they_disagree_where_they_lie_on_different_sides_of_their_points() -> None:
    # first from 0.6: d, f; second from 0.8: d, e
    assert figures_of(MASSES)["disagreement_found"].value == pytest.approx(2 / 6)


def test_a_mass_is_judged_by_the_mark_that_overlaps_it_most_and_a_missed_one_not_at_all(tmp_path: Path) -> None:
    detector = Boxes([[140, 70, 200, 130], [150, 90, 230, 150]], [0.8, 0.7], height=341, width=400)
    found = MassTruth(Box(70, 170, 60, 60), malignant=True)
    missed = MassTruth(Box(20, 300, 20, 20), malignant=False)
    picture = tmp_path / "view.png"
    cv2.imwrite(str(picture), np.round(breast_with_disc() * 255).astype(np.uint8))
    shown = Example("set", "view", "woman", picture, (found, missed))
    (one,) = judged(shown, models(detector, second=PlainSeen(0.2)))
    assert (one.malignant, one.first, one.second) == (True, 0.7, 0.2)


def test_the_cards_of_both_networks_are_told_and_no_other(tmp_path: Path) -> None:
    for task in (*REQUIRED, "hybrid"):
        made = Card(f"our-{task}", task, "compact", "", "1", f"{task}.tflite", "0" * 64, "CC0", asdict(Recipe()))
        write_card(made, tmp_path / "cards" / f"{task}.toml")
    before = read_card(tmp_path / "cards" / "cancer.toml")
    write(points_of(MASSES), figures_of(MASSES), tmp_path, None)
    card = read_card(tmp_path / "cards" / "hybrid.toml")
    assert card.operating_points[0] == {
        "probability": 0.8,
        "sensitivity": 0.6667,
        "specificity": 1.0,
        "n": 6,
        "where": WHERE,
    }
    assert card.metrics["auc_found_masses_as_served"].value == pytest.approx(8 / 9, abs=1e-4)
    assert read_card(tmp_path / "cards" / "cancer.toml") == before
