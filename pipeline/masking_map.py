"""Where in the breast a small mass could hide: masses of known contrast are set into the image, and the detector is
asked whether it still sees them.

The inserted mass is Burgess's "designer nodule" (Burgess et al. 1997, doi:10.1364/JOSAA.14.002420): contrast
(1 - (r / R)^2)^1.5, smooth, without edges. It tells about this detector and this kind of mass, not about a reader.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.detect import Detector, fit_scale, letterboxed
from pipeline.frames import in_acquired_frame
from pipeline.occlusion import between
from pipeline.preprocess import Prepared

Floats = NDArray[np.float32]
Points = NDArray[np.float64]

EXPLANATION = (
    "Where dense tissue could hide a mass here: share of drawn masses of 9 mm that the detector would miss, "
    "0 none, 1 all. No finding, and no statement about a reader."
)
DIAMETER_MM = 9.0
USUAL_BREAST_MM = 180.0  # high, where the file tells no pixel spacing
CONTRASTS = (0.07, 0.12, 0.19)  # of the prepared image's range, in turns from place to place
OPERATING_POINT = 0.3  # the confidence from which the page shows a mark unless the reader moves the slider
APART = 4  # steps between masses that are drawn into the same copy: 36 mm, so that they do not disturb each other


@dataclass(frozen=True, eq=False)
class Grid:
    """Places in the detector's picture, one diameter apart."""

    x: NDArray[np.int_]  # (N,) pixels
    y: NDArray[np.int_]
    contrast: Floats  # (N,)
    copy: NDArray[np.int_]  # (N,) in which copy of the picture the mass is drawn
    radius: float  # of a mass, pixels


def masking_map(
    prepared: Prepared, shape: tuple[int, int], detector: Detector, operating_point: float = OPERATING_POINT
) -> Floats:
    """(rows, columns) of the acquired image, `shape`: share 0..1 of masses missed there, 0 outside the breast."""
    picture = letterboxed(prepared.pixels, detector.height, detector.width)
    scale = fit_scale(prepared.pixels.shape, detector.height, detector.width)
    grid = grid_of(picture, radius_in(prepared, scale))
    missed, known = np.zeros_like(picture), np.zeros_like(picture)
    missed[grid.y, grid.x] = seen_at(picture, grid, detector) < operating_point
    known[grid.y, grid.x] = 1
    share = between(missed, known, 1.4 * grid.radius) * (picture > 0)
    rows, columns = (
        min(length, round(side * scale)) for length, side in zip(share.shape, prepared.pixels.shape, strict=True)
    )
    return in_acquired_frame(np.clip(share[:rows, :columns], 0, 1), prepared, shape)


def radius_in(prepared: Prepared, scale: float) -> float:
    """Of a mass, in the detector's pixels."""
    row_mm = prepared.spacing_mm[0] if prepared.spacing_mm else USUAL_BREAST_MM / prepared.pixels.shape[0]
    return max(2.0, DIAMETER_MM / 2 / row_mm * scale)


def grid_of(picture: Floats, radius: float) -> Grid:
    """Every place at which most of a mass lies in the breast; contrasts change from place to place."""
    step = 2 * radius
    rows, columns = (np.arange(step / 2, length, step).astype(int) for length in picture.shape)
    breast = cv2.copyMakeBorder((picture > 0).astype(np.uint8), 1, 1, 0, 1, cv2.BORDER_CONSTANT, value=0)
    depth = cv2.distanceTransform(breast, cv2.DIST_L2, 5)[1:-1, :-1]  # the chest wall, on the left, is no edge
    i, j = np.nonzero(depth[np.ix_(rows, columns)] >= 0.8 * radius)
    contrast = np.asarray(CONTRASTS, np.float32)[(i + 2 * j) % len(CONTRASTS)]
    return Grid(columns[j], rows[i], contrast, (i % APART) * APART + j % APART, radius)


def seen_at(picture: Floats, grid: Grid, detector: Detector) -> Floats:
    """(N,) the detector's confidence at each mass."""
    confidences = np.zeros(len(grid.x), np.float32)
    for chosen in copies(grid):
        boxes, said = all_marks(detector, with_masses(picture, grid, chosen))
        for i in chosen:
            confidences[i] = confidence_near(boxes, said, grid.x[i], grid.y[i], grid.radius)
    return confidences


def copies(grid: Grid) -> Iterator[NDArray[np.intp]]:
    for copy in np.unique(grid.copy):
        yield np.flatnonzero(grid.copy == copy)


def all_marks(detector: Detector, picture: Floats) -> tuple[Floats, Floats]:
    """Without the limit of marks an image, where the detector knows one: many masses are drawn into one copy."""
    ask = getattr(detector, "all_marks", detector)
    boxes, confidences = ask(picture)
    return boxes, confidences


def confidence_near(boxes: Floats, confidences: Floats, x: float, y: float, radius: float) -> float:
    """The highest of the marks whose middle lies on the mass; 0 without one."""
    middle_y, middle_x = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    return float(confidences[np.hypot(middle_x - x, middle_y - y) <= radius].max(initial=0.0))


def with_masses(picture: Floats, grid: Grid, chosen: NDArray[np.intp]) -> Floats:
    """A copy of the picture with those masses added."""
    reach = int(np.ceil(grid.radius))
    nodule = designer_nodule(grid.radius, reach)
    drawn = cv2.copyMakeBorder(picture, reach, reach, reach, reach, cv2.BORDER_REPLICATE)
    for i in chosen:
        drawn[grid.y[i] : grid.y[i] + 2 * reach + 1, grid.x[i] : grid.x[i] + 2 * reach + 1] += grid.contrast[i] * nodule
    inside = drawn[reach:-reach, reach:-reach]
    return np.asarray(np.where(picture > 0, np.clip(inside, 0, 1), 0), np.float32)


def designer_nodule(radius: float, reach: int) -> Floats:
    """(2 reach + 1, 2 reach + 1): 1 in the middle, 0 from `radius` on."""
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1] / radius
    return np.asarray(np.clip(1 - x**2 - y**2, 0, 1) ** 1.5, np.float32)
