"""ONNX files behind the same calls as LiteRT ones. The graphs are drawn here, node by node."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.analyst import weights_problems
from models.weights import Card, digest, write_card
from pipeline.errors import ModelRuntimeMissing, ModelUnavailable
from pipeline.model_choice import Chosen
from pipeline.models import LiteRtCancer, opened_network
from pipeline.onnx_model import OnnxModel

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")


def brightness(path: Path, height: int = 8, width: int = 6) -> Path:
    """probability = sigmoid(mean of (batch, 3, height, width) times 4 - 2), the batch left open."""
    from onnx import TensorProto, helper

    nodes = [
        helper.make_node("ReduceMean", ["picture"], ["mean"], axes=[1, 2, 3], keepdims=0),
        helper.make_node("Mul", ["mean", "four"], ["scaled"]),
        helper.make_node("Sub", ["scaled", "two"], ["logit"]),
        helper.make_node("Sigmoid", ["logit"], ["flat"]),
        helper.make_node("Unsqueeze", ["flat", "last"], ["probability"]),
    ]
    graph = helper.make_graph(
        nodes,
        "brightness",
        [helper.make_tensor_value_info("picture", TensorProto.FLOAT, ["batch", 3, height, width])],
        [helper.make_tensor_value_info("probability", TensorProto.FLOAT, ["batch", 1])],
        [
            helper.make_tensor("four", TensorProto.FLOAT, [], [4.0]),
            helper.make_tensor("two", TensorProto.FLOAT, [], [2.0]),
            helper.make_tensor("last", TensorProto.INT64, [1], [1]),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    onnx.save(model, path)
    return path


def card(path: Path, **said: object) -> Card:
    declared = {
        "names": ["picture"],
        "height": 8,
        "width": 6,
        "channels": 3,
        "layout": "NCHW",
        "output": "probabilities",
    }
    return Card("my-cancer", "cancer", "own", "", "1", path.name, digest(path), "CC0", input={**declared, **said})


def test_an_onnx_file_answers_through_its_declaration(tmp_path: Path) -> None:
    path = brightness(tmp_path / "my.onnx")
    network = LiteRtCancer(opened_network(Chosen(card(path), path)), card(path))
    for value in (0.0, 0.5, 0.9):
        probability = network(np.full((8, 6), value, np.float32)).probability
        assert probability == pytest.approx(1 / (1 + np.exp(2 - 4 * value)), abs=1e-5)


def test_a_file_that_is_not_what_the_card_declares_is_refused(tmp_path: Path) -> None:
    path = brightness(tmp_path / "my.onnx")
    with pytest.raises(ModelUnavailable, match="input 'picture' is 1 x 3 x 8 x 6, declared is 1 x 8 x 6 x 3 NHWC"):
        opened_network(Chosen(card(path, layout="NHWC"), path))
    with pytest.raises(ModelUnavailable, match=r"has the inputs \['picture'\], not \['image'\]"):
        opened_network(Chosen(card(path, names=["image"]), path))


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "my.onnx").write_bytes(b"no graph")
    with pytest.raises(ModelUnavailable, match=r"my\.onnx is damaged"):
        OnnxModel(tmp_path / "my.onnx")
    with pytest.raises(ModelUnavailable, match=r"none\.onnx is missing"):
        OnnxModel(tmp_path / "none.onnx")


def test_without_onnx_runtime_the_error_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = brightness(tmp_path / "my.onnx")
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ModelRuntimeMissing, match=r"requirements-onnx\.txt") as raised:
        opened_network(Chosen(card(path), path))
    assert raised.value.code == "model_runtime_missing"
    write_card(replace(card(path), file=path.name), tmp_path / "my-cancer.toml")
    (tmp_path / "models.toml").write_text('cancer = "my-cancer.toml"\n')
    (problem,) = weights_problems(None, tmp_path / "models.toml")  # and the service says that it is not ready
    assert "requirements-onnx.txt" in problem
