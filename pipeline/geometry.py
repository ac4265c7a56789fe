"""Boxes and the way between acquired pixels, prepared pixels and millimetres."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]  # (N, 2) x, y in pixels


@dataclass(frozen=True)
class Box:
    """An axis-aligned rectangle in pixels, origin top left; it covers [x, x + width) x [y, y + height)."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def area(self) -> float:
        return self.width * self.height

    @property
    def center(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2

    @classmethod
    def from_corners(cls, left: float, top: float, right: float, bottom: float) -> Box:
        return cls(left, top, right - left, bottom - top)

    @classmethod
    def around(cls, points: Points) -> Box:
        """The smallest box that holds every point; `points` is (N, 2) x, y with N >= 1."""
        left, top = points.min(axis=0)
        right, bottom = points.max(axis=0)
        return cls.from_corners(float(left), float(top), float(right), float(bottom))

    def with_margin(self, share: float) -> Box:
        """Grown on every side by `share` of its own width and height (0.3 in the published ROI cut)."""
        dx, dy = self.width * share, self.height * share
        return Box(self.x - dx, self.y - dy, self.width + 2 * dx, self.height + 2 * dy)

    def clipped(self, width: float, height: float) -> Box:
        """The part of it that lies inside a `width` x `height` image; an empty box where nothing does."""
        left, top = min(max(self.x, 0.0), width), min(max(self.y, 0.0), height)
        right, bottom = min(max(self.right, left), width), min(max(self.bottom, top), height)
        return Box.from_corners(left, top, right, bottom)

    def corners(self) -> Points:
        return np.array([[self.x, self.y], [self.right, self.bottom]], dtype=np.float64)


@dataclass(frozen=True)
class Transform:
    """How a prepared image was flipped, cut and scaled from the acquired one, and therefore the way back.

    Acquired pixel (x, y) goes to ((x' - left) * scale_x, (y - top) * scale_y), where x' = acquired_width - x
    when the image was mirrored and x otherwise. Coordinates are continuous: pixel i covers [i, i + 1).
    """

    acquired_width: int
    flipped: bool = False
    left: float = 0.0  # pixels cut off on the left, counted after the flip
    top: float = 0.0  # pixels cut off above
    scale_x: float = 1.0  # prepared pixels per acquired pixel
    scale_y: float = 1.0

    def points_to_prepared(self, acquired: Points) -> Points:
        x, y = acquired[:, 0], acquired[:, 1]
        x = self.acquired_width - x if self.flipped else x
        return np.stack([(x - self.left) * self.scale_x, (y - self.top) * self.scale_y], axis=1)

    def points_to_acquired(self, prepared: Points) -> Points:
        x, y = prepared[:, 0] / self.scale_x + self.left, prepared[:, 1] / self.scale_y + self.top
        return np.stack([self.acquired_width - x if self.flipped else x, y], axis=1)

    def to_prepared(self, acquired: Box) -> Box:
        return Box.around(self.points_to_prepared(acquired.corners()))

    def to_acquired(self, prepared: Box) -> Box:
        return Box.around(self.points_to_acquired(prepared.corners()))

    def resized(self, scale_x: float, scale_y: float) -> Transform:
        """The transform to a copy of the prepared image scaled once more."""
        return Transform(
            self.acquired_width,
            self.flipped,
            self.left,
            self.top,
            self.scale_x * scale_x,
            self.scale_y * scale_y,
        )
