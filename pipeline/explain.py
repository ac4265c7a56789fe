"""What heatmaps ask of a classifier beyond its answer."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.declared import Answering
from pipeline.errors import NoHeatmap

Floats = NDArray[np.float32]


class Explained(Protocol):
    def logits(self, *pictures: Floats) -> Floats:
        """(height, width) 0..1 each -> (C,), before calibration: a calibrated answer may stand still for a while."""

    def cam(self, *pictures: Floats) -> Floats:
        """The same -> Grad-CAM (H, W, C). Raises NoHeatmap."""


class Explaining:
    """Explained, for classifiers that keep their network in `_model`."""

    _model: Answering

    def logits(self, *pictures: Floats) -> Floats:
        (answer,) = self._model(*(picture[None, :, :, None] for picture in pictures))
        return np.asarray(answer[0], np.float32)

    def cam(self, *pictures: Floats) -> Floats:
        found = cam_of(self._model, *(picture[None, :, :, None] for picture in pictures))
        return found[..., 1:] - found[..., :1] if found.shape[-1] == 2 else found  # no and yes


def cam_of(network: Answering, *inputs: Floats) -> Floats:
    """(H, W, C) of one picture. Raises NoHeatmap where the file was exported without it."""
    cam = getattr(network, "cam", None)
    if cam is None:
        raise NoHeatmap("This network's file has no Grad-CAM output; ask for method=occlusion.")
    return np.asarray(cam(*inputs)[0], np.float32)
