"""A PyTorch state dict -> arrays, without PyTorch: for start weights that are published in no other form.

The file (before PyTorch 1.6) is a row of pickles, then the storages: magic number, protocol, the machine's sizes, the
tensors by name, the storages' keys; then for each key the number of its values and the values. Nothing that a pickle
may ask for is built but ordered dicts and the tensors' descriptions, so a file can do no harm.
"""

from __future__ import annotations

import pickle
import struct
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

MAGIC, PROTOCOL = 0x1950A86A20F9469CFC6C, 1001
TYPES = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


@dataclass(frozen=True)
class Described:
    """A tensor: where its values are."""

    storage: str
    dtype: np.dtype[Any]
    offset: int  # values from the storage's beginning
    shape: tuple[int, ...]
    strides: tuple[int, ...]  # values

    def of(self, values: NDArray[Any]) -> NDArray[Any]:
        last = self.offset + sum((n - 1) * step for n, step in zip(self.shape, self.strides, strict=True))
        if min((self.offset, *self.strides)) < 0 or last >= len(values):
            raise pickle.UnpicklingError(f"a tensor of {self.shape} lies outside its storage")
        steps = [step * values.itemsize for step in self.strides]
        return np.lib.stride_tricks.as_strided(values[self.offset :], self.shape, steps).copy()


def torch_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """The tensors of a state dict by name, float32 or int64. Raises ValueError for any other file, OSError for none."""
    with path.open("rb") as file:
        try:
            return _arrays(file)
        except (pickle.UnpicklingError, EOFError, AttributeError, KeyError, TypeError, struct.error) as error:
            raise ValueError(f"{path.name}: expected a PyTorch state dict as written before 1.6: {error}") from error


def _arrays(file: BinaryIO) -> dict[str, NDArray[Any]]:
    magic, protocol, _machine = (_Plain(file).load() for _ in range(3))
    if (magic, protocol) != (MAGIC, PROTOCOL):
        raise pickle.UnpicklingError("the magic number is another")
    described: dict[str, Described] = _Plain(file).load()
    types = {one.storage: one.dtype for one in described.values()}
    storages = {key: _storage(file, types[key]) for key in _Plain(file).load()}
    return {name: one.of(storages[one.storage]) for name, one in described.items()}


def _storage(file: BinaryIO, dtype: np.dtype[Any]) -> NDArray[Any]:
    (count,) = struct.unpack("<q", file.read(8))
    values = file.read(count * dtype.itemsize)
    if len(values) != count * dtype.itemsize:
        raise EOFError("it was cut off")
    return np.frombuffer(values, dtype)


class _Plain(pickle.Unpickler):
    """Builds ordered dicts, `Described` and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _described
        if module == "torch" and name in TYPES:
            return TYPES[name]
        raise pickle.UnpicklingError(f"{module}.{name} is not read here")

    def persistent_load(self, pid: Any) -> tuple[str, np.dtype[Any]]:
        _kind, dtype, key, _device, _count, *_view = pid
        return key, dtype


def _described(
    storage: tuple[str, np.dtype[Any]], offset: int, shape: Sequence[int], strides: Sequence[int], *_more: Any
) -> Described:
    key, dtype = storage
    return Described(key, dtype, offset, tuple(shape), tuple(strides))
