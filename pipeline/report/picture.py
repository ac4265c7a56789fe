"""The breast with numbered marks, small enough for a page.

What lies around the breast is cut off: there is nothing to see there but labels, which may name the patient.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.finding import Finding
from pipeline.geometry import Box, Transform
from pipeline.overlay import draw_marks

Grey8 = NDArray[np.uint8]  # (rows, columns)
LONGEST_SIDE = 1200  # pixels; some 12 cm on paper at 250 dpi
QUALITY = 85
LINES = 24  # numbers: this many would fill the longer side
MARGIN = 0.03  # around the breast


@dataclass(frozen=True)
class Picture:
    jpeg: bytes
    width: int
    height: int


def marked(grey: Grey8, numbered: Sequence[tuple[int, Finding]], breast: Box | None = None) -> Picture:
    """JPEG of `grey` with each finding's box, outline and number, cut to `breast` and the boxes; all in its pixels."""
    cut = _cut(grey, [breast, *(finding.box for _, finding in numbered)] if breast else [])
    left, top, right, bottom = cut
    part = grey[top:bottom, left:right]
    scale = min(1.0, LONGEST_SIDE / max(part.shape))
    small = cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else part
    way = Transform(grey.shape[1], False, left, top, small.shape[1] / part.shape[1], small.shape[0] / part.shape[0])
    findings = [_moved(finding, way) for _, finding in numbered]
    numbers = [str(number) for number, _ in numbered]
    drawn = draw_marks(np.asarray(small, np.uint8), findings, 0.0, say=lambda place, _: numbers[place - 1], lines=LINES)
    return _jpeg(drawn)


def _cut(grey: Grey8, shown: list[Box | None]) -> tuple[int, int, int, int]:
    """left, top, right, bottom of what holds all boxes with a margin; the whole picture without any."""
    rows, columns = grey.shape
    corners = [box.corners() for box in shown if box is not None]
    if not corners:
        return 0, 0, columns, rows
    box = Box.around(np.concatenate(corners)).with_margin(MARGIN).clipped(columns, rows)
    return int(box.x), int(box.y), int(np.ceil(box.right)), int(np.ceil(box.bottom))


def _moved(finding: Finding, way: Transform) -> Finding:
    outline = None if finding.outline is None else way.points_to_prepared(finding.outline)
    return replace(finding, box=way.to_prepared(finding.box), outline=outline)


def _jpeg(drawn: NDArray[np.uint8]) -> Picture:
    written, data = cv2.imencode(".jpg", cv2.cvtColor(drawn, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    if not written:
        raise ValueError(f"no JPEG can be made of shape {drawn.shape}")
    return Picture(bytes(data), drawn.shape[1], drawn.shape[0])
