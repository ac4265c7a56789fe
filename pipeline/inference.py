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
CAM, SIGNATURE = "cam", "serving_default"  # as models/export.py names them, which needs Keras


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
        signatures = self._interpreter.get_signature_list()
        self._steps = {one.removeprefix(f"{SIGNATURE}_") for one in signatures if one != name}
        self._inputs = _ordered(runner.get_input_details(), inputs, path)
        self._outputs = dict(sorted(runner.get_output_details().items()))
        self._cam = self._outputs.pop(CAM, None)

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
        if self.has(CAM):
            return self.step(CAM, *inputs)[0]
        if self._cam is None:
            raise NoHeatmap("This network's file was exported without a Grad-CAM output; try method=occlusion.")
        arrays = [np.ascontiguousarray(array, np.float32) for array in inputs]
        (found,) = self._run(arrays, [self._cam])
        return found

    def has(self, step: str) -> bool:
        """Whether the file was exported with a function of that name beside its own."""
        return step in self._steps

    def step(self, name: str, *inputs: Floats) -> tuple[Floats, ...]:
        """What another function of the file answers, in the alphabetical order of its outputs."""
        arrays = [np.ascontiguousarray(array, np.float32) for array in inputs]
        with self._lock:
            runner = self._interpreter.get_signature_runner(f"{SIGNATURE}_{name}")
            said = runner(**dict(zip(self._inputs, arrays, strict=True)))
            return tuple(np.array(said[output], np.float32) for output in sorted(said))

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
    """The plain one, which the others are named after; in files made elsewhere the only one."""
    names = list(interpreter.get_signature_list())
    if SIGNATURE in names and all(name.startswith(SIGNATURE) for name in names):
        return SIGNATURE
    if len(names) != 1:
        raise ModelUnavailable(f"The weight file {path.name} does not have exactly one signature.")
    return str(names[0])


def _ordered(details: dict[str, Any], names: Sequence[str], path: Path) -> dict[str, Any]:
    names = tuple(names) or (tuple(details) if len(details) == 1 else ())
    if sorted(names) != sorted(details):
        raise ModelUnavailable(f"{path.name} has the inputs {sorted(details)}, not {sorted(names)}.")
    return {name: details[name] for name in names}
