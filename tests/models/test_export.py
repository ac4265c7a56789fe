"""An exported file answers as the network it was made from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

keras = pytest.importorskip("keras")
tf = pytest.importorskip("tensorflow")

from models.export import export_function, export_model  # noqa: E402
from models.registry import build  # noqa: E402
from pipeline.inference import LiteRtModel  # noqa: E402
from tests.models.networks import pictures, settle  # noqa: E402

# keras 3.15 asks NumPy 2 for copies in the old way
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

EXACT = 1e-4  # of a probability: float32 weights
HALF = 1e-2  # float16 weights; random networks over noise are the harsh case
OPTIONS: dict[str, dict[str, Any]] = {"cancer": {"height": 160, "width": 96}}


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    keras.utils.set_random_seed(1)
    yield
    keras.backend.clear_session()


def probabilities(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    if logits.shape[-1] == 1:
        return np.asarray(1 / (1 + np.exp(-logits)))
    return np.asarray(np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True))


def largest_difference(model: Any, path: Path) -> float:
    """Of the probabilities that the Keras network and the file give the same picture."""
    x = pictures(model, 1)
    names = [i.name for i in model.inputs]
    (logits,) = LiteRtModel(path, inputs=names)(*(x[name] for name in names) if len(names) > 1 else (x,))
    expected = np.asarray(model(x, training=False))
    assert logits.shape == expected.shape
    return float(np.abs(probabilities(logits) - probabilities(expected)).max())


@pytest.mark.parametrize("task", ["segmenter", "pathology", "masking", "cancer"])
def test_a_shipped_file_answers_as_its_network(task: str, tmp_path: Path) -> None:
    model = settle(build(task, **OPTIONS.get(task, {})))
    path = tmp_path / "new" / "half.tflite"
    export_model(model, path)
    assert largest_difference(model, path) < HALF
    # Weights inside as float16, batch norms gone: unfrozen variables would leave an empty shell of 0.2 MB.
    assert 1.8 * model.count_params() < path.stat().st_size < 2.2 * model.count_params() + 100_000


def test_with_float32_weights_the_file_is_the_network(tmp_path: Path) -> None:
    model = settle(build("segmenter", side=64))
    export_model(model, tmp_path / "exact.tflite", "float32")
    assert largest_difference(model, tmp_path / "exact.tflite") < EXACT


@pytest.mark.slow
def test_the_paper_segmenter_exports_too(tmp_path: Path) -> None:
    model = settle(build("segmenter", "paper"), batch=1)
    export_model(model, tmp_path / "paper.tflite")
    assert largest_difference(model, tmp_path / "paper.tflite") < HALF


def test_a_function_keeps_the_names_of_its_inputs_and_outputs(tmp_path: Path) -> None:
    factor = tf.Variable([2.0, 3.0])

    def weighed(plus: Any, minus: Any) -> dict[str, Any]:
        return {"sum": factor * (plus - minus), "area": tf.reduce_sum(plus * plus, axis=1)}

    export_function(weighed, {"plus": (2,), "minus": (2,)}, tmp_path / "weighed.tflite")
    model = LiteRtModel(tmp_path / "weighed.tflite", inputs=("plus", "minus"))
    plus, minus = np.array([[5, 7]], np.float32), np.array([[1, 2]], np.float32)
    area, total = model(plus, minus)
    assert model.output_names == ("area", "sum")
    assert total.tolist() == [[8.0, 15.0]]
    assert area.tolist() == [74.0]
