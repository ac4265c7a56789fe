"""Every Keras network trains under TensorFlow, JAX and PyTorch, and is served by the same kind of file afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("tensorflow")

from pipeline.inference import LiteRtModel

ROOT = Path(__file__).parents[2]
NETWORKS = ("segmenter", "pathology", "masking", "cancer")

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
def test_a_network_trains_and_ships_under_each_backend(backend: str, network: str, tmp_path: Path) -> None:
    if find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    command = [sys.executable, "-m", "tests.training.child_backend", network, "compact", str(tmp_path)]
    environment = os.environ | {"KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.splitlines()[-1] == backend
    with np.load(tmp_path / "answer.npz") as kept:
        names = [name for name in ("only", "image", "shape", "margin") if name in kept.files]
        file = LiteRtModel(tmp_path / "network.tflite", inputs=names if len(names) > 1 else ())
        (answer,) = file(*(kept[name] for name in names))
        assert answer == pytest.approx(kept["answer"], abs=0.02, rel=0.02)
