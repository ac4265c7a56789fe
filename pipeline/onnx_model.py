"""ONNX files behind the same calls as LiteRT ones. ONNX Runtime is an extra (requirements-onnx.txt), imported when the
first such file is opened."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ModelRuntimeMissing, ModelUnavailable

Floats = NDArray[np.float32]


class OnnxModel:
    """One .onnx file of float32 inputs and outputs, run on the CPU; safe to call from several threads.

    `inputs` names the positional arguments in order, as in pipeline.inference.LiteRtModel; outputs come in the
    alphabetical order of their names. Raises ModelRuntimeMissing without ONNX Runtime, ModelUnavailable where the file
    is missing, damaged or has other inputs.
    """

    def __init__(self, path: Path, threads: int = 2, inputs: Sequence[str] = ()) -> None:
        self._session = _session(path, threads)
        shapes = {found.name: _shape(found) for found in self._session.get_inputs()}
        names = tuple(inputs) or tuple(shapes)
        if sorted(names) != sorted(shapes):
            raise ModelUnavailable(f"{path.name} has the inputs {sorted(shapes)}, not {sorted(names)}.")
        self.input_shapes = {name: shapes[name] for name in names}
        self.output_shapes = dict(sorted((found.name, _shape(found)) for found in self._session.get_outputs()))

    def __call__(self, *inputs: Floats) -> tuple[Floats, ...]:
        given = {name: np.ascontiguousarray(x, np.float32) for name, x in zip(self.input_shapes, inputs, strict=True)}
        return tuple(np.asarray(answer, np.float32) for answer in self._session.run(list(self.output_shapes), given))


def onnx_runtime(path: Path) -> Any:
    """The package that runs `path`. Raises ModelRuntimeMissing."""
    try:
        return import_module("onnxruntime")
    except ImportError as error:
        raise ModelRuntimeMissing(
            f"{path.name} is an ONNX file, and ONNX Runtime is not installed: "
            "pip install --no-deps -r requirements-onnx.txt brings it."
        ) from error


def _session(path: Path, threads: int) -> Any:
    runtime = onnx_runtime(path)
    if not path.is_file():
        raise ModelUnavailable(f"The weight file {path.name} is missing.")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3  # errors only; they reach us as exceptions as well
    try:
        return runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime has no base class of its own
        raise ModelUnavailable(f"The weight file {path.name} is damaged or not an ONNX model: {error}") from error


def _shape(tensor: Any) -> tuple[int, ...]:
    """The batch is ours to choose; other lengths that the file leaves open are 0."""
    lengths = [length if isinstance(length, int) and length > 0 else 0 for length in tensor.shape]
    return (1, *lengths[1:]) if lengths and lengths[0] == 0 else tuple(lengths)
