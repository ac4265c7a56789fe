"""The compact cancer network: a linear head on the detector's features."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

tf = pytest.importorskip("tensorflow")
pytest.importorskip("official")

from models.boxes import AnchorGrid  # noqa: E402
from models.detector import DetectorConfig, build_detector  # noqa: E402
from models.lesion_features import STRONGEST, lesion_features  # noqa: E402
from pipeline.inference import LiteRtModel  # noqa: E402
from training.cancer_head import LinearHead, export, fitted, trained_detector  # noqa: E402
from training.recipes import find  # noqa: E402
from training.recipes.read import RecipeError  # noqa: E402
from training.run import Run  # noqa: E402
from training.train import read  # noqa: E402

CONFIG = DetectorConfig(128, 64, "mobilenet_v2", 16, 1, AnchorGrid(3, 6, 1, (1.0,), 3.0))


def test_the_head_finds_the_feature_that_tells_and_leaves_out_one_that_never_varies() -> None:
    rng = np.random.default_rng(0)
    truth = [bool(i % 2) for i in range(200)]
    features = np.stack([rng.normal(size=200), np.array(truth) + rng.normal(0, 0.3, 200), np.full(200, 7.0)], axis=1)
    head = fitted(features, truth, [str(i // 2) for i in range(200)], (1e-3, 1e-2), 1e-3)
    scores = features @ head.weights + head.offset
    assert head.weights[2] == 0
    assert head.weights[1] > 5 * abs(head.weights[0])
    assert min(np.mean(scores[1::2] > 0), np.mean(scores[::2] < 0)) > 0.9


def test_the_exported_file_answers_as_features_and_head_do(tmp_path: Path) -> None:
    detector = build_detector(CONFIG)
    images = np.random.default_rng(1).random((1, 128, 64, 1), dtype=np.float32)
    features = lesion_features(detector, tf.constant(images)).numpy()
    assert list(features[0, -STRONGEST:]) == sorted(features[0, -STRONGEST:], reverse=True)
    head = LinearHead(np.random.default_rng(2).normal(0, 0.02, features.shape[1]), -0.5)
    export(detector, head, 128, 64, tmp_path / "cancer.tflite")
    (logit,) = LiteRtModel(tmp_path / "cancer.tflite")(images)
    assert logit[0, 0] == pytest.approx((features @ head.weights + head.offset)[0], abs=0.02)


def test_without_a_trained_detector_it_says_what_to_run_first(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="mammoscope train detector"):
        trained_detector(Run(read(find("cancer")), tmp_path, tmp_path), "compact-detector")
