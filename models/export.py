"""Networks -> LiteRT files, the only form in which they are served. Needs TensorFlow, which is imported when called.

Every file has batch 1, float32 inputs and outputs under the names that the network gives them, and weights in float16
(half the size; XNNPACK computes in float32). Resource variables make LiteRT fall back to slow, unfused kernels, so the
way goes through a SavedModel, which the converter freezes, folding batch norms into the convolutions.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

import keras

from models.gradcam import CAM, logits_and_cam

Precision = Literal["float16", "float32"]
SIGNATURE = "serving_default"  # the converter sorts them, and the first is what a plain interpreter runs


def export_model(model: keras.Model, path: Path, precision: Precision = "float16") -> None:
    """Write the Keras `model` (TensorFlow backend) to `path`; inputs and output keep their layers' names.

    A classifier gets a second output, "cam": see models/gradcam.py. A network trained in bfloat16 must be rebuilt under
    the float32 policy and given the weights first.
    """
    names = [tensor.name for tensor in model.inputs]
    output = model.output_names[0]

    def run(**inputs: Any) -> dict[str, Any]:
        given = inputs[names[0]] if len(names) == 1 else inputs
        logits, cam = logits_and_cam(model, given)
        return {output: logits} if cam is None else {output: logits, CAM: cam}

    export_function(run, {tensor.name: tuple(tensor.shape[1:]) for tensor in model.inputs}, path, precision)


def export_function(
    function: Callable[..., Mapping[str, Any]],
    inputs: Mapping[str, tuple[int, ...]],
    path: Path,
    precision: Precision = "float16",
    also: Mapping[str, Callable[..., Mapping[str, Any]]] | None = None,
) -> None:
    """Write `function`, of float32 tensors given by keyword, to `path`; it returns output name -> tensor.

    `inputs` maps each keyword to its shape without the batch, which is 1. The function may close over any variables.
    The functions in `also` take the same and become further signatures, "serving_default_" and their name, each with
    weights of its own: for small networks of which even a few per cent of time are felt.
    """
    import tensorflow as tf

    specs = {name: tf.TensorSpec((1, *shape), tf.float32, name=name) for name, shape in inputs.items()}
    functions = {SIGNATURE: function, **{f"{SIGNATURE}_{name}": other for name, other in (also or {}).items()}}
    signatures = {
        name: tf.function(one, autograph=False).get_concrete_function(**specs) for name, one in functions.items()
    }
    holder = tf.Module()  # a SavedModel stores only what hangs on the object that is saved
    holder.kept = [concrete.variables for concrete in signatures.values()]
    with tempfile.TemporaryDirectory() as folder:
        tf.saved_model.save(holder, folder, signatures=signatures)
        converter = tf.lite.TFLiteConverter.from_saved_model(folder)
        if precision == "float16":
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
            converter.target_spec.supported_types = [tf.float16]
        content = converter.convert()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
