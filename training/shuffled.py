"""A weight file with its weights in random order: the same network that has learnt nothing.

The check of Adebayo et al. 2018 (arXiv:1810.03292): a map that such a network gives as well tells of the picture alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import flatbuffers  # type: ignore[import-untyped]
import numpy as np
from tensorflow.lite.python import schema_py_generated as schema

KINDS = {schema.TensorType.FLOAT16: np.float16, schema.TensorType.FLOAT32: np.float32}
LEAST = 64  # values; smaller constants are shapes and scales, without which the graph does not run


def shuffle_weights(file: Path, out: Path, seed: int = 0) -> int:
    """Write `file` to `out` with every weight tensor's values in random order; how many tensors those were."""
    rng, model = np.random.default_rng(seed), schema.ModelT.InitFromPackedBuf(file.read_bytes(), 0)
    found = {tensor.buffer: tensor.type for graph in model.subgraphs for tensor in graph.tensors}
    changed = sum(_shuffle(model.buffers[i], KINDS[kind], rng) for i, kind in sorted(found.items()) if kind in KINDS)
    builder = flatbuffers.Builder(len(model.buffers))
    builder.Finish(model.Pack(builder), b"TFL3")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(bytes(builder.Output()))
    return changed


def _shuffle(buffer: Any, kind: Any, rng: np.random.Generator) -> bool:
    if buffer.data is None or len(buffer.data) < LEAST * np.dtype(kind).itemsize:
        return False
    values = np.frombuffer(bytes(buffer.data), kind)
    buffer.data = np.frombuffer(rng.permutation(values).tobytes(), np.uint8)
    return True
