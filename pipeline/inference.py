"""LiteRT behind the stages' protocols: the one place where a network runs. Starts without TensorFlow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from models.weights import Card, WeightsError, verify
from pipeline.errors import ModelUnavailable, NoHeatmap
from pipeline.onnx_model import OnnxModel

Floats = NDArray[np.float32]
CAM, CAM_SIGNATURE = "cam", "serving_default_cam"  # as models/export.py names them, which needs Keras


class LiteRtModel:
    """One weight file, ready to run; safe to call from several threads, which then wait for each other.

    `inputs` names the positional arguments in order, and must be given where the file has more than one: a file keeps
    its inputs in no order of ours. Outputs come in the alphabetical order of their names, see `output_names`; the one
    named "cam" is kept back for cam().
    Raises ModelUnavailable where the file is missing, damaged, or has other inputs.
    """

    def __init__(self, path: Path, threads: int = 2, inputs: Sequence[str] = ()) -> None:
        self._lock = Lock()
        self._interpreter = _interpreter(path, threads)
        name = _signature(self._interpreter, path)
        runner = self._interpreter.get_signature_runner(name)  # kept: the tensors below belong to its subgraph
        self._inputs = _ordered(runner.get_input_details(), inputs, path)
        self._outputs = dict(sorted(runner.get_output_details().items()))
        self._cam = self._outputs.pop(CAM, None)
        self._explain = CAM_SIGNATURE in self._interpreter.get_signature_list()

    @property
    def input_shapes(self) -> dict[str, tuple[int, ...]]:
        """By name, in the order of the arguments; the batch, 1, included."""
        return {name: tuple(map(int, detail["shape"])) for name, detail in self._inputs.items()}

    @property
    def output_shapes(self) -> dict[str, tuple[int, ...]]:
        """By name, in the order of the answers."""
        return {name: tuple(map(int, detail["shape"])) for name, detail in self._outputs.items()}

    @property
    def output_names(self) -> tuple[str, ...]:
        return tuple(self._outputs)

    def __call__(self, *inputs: Floats) -> tuple[Floats, ...]:
        """Raises ValueError for another number of inputs or other shapes than `input_shapes` tells."""
        arrays = [np.ascontiguousarray(array, np.float32) for array in inputs]
        shapes = list(self.input_shapes.values())
        if [array.shape for array in arrays] != shapes:
            raise ValueError(f"expected inputs {shapes}, received {[array.shape for array in arrays]}")
        return self._run(arrays, self._outputs.values())

    def cam(self, *inputs: Floats) -> Floats:
        """(1, H, W, C): what each place of the picture adds to each of C logits, signed; see models/gradcam.py.

        Raises NoHeatmap where the file was exported without it.
        """
        arrays = [np.ascontiguousarray(array, np.float32) for array in inputs]
        if self._explain:
            with self._lock:
                runner = self._interpreter.get_signature_runner(CAM_SIGNATURE)
                return np.asarray(runner(**dict(zip(self._inputs, arrays, strict=True)))[CAM], np.float32)
        if self._cam is None:
            raise NoHeatmap("This network's file was exported without a Grad-CAM output; try method=occlusion.")
        (found,) = self._run(arrays, [self._cam])
        return found

    def _run(self, arrays: Sequence[Floats], outputs: Iterable[Any]) -> tuple[Floats, ...]:
        with self._lock:
            for detail, array in zip(self._inputs.values(), arrays, strict=True):
                self._interpreter.set_tensor(detail["index"], array)
            self._interpreter.invoke()
            return tuple(self._interpreter.get_tensor(detail["index"]) for detail in outputs)


def open_model(card: Card, threads: int = 2, directory: Path | None = None) -> LiteRtModel:
    """The weights that `card` describes, their SHA-256 checked first. Raises ModelUnavailable."""
    try:
        path = verify(card, directory)
    except WeightsError as error:
        raise ModelUnavailable(str(error)) from error
    return LiteRtModel(path, threads, card.input.get("names", ()))


def open_file(path: Path, threads: int = 2, inputs: Sequence[str] = ()) -> LiteRtModel | OnnxModel:
    """Whatever runs a file of this kind. Raises ModelUnavailable."""
    if path.suffix == ".onnx":
        return OnnxModel(path, threads, inputs)
    if path.suffix != ".tflite":
        raise ModelUnavailable(
            f"{path.name} is neither a .tflite nor an .onnx file; `mammoscope convert` makes one of a .keras file."
        )
    return LiteRtModel(path, threads, inputs)


def _interpreter(path: Path, threads: int) -> Any:
    if not path.is_file():
        raise ModelUnavailable(f"The weight file {path.name} is missing; install it, or train it anew.")
    try:
        interpreter = Interpreter(model_path=str(path), num_threads=threads)
        interpreter.allocate_tensors()
    except (ValueError, RuntimeError) as error:
        raise ModelUnavailable(f"The weight file {path.name} is damaged or not a LiteRT model: {error}") from error
    return interpreter


def _signature(interpreter: Any, path: Path) -> str:
    """The only one, but for that of Grad-CAM."""
    names = [name for name in interpreter.get_signature_list() if name != CAM_SIGNATURE]
    if len(names) != 1:
        raise ModelUnavailable(f"The weight file {path.name} does not have exactly one signature.")
    return str(names[0])


def _ordered(details: dict[str, Any], names: Sequence[str], path: Path) -> dict[str, Any]:
    names = tuple(names) or (tuple(details) if len(details) == 1 else ())
    if sorted(names) != sorted(details):
        raise ModelUnavailable(f"{path.name} has the inputs {sorted(details)}, not {sorted(names)}.")
    return {name: details[name] for name in names}
