"""The adapter: arguments in order, one run at a time, clear refusals."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.weights import Card, digest
from pipeline.errors import ModelUnavailable
from pipeline.inference import LiteRtModel, open_model


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """weights/steps.tflite: minuend - subtrahend, and their matrix product with itself, 64 x 64 each."""
    tf = pytest.importorskip("tensorflow")
    from models.export import export_function

    def steps(subtrahend: Any, minuend: Any) -> dict[str, Any]:
        return {"product": tf.linalg.matmul(minuend, minuend), "difference": minuend - subtrahend}

    root = tmp_path_factory.mktemp("models")
    shapes = {"subtrahend": (64, 64), "minuend": (64, 64)}
    export_function(steps, shapes, root / "weights" / "steps.tflite", "float32")
    return root


@pytest.fixture
def path(folder: Path) -> Path:
    return folder / "weights" / "steps.tflite"


def card(path: Path) -> Card:
    names = {"names": ["minuend", "subtrahend"]}
    return Card("steps", "masking", "compact", "", "1", path.name, digest(path), "CC0", input=names)


def squares(value: float) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.full((1, 64, 64), value, np.float32)


def test_arguments_follow_the_given_names_and_outputs_the_alphabet(path: Path) -> None:
    model = LiteRtModel(path, inputs=("minuend", "subtrahend"))
    difference, product = model(squares(5), squares(2))
    assert model.output_names == ("difference", "product")
    assert (difference == 3).all()
    assert (product == 64 * 25).all()
    assert list(model.input_shapes.items()) == [("minuend", (1, 64, 64)), ("subtrahend", (1, 64, 64))]


def test_an_answer_outlives_the_next_call(path: Path) -> None:
    model = LiteRtModel(path, inputs=("minuend", "subtrahend"))
    first, _ = model(squares(5), squares(2))
    model(squares(9), squares(1))
    assert (first == 3).all()


def test_eight_threads_get_their_own_answers(path: Path) -> None:
    model = LiteRtModel(path, inputs=("minuend", "subtrahend"))

    def own(value: int) -> bool:
        difference, product = model(squares(value), squares(1))
        return bool((difference == value - 1).all() and (product == 64 * value * value).all())

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(own, range(200)))


def test_several_inputs_need_their_names_and_the_right_ones(path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="minuend"):
        LiteRtModel(path)
    with pytest.raises(ModelUnavailable, match="summand"):
        LiteRtModel(path, inputs=("minuend", "summand"))


def test_other_shapes_are_refused(path: Path) -> None:
    model = LiteRtModel(path, inputs=("minuend", "subtrahend"))
    with pytest.raises(ValueError, match="expected inputs"):
        model(squares(1), squares(1)[:, :10])
    with pytest.raises(ValueError, match="expected inputs"):
        model(squares(1))


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"nothing\.tflite is missing"):
        LiteRtModel(tmp_path / "nothing.tflite")


@pytest.mark.parametrize("keep", [0, 3, 200, 0.5, 0.9])
def test_a_truncated_file_is_said_to_be_damaged(path: Path, tmp_path: Path, keep: float) -> None:
    content = path.read_bytes()
    (tmp_path / "cut.tflite").write_bytes(content[: int(keep if keep > 1 else keep * len(content))])
    with pytest.raises(ModelUnavailable, match="damaged"):
        LiteRtModel(tmp_path / "cut.tflite")


def test_something_else_is_said_to_be_damaged(tmp_path: Path) -> None:
    (tmp_path / "text.tflite").write_text("not a model " * 100)
    with pytest.raises(ModelUnavailable, match="damaged"):
        LiteRtModel(tmp_path / "text.tflite")


def test_a_card_opens_its_file_with_its_inputs_in_order(folder: Path, path: Path) -> None:
    difference, _ = open_model(card(path), threads=1, directory=folder)(squares(5), squares(2))
    assert (difference == 3).all()


def test_an_altered_file_does_not_open(folder: Path, path: Path, tmp_path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights" / path.name).write_bytes(content)
    with pytest.raises(ModelUnavailable, match="not the one its card describes"):
        open_model(card(path), directory=tmp_path)


def test_serving_starts_without_tensorflow_and_keras() -> None:
    code = "import sys, pipeline.inference; sys.exit(bool({'tensorflow', 'keras'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
