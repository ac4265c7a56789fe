from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

tf = pytest.importorskip("tensorflow")

from models.export import export_function  # noqa: E402
from pipeline.inference import LiteRtModel  # noqa: E402
from training.shuffled import shuffle_weights  # noqa: E402


def exported(path: Path) -> Path:
    weights = tf.constant(np.random.default_rng(0).normal(size=(32, 16)), tf.float32)

    def logits(image: Any) -> dict[str, Any]:
        return {"logits": tf.matmul(image, weights) + 1.0}

    export_function(logits, {"image": (32,)}, path)
    return path


def test_the_same_weights_in_another_order_answer_otherwise(tmp_path: Path) -> None:
    file = exported(tmp_path / "a.tflite")
    assert shuffle_weights(file, tmp_path / "new" / "b.tflite") >= 1
    x = np.random.default_rng(1).random((1, 32), dtype=np.float32)
    (before,), (after,) = (LiteRtModel(path)(x) for path in (file, tmp_path / "new" / "b.tflite"))
    assert before.shape == after.shape
    assert np.abs(before - after).max() > 0.1
    ones = np.ones((1, 32), np.float32)
    (before,), (after,) = (LiteRtModel(path)(ones) for path in (file, tmp_path / "new" / "b.tflite"))
    assert before.sum() == pytest.approx(after.sum(), abs=0.1)  # every value is still there, once


def test_one_seed_gives_one_order(tmp_path: Path) -> None:
    file = exported(tmp_path / "a.tflite")
    contents = []
    for name, seed in (("b", 3), ("c", 3), ("d", 4)):
        shuffle_weights(file, tmp_path / name, seed)
        contents.append((tmp_path / name).read_bytes())
    assert contents[0] == contents[1] != contents[2]
