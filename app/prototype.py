"""The two routes of the program this one continues: what they compute. docs/http.md tells how its page uses them."""

from __future__ import annotations

import hashlib
import math
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from app.analyst import Analyst
from app.jobs import Jobs
from app.pictures import png
from pipeline.finding import Finding, Kind
from pipeline.geometry import Box
from pipeline.read import read

Mask = NDArray[np.uint8]  # (rows, columns) of the region, 0 or 255
REMEMBERED = 16  # analyses; findings only, no pixels
ROI_MARGIN = 0.3  # of the longer side, on each side: the published cut
UNKNOWN = 0.5  # pathology where it was not estimated: neither answer


@dataclass(frozen=True, eq=False)
class Seen:
    """What was found in one picture of `width` x `height` pixels."""

    width: int
    height: int
    findings: tuple[Finding, ...]


class Prototype:
    def __init__(self, jobs: Jobs, analyst: Analyst) -> None:
        self._jobs, self._analyst = jobs, analyst
        self._seen: OrderedDict[str, Seen] = OrderedDict()
        self._lock = threading.Lock()

    def preprocessed(self, data: bytes) -> bytes:
        """PNG bytes of the prepared picture. Raises PipelineError."""
        return png(self._analyst.prepare(read(data, self._jobs.settings.max_pixels)).pixels)

    def segmentations(self, data: bytes, threshold: float) -> list[dict[str, Any]]:
        """The masses of a picture from `threshold` up. Models run once for a picture, not once for a threshold."""
        seen = self._look(data)
        return [
            segmentation_to_json(finding, seen.width, seen.height)
            for finding in seen.findings
            if finding.kind is Kind.MASS and finding.confidence >= threshold
        ]

    def _look(self, data: bytes) -> Seen:
        key = hashlib.sha256(data).hexdigest()
        with self._lock:
            if key in self._seen:
                self._seen.move_to_end(key)
                return self._seen[key]
        seen = self._analyze(data)
        with self._lock:
            self._seen[key] = seen
            while len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)
        return seen

    def _analyze(self, data: bytes) -> Seen:
        mammogram = read(data, self._jobs.settings.max_pixels)
        analysis = self._jobs.run(lambda: self._analyst.analyze(mammogram, lambda stage: None)).result()
        return Seen(mammogram.width, mammogram.height, analysis.findings)


def segmentation_to_json(finding: Finding, width: int, height: int) -> dict[str, Any]:
    """One entry of the prototype's answer, in pixels of a `width` x `height` picture. `width` there counts rows."""
    left, top, right, bottom = region_around(finding, width, height)
    mask = mask_in(finding, left, top, right, bottom)
    rows, columns = np.nonzero(mask.any(axis=1))[0], np.nonzero(mask.any(axis=0))[0]
    y, x = int(rows[0]), int(columns[0])
    return {
        "segmentation": mask.ravel().tolist(),
        "width": bottom - top,
        "height": right - left,
        "roi_bbox": [top, left, bottom, right],
        "bbox": [top + y, left + x, int(columns[-1]) + 1 - x, int(rows[-1]) + 1 - y],
        "bboxConfidence": float(finding.confidence),
        "pathology": float(UNKNOWN if finding.malignant is None else finding.malignant),
    }


def region_around(finding: Finding, width: int, height: int) -> tuple[int, int, int, int]:
    """(left, top, right, bottom): square wherever the picture is large enough, moved rather than cut at its edges.

    The prototype's page reads the mask with rows and columns exchanged, which only a square region forgives.
    """
    extent = _extent(finding).clipped(width, height)
    side = math.ceil(max(extent.width, extent.height, 1.0) * (1 + 2 * ROI_MARGIN))
    columns, rows = _span(extent.x, extent.width, side, width), _span(extent.y, extent.height, side, height)
    if side > min(width, height):  # as large a square as fits, if it still holds the finding
        side = min(width, height)
        if side >= max(extent.width, extent.height) + 1:
            columns, rows = _span(extent.x, extent.width, side, width), _span(extent.y, extent.height, side, height)
    return columns[0], rows[0], columns[1], rows[1]


def _span(start: float, length: float, side: int, limit: int) -> tuple[int, int]:
    """`side` pixels around start..start + length, inside 0..limit."""
    side = min(side, limit)
    first = min(max(math.floor(start + length / 2 - side / 2), 0), limit - side)
    return first, first + side


def _extent(finding: Finding) -> Box:
    """The box, and what of the outline reaches beyond it."""
    box = finding.box
    if finding.outline is None or not len(finding.outline):
        return box
    round_it = Box.around(finding.outline)
    return Box.from_corners(
        min(box.x, round_it.x), min(box.y, round_it.y), max(box.right, round_it.right), max(box.bottom, round_it.bottom)
    )


def mask_in(finding: Finding, left: int, top: int, right: int, bottom: int) -> Mask:
    """The outline filled with 255, or the box where there is no outline; never empty."""
    mask = np.zeros((bottom - top, right - left), np.uint8)
    if finding.outline is not None and len(finding.outline) >= 3:
        corners = np.floor(finding.outline - (left, top)).astype(np.int32)  # the pixel that each corner lies in
        cv2.fillPoly(mask, [corners], 255)
    if not mask.any():
        box = finding.box.clipped(right, bottom)
        x, y = min(max(int(box.x) - left, 0), right - left - 1), min(max(int(box.y) - top, 0), bottom - top - 1)
        mask[y : max(math.ceil(box.bottom) - top, y + 1), x : max(math.ceil(box.right) - left, x + 1)] = 255
    return mask
