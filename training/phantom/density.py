"""What a phantom is made of at every place, for those who ask where it is dense."""

from __future__ import annotations

import numpy as np

from pipeline.mammogram import Laterality
from training.phantom import tissue
from training.phantom.anatomy import draw_anatomy
from training.phantom.canvas import Canvas
from training.phantom.draw import _stream
from training.phantom.values import FloatImage, Phantom


def glandular_share(phantom: Phantom) -> FloatImage:
    """(rows, columns) of the phantom: 0 fat to 1 fibroglandular, nan in the pectoral muscle and outside the breast."""
    body, pose = _stream(phantom.patient, "body"), _stream(phantom.seed, "pose")
    matter = tissue.draw_tissue(
        draw_anatomy(phantom.view, body, pose), phantom.density, _stream(phantom.seed, "tissue")
    )
    canvas = Canvas.of_size((phantom.rows, phantom.columns))
    share = np.clip(canvas.enlarge(matter.glandular), 0, 1)
    share[canvas.enlarge(matter.muscle) > 0.05] = np.nan
    drawn = share[:, ::-1] if phantom.laterality is Laterality.RIGHT else share
    return np.asarray(np.where(phantom.breast, drawn, np.nan), np.float32)
