"""Cards and files become networks, or a clear refusal; raw outputs become boxes and probabilities."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.boxes import AnchorGrid, encode
from models.weights import Card, digest, write_card
from pipeline.errors import ModelUnavailable
from pipeline.inference import LiteRtModel
from pipeline.models import (
    Floats,
    LiteRtCancer,
    LiteRtMasking,
    RetinaNetDetector,
    ThreeInputPathology,
    UNetSegmenter,
    anchor_grid,
    load_models,
    sigmoid,
    softmax,
)
from pipeline.preprocess import Recipe

TASKS = ("detector", "segmenter", "pathology", "masking", "cancer")
GRID = AnchorGrid(3, 4, 1, (1.0,), 2.0)
ANCHORS = {"min_level": 3, "max_level": 4, "num_scales": 1, "aspect_ratios": [1.0], "anchor_size": 2.0}
INPUTS: dict[str, dict[str, Any]] = {
    "detector": {"names": ["image"], "height": 64, "width": 32, "anchors": ANCHORS},
    "segmenter": {"names": ["crop"], "side": 16},
    "pathology": {"names": ["image", "shape", "margin"], "side": 16},
    "masking": {"names": ["image"], "height": 16, "width": 8},
    "cancer": {"names": ["image"], "height": 16, "width": 8},
}


class Says(LiteRtModel):
    """A network that answers what it was told to, and keeps what it was shown."""

    def __init__(self, *answers: Floats) -> None:
        self.answers, self.shown = answers, ()

    shown: tuple[Floats, ...]

    def __call__(self, *inputs: Floats) -> tuple[Floats, ...]:
        self.shown = inputs
        return self.answers


def card(task: str, file: str = "none.tflite", sha256: str = "0" * 64, **changed: Any) -> Card:
    made = Card(f"tiny-{task}", task, "compact", "", "1", file, sha256, "CC0", asdict(Recipe()), INPUTS[task])
    return replace(made, **changed)


def cards_in(folder: Path, *tasks: str, **changed: Any) -> None:
    for task in tasks:
        write_card(card(task, **changed), folder / "cards" / f"{task}.toml")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """cards/ and weights/ of five networks without a single weight."""
    tf = pytest.importorskip("tensorflow")
    from models.export import export_function

    def detector(image: Any) -> Mapping[str, Any]:
        level = tf.reduce_mean(image)
        return {"box_code": tf.zeros((1, 40, 4)) * level, "logits": tf.zeros((1, 40)) + level}

    def pathology(image: Any, shape: Any, margin: Any) -> Mapping[str, Any]:
        return {"logit": tf.reduce_mean(image + 2 * shape - margin, axis=(1, 2))}

    functions: dict[str, Any] = {
        "detector": detector,
        "segmenter": lambda crop: {"logits": crop * 8 - 4},
        "pathology": pathology,
        "masking": lambda image: {"logits": tf.reduce_mean(image, axis=(1, 2)) * tf.constant([[1.0, 2, 3]])},
        "cancer": lambda image: {"logit": tf.reduce_mean(image, axis=(1, 2))},
    }
    shapes = {"detector": (64, 32, 1), "segmenter": (16, 16, 1), "masking": (16, 8, 1), "cancer": (16, 8, 1)}
    root = tmp_path_factory.mktemp("tiny")
    for task, function in functions.items():
        path = root / "weights" / f"{task}.tflite"
        names = INPUTS[task]["names"]
        export_function(function, {name: shapes.get(task, (16, 16, 1)) for name in names}, path, "float32")
        write_card(card(task, path.name, digest(path)), root / "cards" / f"{task}.toml")
    return root


def test_five_networks_open_and_answer(tiny: Path) -> None:
    models = load_models(tiny, threads=1)
    assert models.recipe == Recipe()
    assert models.provenance["cancer"] == f"tiny-cancer 1 sha256:{digest(tiny / 'weights' / 'cancer.tflite')[:12]}"
    assert set(models.provenance) == set(TASKS)
    ones = np.ones((16, 16), np.float32)
    said = models.pathology(ones, ones * np.float32(0.5), ones * np.float32(0.25), 0.5)
    assert said.probability == pytest.approx(1 / (1 + np.exp(-1.75)), abs=1e-5)
    assert said.interval is None
    assert models.segmenter(ones) == pytest.approx(1 / (1 + np.exp(-4)), abs=1e-5)
    assert models.masking(ones[:, :8]) == pytest.approx(np.exp([1, 2, 3]) / np.exp([1, 2, 3]).sum(), abs=1e-5)
    assert models.cancer(ones[:, :8]).probability == pytest.approx(1 / (1 + np.exp(-1)), abs=1e-5)
    boxes, confidences = models.detector(np.zeros((64, 32), np.float32))
    assert len(boxes) == len(confidences) == 10
    assert confidences == pytest.approx(0.5)


def test_an_altered_file_is_refused(tiny: Path, tmp_path: Path) -> None:
    for path in tiny.glob("*/*"):
        (tmp_path / path.parent.name).mkdir(exist_ok=True)
        content = path.read_bytes()
        (tmp_path / path.parent.name / path.name).write_bytes(content + b" " if path.stem == "cancer" else content)
    write_card(card("cancer", "cancer.tflite", digest(tiny / "weights/cancer.tflite")), tmp_path / "cards/cancer.toml")
    with pytest.raises(ModelUnavailable, match=r"cancer\.tflite is not the one"):
        load_models(tmp_path)


def test_a_cancer_card_that_weighs_only_half_of_the_findings_is_refused(tiny: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny, tmp_path, dirs_exist_ok=True)
    whole = card("cancer", "cancer.tflite", digest(tiny / "weights/cancer.tflite"))
    write_card(replace(whole, together={"image": 1.0, "masses": 0.5}), tmp_path / "cards/cancer.toml")
    with pytest.raises(ModelUnavailable, match="lacks clusters, least_rows"):
        load_models(tmp_path)


def test_without_cards_the_missing_ones_are_named(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="cancer, detector, masking, pathology, segmenter"):
        load_models(tmp_path)
    cards_in(tmp_path, "detector", "masking", "cancer")
    with pytest.raises(ModelUnavailable, match="No card for pathology, segmenter"):
        load_models(tmp_path)


def test_weights_of_different_recipes_are_refused(tmp_path: Path) -> None:
    cards_in(tmp_path, *TASKS[:4])
    cards_in(tmp_path, "cancer", recipe=asdict(Recipe(clahe_clip=2.0)))
    with pytest.raises(ModelUnavailable, match="different preprocessing recipes"):
        load_models(tmp_path)


def test_a_recipe_of_another_program_is_refused(tmp_path: Path) -> None:
    cards_in(tmp_path, *TASKS, recipe={"sharpen": 3})
    with pytest.raises(ModelUnavailable, match="sharpen"):
        load_models(tmp_path)


def test_a_missing_weight_file_is_said_to_be_missing(tmp_path: Path) -> None:
    cards_in(tmp_path, *TASKS)
    with pytest.raises(ModelUnavailable, match=r"none\.tflite is missing"):
        load_models(tmp_path)


def test_a_broken_card_is_named(tmp_path: Path) -> None:
    (tmp_path / "cards").mkdir()
    (tmp_path / "cards" / "broken.toml").write_text("name = ")
    with pytest.raises(ModelUnavailable, match=r"broken\.toml"):
        load_models(tmp_path)


def test_the_detector_decodes_its_likely_anchors_and_suppresses_overlapping_ones() -> None:
    anchors = GRID.boxes(64, 32)
    wanted = np.array([[10, 6, 30, 20], [11, 6, 31, 20], [40, 4, 60, 12], [0, 0, 5, 5]], np.float32)
    rows = [9, 13, 25, 2]
    codes, logits = np.zeros((1, 40, 4), np.float32), np.full((1, 40), -9, np.float32)
    codes[0, rows] = encode(wanted, anchors[rows])
    logits[0, rows] = [2, 3, 1, -3.5]  # the second hides the first, the last is below the floor
    network = RetinaNetDetector(Says(codes, logits), card("detector"))
    boxes, confidences = network(np.zeros((64, 32), np.float32))
    assert boxes == pytest.approx(wanted[[1, 2]], abs=1e-3)
    assert confidences == pytest.approx(sigmoid(np.array([3, 1], np.float32)))
    assert (network.height, network.width) == (64, 32)


def test_the_detector_says_nothing_when_nothing_is_likely() -> None:
    says = Says(np.zeros((1, 40, 4), np.float32), np.full((1, 40), -9, np.float32))
    boxes, confidences = RetinaNetDetector(says, card("detector"))(np.zeros((64, 32), np.float32))
    assert boxes.shape == (0, 4)
    assert confidences.shape == (0,)
    assert says.shown[0].shape == (1, 64, 32, 1)


def test_a_card_gives_the_anchors_it_was_trained_with() -> None:
    assert anchor_grid(card("detector")) == GRID


def test_the_segmenter_gives_probabilities() -> None:
    says = Says(np.array([[0, 2], [-2, 100]], np.float32).reshape(1, 2, 2, 1))
    answer = UNetSegmenter(says, card("segmenter"))(np.zeros((2, 2), np.float32))
    assert answer == pytest.approx(np.array([[0.5, 0.8808], [0.1192, 1.0]]), abs=1e-4)


def test_the_pathology_network_gets_its_parts_in_order_and_is_calibrated() -> None:
    says = Says(np.array([[2.0]], np.float32))
    parts = [np.full((16, 16), value, np.float32) for value in (0.1, 0.2, 0.3)]
    calibration = {"scale": 0.5, "offset": -1.0, "confidence": 2.0}
    network = ThreeInputPathology(says, card("pathology", calibration=calibration))
    assert network(parts[0], parts[1], parts[2], 0.5).probability == pytest.approx(0.5)  # 0.5 * (2 + 2 * 0) - 1
    assert [float(part.max()) for part in says.shown] == pytest.approx([0.1, 0.2, 0.3])
    assert {part.shape for part in says.shown} == {(1, 16, 16, 1)}


@pytest.mark.parametrize(
    ("logits", "calibration", "expected"),
    [
        ([0.0, 0, np.log(2)], {}, [0.25, 0.25, 0.5]),
        ([1000.0, 0, 0], {}, [1, 0, 0]),
        ([1000.0, 0, 0], {"scale": 0.0}, [1 / 3, 1 / 3, 1 / 3]),
    ],
)
def test_the_masking_network_gives_probabilities(
    logits: list[float], calibration: dict[str, float], expected: list[float]
) -> None:
    network = LiteRtMasking(Says(np.array([logits], np.float32)), card("masking", calibration=calibration))
    assert network(np.zeros((16, 8), np.float32)) == pytest.approx(expected, abs=1e-4)


def test_extreme_logits_stay_probabilities() -> None:
    extreme = np.array([-1e30, -100, 0, 100, 1e30], np.float32)
    assert sigmoid(extreme) == pytest.approx([0, 0, 0.5, 1, 1], abs=1e-12)
    assert softmax(extreme) == pytest.approx([0, 0, 0, 0, 1])


def test_the_cancer_network_gives_a_probability_and_how_sure_it_is() -> None:
    calibration = {"scale": 0.0, "offset": float(np.log(3)), "var_scale": 0.0, "var_offset": 0.0, "cov": 0.0}
    network = LiteRtCancer(Says(np.array([[2.0]], np.float32)), card("cancer", calibration=calibration))
    said = network(np.zeros((16, 8), np.float32))
    assert said.probability == pytest.approx(0.75)
    assert said.interval == pytest.approx((0.75, 0.75))
