"""What is true and what was marked, drawn over a real image: it lives in a report below --out, nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.finding import Finding
from pipeline.geometry import Box, Points
from training.evaluation.values import Case, Picture

SIDE = 480  # pixels of a thumbnail, shown about half as large
CONTEXT = 2.0  # sides of what is shown, as margin around it
TRUTH, MARK = (60, 200, 60), (0, 140, 255)  # BGR: green, orange
Image = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Overlay:
    case: Case
    kind: str
    caption: str
    around: Box | None  # what the thumbnail shows, with its surroundings; None for the whole image


def picture_of(overlay: Overlay) -> Picture:
    """JPEG of the surroundings, truth and marks drawn over them."""
    case = overlay.case
    window = _window(overlay.around, case)
    rows = slice(int(window.y), int(np.ceil(window.bottom)))
    pixels = case.example.load().pixels[rows, int(window.x) : int(np.ceil(window.right))]
    scale = SIDE / max(pixels.shape)
    grey = cv2.resize((pixels * 255).astype(np.uint8), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    coloured = np.repeat(np.asarray(grey, np.uint8)[:, :, None], 3, axis=2)
    drawn = _drawn(coloured, case, (rows.start, int(window.x)), scale)
    done, encoded = cv2.imencode(".jpg", drawn, [cv2.IMWRITE_JPEG_QUALITY, 85])
    if not done:
        raise RuntimeError("OpenCV could not encode the thumbnail")
    where = ", ".join(filter(None, [case.example.image_id, case.example.view]))
    return Picture(overlay.kind, f"{overlay.caption} ({where})", encoded.tobytes())


def _window(around: Box | None, case: Case) -> Box:
    if around is None:
        return Box(0, 0, case.width, case.height)
    side = max(around.width, around.height, 0.05 * case.width) * (1 + 2 * CONTEXT) / 2
    x, y = around.center
    return Box(x - side, y - side, 2 * side, 2 * side).clipped(case.width, case.height)


def _drawn(picture: Image, case: Case, origin: tuple[int, int], scale: float) -> Image:
    def placed(points: Points) -> NDArray[np.int32]:
        return np.round((points - (origin[1], origin[0])) * scale).astype(np.int32)

    for mark in (*case.masses, *case.clusters):
        _mark(picture, mark, placed)
    for cluster in case.example.calcifications or ():
        for spot in placed(cluster.box.corners()[:0] if cluster.outline is None else np.asarray(cluster.outline)):
            cv2.circle(picture, (int(spot[0]), int(spot[1])), 3, TRUTH, 1, cv2.LINE_AA)
    for mass in case.example.masses or ():
        points = _around(mass.box) if mass.outline is None else np.asarray(mass.outline, np.float64)
        cv2.polylines(picture, [placed(points)], True, TRUTH, 2, cv2.LINE_AA)
    return picture


def _mark(picture: Image, mark: Finding, placed: Callable[[Points], NDArray[np.int32]]) -> None:
    points = _around(mark.box) if mark.outline is None else mark.outline
    cv2.polylines(picture, [placed(points)], True, MARK, 2, cv2.LINE_AA)
    x, y = placed(mark.box.corners())[0].tolist()
    cv2.putText(picture, f"{mark.confidence:.2f}", (x, y - 5), cv2.FONT_HERSHEY_SIMPLEX, 0.6, MARK, 1, cv2.LINE_AA)


def _around(box: Box) -> Points:
    return np.array([[box.x, box.y], [box.right, box.y], [box.right, box.bottom], [box.x, box.bottom]], np.float64)
