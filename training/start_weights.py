"""ImageNet weights that a network starts from, wherever they lie; nothing is downloaded."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.efficientnet_lite import load_efficientnet_lite2
from models.imagenet import FoldedLayer, freeze_batch_norms, load_folded, load_mobilenet_v2, measured_statistics

LICENCES = {".npz": "MobileNetV2 is Apache-2.0", ".pth": "EfficientNet-Lite is Apache-2.0"}


def find_start(data: Path, start: str) -> Path | None:
    """What a recipe's `start` names: a file below `data`, or "package/..." of an installed package. None without it."""
    places = (data / start, *_in_package(start)) if start else ()
    return next((path for path in places if path.is_file()), None)


def _in_package(start: str) -> list[Path]:
    package, _, inside = start.partition("/")
    spec = find_spec(package) if package.isidentifier() else None
    return [Path(folder) / inside for folder in spec.submodule_search_locations or ()] if spec else []


def fill(model: Any, file: Path) -> None:
    """The Keras `model`'s backbones: .npz is a folded MobileNetV2, .pth an EfficientNet-Lite2, else it is Keras's own.

    A folded network's batch norms are frozen, since they hold nothing.
    """
    if file.suffix == ".npz":
        load_mobilenet_v2(model, file)
        freeze_batch_norms(model)
        return
    for backbone in (layer for layer in model.layers if hasattr(layer, "layers")):
        if file.suffix == ".pth":
            load_efficientnet_lite2(backbone, file)
        else:
            backbone.load_weights(file)


def fill_measured(model: Any, layers: Sequence[FoldedLayer], pictures: NDArray[np.float32]) -> None:
    """A MobileNetV2 in `model` from `layers`, its batch norms measured on `pictures` (N, H, W, 1) in 0..1."""
    signed = np.repeat(pictures * 2 - 1, 3, axis=-1)
    load_folded(model, layers, measured_statistics(layers, signed))
