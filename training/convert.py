"""`mammoscope convert FILE --task TASK --out DIR`: a network of your own becomes a file and a card that analyses take.

A Keras 3 file is exported to LiteRT, and the two are compared; LiteRT and ONNX files are taken as they are. What the
card declares of input and output is read from the file where it says it, and from the options where it does not.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from models.weights import Card, digest, write_card
from pipeline.declared import DEFAULT_NAMES, Shape
from pipeline.errors import ModelUnavailable
from pipeline.inference import open_file
from pipeline.model_choice import TASKS, Chosen
from pipeline.models import opened_network
from pipeline.preprocess import Recipe

LARGEST_DIFFERENCE = 1e-3  # between the Keras file and its export, of any output
ASSUMED = {"sigmoid": "probabilities", "softmax": "probabilities", "linear": "logits"}
LIMITS = ("Brought in from outside: its figures were not measured here, and it is not calibrated.",)


class NotConverted(Exception):
    """The file cannot become what the options ask for; the text says why."""


def main(argv: list[str]) -> int:
    """0 when the file and its card were written; prints the line for models.toml."""
    options = parser().parse_args(argv)
    try:
        card = convert(options)
    except (NotConverted, ModelUnavailable) as error:
        print(f"not converted: {error}", file=sys.stderr)
        return 1
    print(f"wrote {options.out / card.file} and its card. The line for models.toml:")
    print(f'{card.task} = "{(options.out / card.name).resolve().as_posix()}.toml"')
    return 0


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(prog="mammoscope convert", description=__doc__)
    found.add_argument("file", type=Path, help=".keras, .tflite or .onnx")
    found.add_argument("--task", choices=TASKS, required=True)
    found.add_argument("--out", type=Path, required=True, help="folder for the file and its card")
    found.add_argument("--name", help="of the card; the file's own if not given")
    found.add_argument("--inputs", help="names of the inputs in the task's order, by commas")
    found.add_argument("--outputs", help="names of the outputs in the task's order, by commas")
    found.add_argument("--range", nargs=2, type=float, default=(0.0, 1.0), metavar=("BLACK", "WHITE"))
    found.add_argument("--output", choices=("logits", "probabilities"), help="what it answers; asked of a .keras file")
    found.add_argument("--boxes", choices=("yxyx", "xyxy"), help="of a detector that decodes its boxes itself")
    found.add_argument("--box-unit", choices=("pixels", "fractions"), default="pixels")
    found.add_argument("--margin", type=float, help="around a mass, of its longer side; of the task hybrid")
    found.add_argument("--spacing", type=float, help="mm a pixel of a patch; of the task microcalcification")
    found.add_argument("--licence", default="not stated", help="of the data it was trained on")
    return found


def convert(options: argparse.Namespace) -> Card:
    """Write DIR/NAME.tflite (or .onnx) and DIR/NAME.toml. Raises NotConverted and ModelUnavailable."""
    name, suffix = options.name or options.file.stem, options.file.suffix
    if not options.file.is_file():
        raise NotConverted(f"{options.file.name} does not exist")
    if options.task == "detector" and not options.boxes:
        raise NotConverted("a detector with raw heads needs its anchors: write the card by hand, or decode the boxes")
    if options.task == "microcalcification" and options.spacing is None:
        raise NotConverted("a network for patches needs --spacing: how many mm a pixel of them is")
    options.out.mkdir(parents=True, exist_ok=True)
    if suffix == ".keras":
        file, answers = options.out / f"{name}.tflite", _from_keras(options.file, options.out / f"{name}.tflite")
    else:
        file, answers = options.out / f"{name}{suffix}", ""
        if file.resolve() != options.file.resolve():
            shutil.copyfile(options.file, file)
    card = _card(options, name, file, options.output or answers or "logits")
    opened_network(Chosen(card, file))  # refuses what an analysis would refuse
    write_card(card, options.out / f"{name}.toml")
    return card


def _from_keras(source: Path, target: Path) -> str:
    """Exports and compares; returns what the last activation makes of the answer, "" where it cannot be told."""
    import keras

    from models.export import export_model

    try:
        model = keras.models.load_model(source, compile=False)
    except (ValueError, TypeError, OSError) as error:
        raise NotConverted(f"{source.name} does not load as a Keras 3 file: {error}") from error
    if any(None in tensor.shape[1:] for tensor in model.inputs):
        raise NotConverted(f"{source.name} leaves its input's size open; build it with a fixed height and width")
    export_model(model, target, "float32")
    _compare(model, target)
    activation = getattr(model.layers[-1], "activation", None)
    return ASSUMED.get(getattr(activation, "__name__", ""), "")


def _compare(model: Any, target: Path) -> None:
    names = [tensor.name for tensor in model.inputs]
    random = np.random.default_rng(0)
    pictures = [random.random((1, *tensor.shape[1:]), dtype=np.float32) for tensor in model.inputs]
    given: Any = pictures[0] if len(names) == 1 else dict(zip(names, pictures, strict=True))
    exported = open_file(target, inputs=names)(*pictures)[0]
    difference = float(np.abs(np.asarray(model(given, training=False)) - exported).max())
    if not difference <= LARGEST_DIFFERENCE:
        raise NotConverted(f"the export answers otherwise than the Keras file, by up to {difference:.2g}")


def _card(options: argparse.Namespace, name: str, file: Path, output: str) -> Card:
    names = options.inputs.split(",") if options.inputs else list(DEFAULT_NAMES.get(options.task, ()))
    try:
        network = open_file(file, inputs=names)
    except ModelUnavailable:
        if options.inputs or len(names) > 1:
            raise
        network = open_file(file)  # the one input, whatever its name
    return Card(
        name=name,
        task=options.task,
        preset="own",
        architecture=f"converted from {options.file.name}",
        version=datetime.now(UTC).strftime("%Y.%m.%d"),
        file=file.name,
        sha256=digest(file),
        data_licence=options.licence,
        recipe=asdict(Recipe()),
        input=_input(options, network.input_shapes, output),
        training={"data": "not stated", "command": f"mammoscope convert {options.file.name} --task {options.task}"},
        limits=LIMITS,
    )


def _input(options: argparse.Namespace, shapes: Mapping[str, Shape], output: str) -> dict[str, Any]:
    """[input] of the card, as pipeline/declared.py reads it."""
    shape = next(iter(shapes.values()))
    if len(shape) != 4 or 0 in shape:
        raise NotConverted(f"its input has the shape {shape}, and pictures have four lengths, none left open")
    first = shape[1] in (1, 3) and shape[3] not in (1, 3)
    channels, height, width = (shape[1], shape[2], shape[3]) if first else (shape[3], shape[1], shape[2])
    said: dict[str, Any] = {"names": list(shapes), "height": height, "width": width, "channels": channels}
    said |= {"side": height} if height == width else {}
    said |= {"layout": "NCHW" if first else "NHWC", "range": list(options.range), "output": output}
    said |= {"outputs": options.outputs.split(",")} if options.outputs else {}
    said |= {"boxes": options.boxes, "box_unit": options.box_unit} if options.boxes else {}
    said |= {"patch": height, "spacing_mm": options.spacing} if options.spacing is not None else {}
    return said | ({"margin": options.margin} if options.margin is not None else {})
