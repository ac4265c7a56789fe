"""A trained Keras network -> the LiteRT file that is served, whatever backend it was trained under.

`python -m training.ship NETWORK.keras FILE.tflite` does it in a process of its own: only TensorFlow can export.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import keras

from models.export import export_model
from models.layers import PositionEmbedding


def ship(model: Any, path: Path) -> None:
    """Write `model` to `path`. Under JAX or PyTorch a child process with TensorFlow does the writing.

    Raises RuntimeError with what the child said where it failed.
    """
    if keras.backend.backend() == "tensorflow":
        export_model(model, path)
        return
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "network.keras"
        model.save(kept)
        command = [sys.executable, "-m", "training.ship", str(kept), str(path.resolve())]
        done = subprocess.run(
            command,
            env=os.environ | {"KERAS_BACKEND": "tensorflow"},
            cwd=Path(__file__).parents[1],
            capture_output=True,
            text=True,
        )
    if done.returncode:
        raise RuntimeError(f"exporting {path.name} failed: {done.stderr[-2000:]}")


def main(kept: Path, path: Path) -> None:
    custom = {"PositionEmbedding": PositionEmbedding}
    export_model(keras.saving.load_model(kept, custom_objects=custom, compile=False), path)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
