"""Where in the breast a small mass could hide: masses of known contrast are set into the image, and the detector is
asked whether it still sees them.

The inserted mass is Burgess's "designer nodule" (Burgess et al. 1997, doi:10.1364/JOSAA.14.002420): contrast
(1 - (r / R)^2)^1.5, smooth, without edges. It is set in before the image is equalised, because that is what makes a
mass fade in dense tissue: set into the prepared picture it told far less (docs/heatmaps.md). The map tells about this
detector and this kind of mass, not about a reader.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.detect import Detector, fit_scale, letterboxed
from pipeline.frames import in_acquired_frame
from pipeline.mammogram import Mammogram
from pipeline.occlusion import between
from pipeline.preprocess import Prepared, Recipe, equalised

Floats = NDArray[np.float32]
Indices = NDArray[np.intp]

EXPLANATION = (
    "Where dense tissue could hide a mass here: share of drawn masses of 9 mm that the detector would miss, "
    "0 none, 1 all. No finding, and no statement about a reader."
)
DIAMETER_MM = 9.0
USUAL_BREAST_MM = 180.0  # high, where the file tells no pixel spacing
CONTRASTS = (0.11, 0.18, 0.29)  # of the way from air to the breast's brightest tissue, in turns from place to place
AIR, BRIGHTEST = 1, 99  # percentiles, of the image and of the breast
LEVELS = 1024  # grey levels of the reduced image: averaging made more of them than the file had
OPERATING_POINT = 0.3  # the confidence from which the page shows a mark unless the reader moves the slider
APART = 4  # steps between masses that are drawn into the same copy: 36 mm, so that they do not disturb each other
SOFTNESS = 0.5  # of the step from seen to missed, in logits of confidence


@dataclass(frozen=True, eq=False)
class Scene:
    """The image before it was equalised, reduced to the detector's scale, chest wall left."""

    pixels: Floats  # (rows, columns) 0..1, all that preprocess() equalises
    breast: Floats  # (height, width) of the detector's input: 1 in the breast, 0 elsewhere
    left: int  # of the detector's picture in `pixels`
    top: int
    scale: float  # its pixels per acquired pixel
    contrast: float  # brightness from air to the breast's brightest tissue
    recipe: Recipe

    def shown(self, pixels: Floats) -> Floats:
        """What the detector sees of `pixels`, prepared as the recipe says."""
        levels = np.asarray(np.rint(np.clip(pixels, 0, 1) * (LEVELS - 1)) / (LEVELS - 1), np.float32)
        grey = equalised(levels, LEVELS, self.recipe)[self.top :, self.left :] / np.float32(255)
        picture = np.zeros_like(self.breast)
        rows, columns = (min(lengths) for lengths in zip(picture.shape, grey.shape, strict=True))
        picture[:rows, :columns] = grey[:rows, :columns]
        return picture * self.breast


@dataclass(frozen=True, eq=False)
class Grid:
    """Places in the detector's picture, one diameter apart."""

    x: Indices  # (N,) pixels
    y: Indices
    contrast: Floats  # (N,)
    copy: Indices  # (N,) in which copy of the picture the mass is drawn
    radius: float  # of a mass, pixels


def masking_map(
    mammogram: Mammogram,
    prepared: Prepared,
    recipe: Recipe,
    detector: Detector,
    operating_point: float = OPERATING_POINT,
) -> Floats:
    """(rows, columns) of the mammogram: share 0..1 of masses missed there, 0 outside the breast.

    `prepared` is what preprocess() made of it by `recipe`; an 8-bit copy of the mammogram is good enough.
    """
    scene = scene_of(mammogram, prepared, recipe, detector)
    grid = grid_of(scene.breast, radius_in(prepared, scene.scale))
    missed, known = np.zeros_like(scene.breast), np.zeros_like(scene.breast)
    missed[grid.y, grid.x] = share_missed(seen_at(scene, grid, detector), operating_point)
    known[grid.y, grid.x] = 1
    share = between(missed, known, 1.4 * grid.radius) * scene.breast
    rows, columns = covered(prepared, scene.scale, share.shape)
    return in_acquired_frame(np.clip(share[:rows, :columns], 0, 1), prepared, mammogram.pixels.shape)


def scene_of(mammogram: Mammogram, prepared: Prepared, recipe: Recipe, detector: Detector) -> Scene:
    scale, way = fit_scale(prepared.pixels.shape, detector.height, detector.width), prepared.transform
    cut = round(mammogram.height * recipe.vertical_crop)
    rows = mammogram.pixels[cut : mammogram.height - cut]
    turned = np.ascontiguousarray(rows[:, ::-1]) if way.flipped else rows
    size = tuple(max(1, round(side * scale)) for side in turned.shape[::-1])
    pixels = np.asarray(cv2.resize(turned, size, interpolation=cv2.INTER_AREA), np.float32)
    breast = (letterboxed(prepared.pixels, detector.height, detector.width) > 0).astype(np.float32)
    left, top = round(way.left * scale), round((way.top - cut) * scale)
    there = pixels[top:, left:][: breast.shape[0], : breast.shape[1]]
    inside = there[breast[: there.shape[0], : there.shape[1]] > 0]
    contrast = float(np.percentile(inside, BRIGHTEST) - np.percentile(pixels, AIR))
    return Scene(pixels, breast, left, top, scale, contrast, recipe)


def covered(prepared: Prepared, scale: float, within: tuple[int, ...]) -> tuple[int, int]:
    """(rows, columns) of the detector's picture that hold image."""
    rows, columns = (
        min(length, round(side * scale)) for length, side in zip(within, prepared.pixels.shape, strict=True)
    )
    return rows, columns


def share_missed(confidences: Floats, operating_point: float) -> Floats:
    """0 well above the operating point, 1 well below it, one half at it."""
    kept = np.clip(np.append(confidences, operating_point), 0.01, 0.99)
    logits = np.log(kept / (1 - kept))
    return np.asarray(1 / (1 + np.exp((logits[:-1] - logits[-1]) / SOFTNESS)), np.float32)


def radius_in(prepared: Prepared, scale: float) -> float:
    """Of a mass, in the detector's pixels."""
    row_mm = prepared.spacing_mm[0] if prepared.spacing_mm else USUAL_BREAST_MM / prepared.pixels.shape[0]
    return max(2.0, DIAMETER_MM / 2 / row_mm * scale)


def grid_of(breast: Floats, radius: float) -> Grid:
    """Every place at which most of a mass lies in the breast; contrasts change from place to place."""
    step = 2 * radius
    rows, columns = (np.arange(step / 2, length, step).astype(int) for length in breast.shape)
    framed = cv2.copyMakeBorder(breast.astype(np.uint8), 1, 1, 0, 1, cv2.BORDER_CONSTANT, value=0)
    depth = cv2.distanceTransform(framed, cv2.DIST_L2, 5)[1:-1, :-1]  # the chest wall, on the left, is no edge
    i, j = np.nonzero(depth[np.ix_(rows, columns)] >= 0.8 * radius)
    contrast = np.asarray(CONTRASTS, np.float32)[(i + 2 * j) % len(CONTRASTS)]
    return Grid(columns[j], rows[i], contrast, (i % APART) * APART + j % APART, radius)


def seen_at(scene: Scene, grid: Grid, detector: Detector) -> Floats:
    """(N,) the detector's confidence at each mass."""
    confidences = np.zeros(len(grid.x), np.float32)
    for chosen in copies(grid):
        boxes, said = all_marks(detector, scene.shown(with_masses(scene, grid, chosen)))
        for i in chosen:
            confidences[i] = confidence_near(boxes, said, grid.x[i], grid.y[i], grid.radius)
    return confidences


def copies(grid: Grid) -> Iterator[Indices]:
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


def with_masses(scene: Scene, grid: Grid, chosen: Indices) -> Floats:
    """A copy of the scene's pixels with those masses added."""
    reach = int(np.ceil(grid.radius))
    nodule = designer_nodule(grid.radius, reach) * np.float32(scene.contrast)
    drawn = np.pad(scene.pixels, 2 * reach, mode="edge")
    for i in chosen:
        top, left = grid.y[i] + scene.top + reach, grid.x[i] + scene.left + reach
        drawn[top : top + 2 * reach + 1, left : left + 2 * reach + 1] += grid.contrast[i] * nodule
    return np.asarray(drawn[2 * reach : -2 * reach, 2 * reach : -2 * reach], np.float32)


def designer_nodule(radius: float, reach: int) -> Floats:
    """(2 reach + 1, 2 reach + 1): 1 in the middle, 0 from `radius` on."""
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1] / radius
    return np.asarray(np.clip(1 - x**2 - y**2, 0, 1) ** 1.5, np.float32)
