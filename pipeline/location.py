"""Where in the breast a box lies, in the words of BI-RADS (ACR BI-RADS Atlas, 5th edition, mammography: location).

One view tells one direction only: craniocaudal views outer from inner, lateral and oblique ones upper from lower. No
quadrant and no clock position is made up from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import Box
from pipeline.mammogram import Laterality
from pipeline.preprocess import Recipe, breast_mask, chest_wall_is_right

CENTRAL = 0.1  # of the breast's height in the picture, above and below the nipple
NIPPLE_REACH = 0.01  # rows that reach as far as this share of the breast's depth share the nipple
OUTER_INNER = frozenset({"CC", "XCCL", "XCCM", "XCC", "FB"})
UPPER_LOWER = frozenset({"MLO", "ML", "LM", "LMO"})
Orientation = tuple[str, str]  # Patient Orientation (0020,0020): where rows run, where columns run


class Depth(StrEnum):
    """Thirds of the way from the nipple to the chest wall."""

    ANTERIOR = "anterior"
    MIDDLE = "middle"
    POSTERIOR = "posterior"


class Region(StrEnum):
    UPPER = "upper"
    LOWER = "lower"
    OUTER = "outer"
    INNER = "inner"
    CENTRAL = "central"


@dataclass(frozen=True)
class Breast:
    """Where the breast lies in a picture, in acquired pixels."""

    box: Box
    chest_wall_right: bool  # of the picture
    nipple: tuple[float, float]  # x, y: the point farthest from the chest wall, which the nipple is taken to be

    def depth(self, x: float) -> float:
        """0 at the nipple, 1 at the chest wall; clipped."""
        wall = self.box.right if self.chest_wall_right else self.box.x
        share = (x - self.nipple[0]) / (wall - self.nipple[0])
        return min(max(share, 0.0), 1.0)


@dataclass(frozen=True)
class Location:
    side: Laterality | None  # the patient's; None where the file does not tell
    region: Region | None  # None where the view does not tell
    depth: Depth
    nipple_mm: float | None  # distance from the nipple in the picture; None without pixel spacing
    assumed: bool  # the picture's upper edge was taken to be lateral or superior, as mammograms are usually hung

    def words(self) -> str:
        """As in "left breast, outer half, middle third, about 34 mm from nipple"."""
        parts = [_SIDES[self.side]]
        if self.region is not None:
            parts.append("central" if self.region is Region.CENTRAL else f"{self.region} half")
        parts.append(f"{self.depth} third")
        if self.nipple_mm is not None:
            parts.append(f"about {self.nipple_mm:.0f} mm from nipple")
        return ", ".join(parts)


_SIDES = {Laterality.LEFT: "left breast", Laterality.RIGHT: "right breast", None: "breast (side unknown)"}


def breast_in(pixels: NDArray[np.float32]) -> Breast:
    """The breast in a mammogram's pixels (rows, columns), 0..1. Raises UnsupportedImage where there is none."""
    return breast_of(breast_mask(pixels, Recipe().mask_threshold))


def breast_of(mask: NDArray[np.bool_]) -> Breast:
    """The breast that `mask` (rows, columns), not empty, covers."""
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    box = Box.from_corners(float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1))
    right = chest_wall_is_right(mask)
    facing = mask[rows[0] : rows[-1] + 1, :: -1 if right else 1]
    reach = np.where(facing.any(axis=1), mask.shape[1] - facing[:, ::-1].argmax(axis=1), 0)  # from the wall's edge
    farthest = np.flatnonzero(reach >= reach.max() - NIPPLE_REACH * box.width)
    return Breast(box, right, (box.x if right else box.right, box.y + float(np.median(farthest)) + 0.5))


def describe(
    box: Box,
    breast: Breast,
    side: Laterality | None = None,
    view: str | None = None,
    spacing_mm: tuple[float, float] | None = None,
    orientation: Orientation | None = None,
) -> Location:
    """Where the middle of `box` lies. `view` is a View Position, `spacing_mm` (row, column)."""
    x, y = box.center
    region, assumed = _region(y, breast, side, (view or "").upper(), orientation)
    distance = None
    if spacing_mm is not None:
        across, down = (x - breast.nipple[0]) * spacing_mm[1], (y - breast.nipple[1]) * spacing_mm[0]
        distance = float(np.hypot(across, down))
    return Location(side, region, _third(breast.depth(x)), distance, assumed)


def _third(depth: float) -> Depth:
    return Depth.ANTERIOR if depth < 1 / 3 else Depth.MIDDLE if depth < 2 / 3 else Depth.POSTERIOR


def _region(
    y: float, breast: Breast, side: Laterality | None, view: str, orientation: Orientation | None
) -> tuple[Region | None, bool]:
    if view not in OUTER_INNER | UPPER_LOWER:
        return None, False
    below = y - breast.nipple[1]
    if abs(below) <= CENTRAL * breast.box.height:
        return Region.CENTRAL, False
    known = _top_is_usual(view, side, orientation)
    at_top = (below < 0) == (known is not False)
    pair = (Region.OUTER, Region.INNER) if view in OUTER_INNER else (Region.UPPER, Region.LOWER)
    return pair[0 if at_top else 1], known is None


def _top_is_usual(view: str, side: Laterality | None, orientation: Orientation | None) -> bool | None:
    """Is the upper edge lateral (craniocaudal) or superior (others)? None where Patient Orientation does not tell."""
    down = orientation[1].upper() if orientation else ""
    if view in OUTER_INNER:
        towards = {"L", "R"} & set(down)
        return None if side is None or len(towards) != 1 else towards != {side.value}
    towards = {"H", "F"} & set(down)
    return None if len(towards) != 1 else towards == {"F"}
