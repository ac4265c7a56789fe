"""Clusters on the scale of the masses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("keras")

from models.weights import SHIPPED, Card, read_card, write_card
from training.metrics import Estimate
from training.microcalcification.judge import ClusteredImage
from training.microcalcification.scale import knots
from training.microcalcification.weighing import SignedImage
from training.microcalcification.whole_images import judged
from training.recipes import find
from training.recipes.read import RecipeError
from training.run import Run
from training.tasks.microcalcification import detector_points
from training.train import read
from training.verdict import Verdict

DETECTOR = (
    {"confidence": 0.1, "sensitivity": 0.9, "false_marks": 2.0},
    {"confidence": 0.3, "sensitivity": 0.8, "false_marks": 1.0},
    {"confidence": 0.6, "sensitivity": 0.7, "false_marks": 0.5},
    {"confidence": 0.9, "sensitivity": 0.1, "false_marks": 0.0},
)


def images() -> list[ClusteredImage]:
    """Four, each with two false marks; in all they fall from 0.40 in steps of 0.05. Half of them hold a cluster."""
    falling = [round(0.4 - 0.05 * i, 2) for i in range(8)]
    return [
        ClusteredImage(f"woman {i}", ((0.42 - i / 100, 0), (falling[i], None), (falling[i + 4], None)), 1, True)
        if i % 2
        else ClusteredImage(f"woman {i}", ((falling[i], None), (falling[i + 4], None)), 0, True)
        for i in range(4)
    ]


def test_a_cluster_gets_the_confidence_at_which_a_mass_makes_as_many_false_marks() -> None:
    """By hand: eight false marks on four images are two an image, down to 0.05; four to 0.25; two to 0.35."""
    found = knots(DETECTOR, images())
    assert found == {"x": (0.0, 0.05, 0.25, 0.35, 1.0), "y": (0.0, 0.1, 0.3, 0.6, 1.0)}


def test_a_rate_of_one_false_mark_in_all_says_nothing() -> None:
    once = ({"confidence": 0.7, "sensitivity": 0.5, "false_marks": 0.25},)
    assert knots(once, images()) == {}


def test_more_false_marks_than_clusters_ever_make_are_left_out() -> None:
    many = ({"confidence": 0.05, "sensitivity": 1.0, "false_marks": 9.0}, *DETECTOR)
    assert knots(many, images()) == knots(DETECTOR, images())


def signed() -> list[SignedImage]:
    """Forty views of twenty women with two false marks each, every fourth with a plain cluster besides."""
    rng = np.random.default_rng(3)
    return [
        SignedImage(
            f"woman {i // 2}",
            i % 5,
            (*((rng.normal(0, 1, 3), None) for _ in range(2)), *([(rng.normal(4, 0.5, 3), 0)] if i % 4 == 0 else [])),
            int(i % 4 == 0),
            True,
        )
        for i in range(40)
    ]


@pytest.mark.parametrize("detector", [DETECTOR, ()])
def test_the_operating_points_of_the_card_make_the_detectors_false_marks(
    detector: tuple[dict[str, float], ...],
) -> None:
    verdict = judged(Verdict({}, "drawn", {"patches_auc": Estimate(0.9, 0.8, 1.0, 4)}), signed(), detector)
    rates = {point["confidence"]: point["false_marks"] for point in verdict.operating_points}
    on_scale = "knots" in verdict.calibration
    assert on_scale == bool(detector)
    assert on_scale == ("ece_cross_fitted" not in verdict.metrics)
    assert {"scale", "offset", "strength", "depth"} <= set(verdict.calibration)
    assert verdict.metrics["clusters_sensitivity_at_1_false"].value == 1.0  # a rank is a rank on every scale
    if on_scale:
        assert [rates[0.1], rates[0.3], rates[0.6]] == pytest.approx([2.0, 1.0, 0.5], abs=0.26)
        assert np.all(np.diff(list(rates.values())) <= 0)


def run_into(out: Path, detector: str = "compact-detector") -> Run[Any]:
    recipe: Any = read(find("microcalcification-compact"))
    return Run(replace(recipe, detector=detector), out, out)


def shipped() -> Card:
    return read_card(SHIPPED / "cards" / "compact-detector.toml")


def test_the_detector_of_the_same_folder_goes_before_the_shipped_one(tmp_path: Path) -> None:
    assert detector_points(run_into(tmp_path)) == shipped().operating_points
    (tmp_path / "cards").mkdir()
    write_card(replace(shipped(), operating_points=DETECTOR), tmp_path / "cards" / "compact-detector.toml")
    assert detector_points(run_into(tmp_path)) == DETECTOR
    assert detector_points(run_into(tmp_path, "")) == ()


def test_a_detector_without_card_or_operating_points_is_said_before_anything_is_trained(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="expected a card with operating points"):
        detector_points(run_into(tmp_path, "my-detector"))
    (tmp_path / "cards").mkdir()
    write_card(replace(shipped(), operating_points=()), tmp_path / "cards" / "compact-detector.toml")
    with pytest.raises(RecipeError, match="expected a card with operating points"):
        detector_points(run_into(tmp_path))
