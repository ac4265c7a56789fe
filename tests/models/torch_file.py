"""State dicts as PyTorch wrote them before 1.6, drawn without PyTorch."""

from __future__ import annotations

import pickle
import struct
import sys
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO

import numpy as np
import pytest
from numpy.typing import NDArray

MAGIC, PROTOCOL = 0x1950A86A20F9469CFC6C, 1001


class FloatStorage:
    def __init__(self, key: str, count: int) -> None:
        self.key, self.count = key, count


class LongStorage(FloatStorage): ...


def _rebuild_tensor_v2(*_parts: Any) -> None: ...


class Tensor:
    def __init__(self, storage: FloatStorage, array: NDArray[Any]) -> None:
        self.storage, self.array = storage, array

    def __reduce__(self) -> tuple[Any, ...]:
        steps = tuple(step // self.array.itemsize for step in self.array.strides)
        return _rebuild_tensor_v2, (self.storage, 0, self.array.shape, steps, False, OrderedDict())


class _Pickler(pickle.Pickler):
    def persistent_id(self, value: Any) -> Any:
        if isinstance(value, FloatStorage):
            return "storage", type(value), value.key, "cpu", value.count, None
        return None


def write_state_dict(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """`arrays` are float32 or int64 and keep the order that they have in memory."""
    kinds = {np.dtype(np.float32): FloatStorage, np.dtype(np.int64): LongStorage}
    tensors = OrderedDict(
        (name, Tensor(kinds[array.dtype](str(i), array.size), array)) for i, (name, array) in enumerate(arrays.items())
    )
    with path.open("wb") as file:
        _dump(file, MAGIC, PROTOCOL, {"little_endian": True}, tensors, [str(i) for i in range(len(arrays))])
        for array in arrays.values():
            file.write(struct.pack("<q", array.size) + array.ravel(order="K").tobytes())


def _dump(file: BinaryIO, *parts: Any) -> None:
    with pytest.MonkeyPatch.context() as patch:  # pickle looks the names up that it writes
        for name, ours in (("torch", (FloatStorage, LongStorage)), ("torch._utils", (_rebuild_tensor_v2,))):
            module = ModuleType(name)
            patch.setitem(sys.modules, name, module)
            for one in ours:
                patch.setattr(one, "__module__", name)
                setattr(module, one.__name__, one)
        for part in parts:
            _Pickler(file, 2).dump(part)
