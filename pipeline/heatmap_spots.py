"""The microcalcification committee for heatmaps: it judges patches of 6 mm, and a cluster may take many of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import Box
from pipeline.mammogram import Mammogram
from pipeline.microcalcification import OVERLAP, assumed_spacing_mm, sample
from pipeline.preprocess import Prepared

Floats = NDArray[np.float32]

AROUND_MM = 3.0  # shown of what lies around a cluster, on every side


class ExplainedCommittee(Protocol):
    @property
    def side(self) -> int: ...

    @property
    def spacing_mm(self) -> float: ...

    def __call__(self, patches: Floats) -> tuple[Floats, Floats]: ...

    def cams(self, patches: Floats) -> Floats:
        """(N, side, side) 0..1 -> Grad-CAM (N, h, w) of each patch. Raises NoHeatmap."""


@dataclass(frozen=True, eq=False)
class Region:
    """A cut of the breast at the committee's sampling, and where it lies in the prepared image."""

    pixels: Floats  # (height, width) 0..1
    left: float  # prepared pixels
    top: float
    width: float
    height: float


def region_around(mammogram: Mammogram, prepared: Prepared, box: Box, committee: ExplainedCommittee) -> Region:
    """`box` in prepared pixels, with AROUND_MM on every side as far as the image goes."""
    spacing = prepared.spacing_mm or assumed_spacing_mm(prepared)
    sampled = sample(mammogram, prepared, spacing, committee.spacing_mm)
    (scale_x, scale_y), margin = sampled.scale, round(AROUND_MM / committee.spacing_mm)
    rows, columns = sampled.pixels.shape
    left, top = max(0, int(box.x * scale_x) - margin), max(0, int(box.y * scale_y) - margin)
    right, bottom = min(columns, int(box.right * scale_x) + margin), min(rows, int(box.bottom * scale_y) + margin)
    pixels = np.where(sampled.breast, sampled.pixels, np.float32(0))[top:bottom, left:right]
    return Region(pixels, left / scale_x, top / scale_y, (right - left) / scale_x, (bottom - top) / scale_y)


@dataclass(frozen=True, eq=False)
class RegionJudge:
    """Explained (pipeline/explain.py) for a whole region: its logit is that of its most suspicious patch."""

    committee: ExplainedCommittee

    def logits(self, *pictures: Floats) -> Floats:
        (region,) = pictures
        calcified, _ = self.committee(self._patches(region))
        likeliest = np.clip(calcified.max(keepdims=True), 1e-6, 1 - 1e-6)
        return np.asarray(np.log(likeliest / (1 - likeliest)), np.float32)

    def cam(self, *pictures: Floats) -> Floats:
        """(height, width, 1): the middle parts of the patches' maps, put together again."""
        (region,) = pictures
        side, step = self.committee.side, self.committee.side - OVERLAP
        maps = self.committee.cams(self._patches(region))
        edge = np.s_[OVERLAP // 2 : OVERLAP // 2 + step]
        middles = np.stack([cv2.resize(one, (side, side))[edge, edge] for one in maps])
        down, across = tiles(region.shape, step)
        whole = middles.reshape(down, across, step, step).swapaxes(1, 2).reshape(down * step, across * step)
        return np.asarray(whole[: region.shape[0], : region.shape[1], None], np.float32)

    def _patches(self, region: Floats) -> Floats:
        side, step = self.committee.side, self.committee.side - OVERLAP
        down, across = tiles(region.shape, step)
        around = cv2.copyMakeBorder(region, OVERLAP // 2, side, OVERLAP // 2, side, cv2.BORDER_REFLECT)
        corners = [(row * step, column * step) for row in range(down) for column in range(across)]
        return np.stack([around[y : y + side, x : x + side] for y, x in corners])


def tiles(shape: tuple[int, ...], step: int) -> tuple[int, int]:
    """How many steps cover so many rows and columns."""
    return -(-shape[0] // step), -(-shape[1] // step)
