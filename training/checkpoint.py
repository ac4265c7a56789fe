"""A run's whole state in one file that is there entirely or not at all, whatever kills the run. Any Keras backend."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

VARIABLE = "variable_{}".format


class Checkpoint:
    """`variables` (of a model, of its optimizer, seeds of its dropouts) in `path`, with one number beside them."""

    def __init__(self, path: Path, variables: Sequence[Any]) -> None:
        self.path, self.variables = path, list(variables)

    def save(self, number: float) -> None:
        """`number` is what `restore` gives back: the epochs done, or the figure reached."""
        arrays = {VARIABLE(i): keras.ops.convert_to_numpy(known) for i, known in enumerate(self.variables)}
        part = self.path.with_suffix(".part")  # one name, so that what a kill leaves is overwritten and not piled up
        with part.open("wb") as file:
            np.savez(file, number=np.float64(number), **arrays)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self.path)

    def number(self) -> float | None:
        """What was saved beside the variables; None where nothing was saved."""
        if not self.path.is_file():
            return None
        with np.load(self.path) as saved:
            return float(saved["number"])

    def restore(self) -> float | None:
        """The number that was saved, with the variables as they were then; None, and nothing done, without a file.

        Raises ValueError where the file holds another network's variables.
        """
        if not self.path.is_file():
            return None
        with np.load(self.path) as saved:
            arrays = [saved[VARIABLE(i)] for i in range(len(saved.files) - 1)]
            if [array.shape for array in arrays] != [tuple(known.shape) for known in self.variables]:
                raise ValueError(f"{self.path} holds another network; choose another --out, or delete it")
            for known, array in zip(self.variables, arrays, strict=True):
                known.assign(array)
            return float(saved["number"])
