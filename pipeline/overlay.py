"""Marks drawn over an image, for people and programs that show pictures and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.finding import Finding, Kind

Grey8 = NDArray[np.uint8]  # (rows, columns)
Rgb8 = NDArray[np.uint8]  # (rows, columns, 3), red first

# Amber and sky blue (Okabe & Ito 2008) are told apart with every common colour blindness; neither says "good" or "bad".
COLOURS = {Kind.MASS: (230, 159, 0), Kind.CALCIFICATION_CLUSTER: (86, 180, 233)}
WORDS = {Kind.MASS: "mass", Kind.CALCIFICATION_CLUSTER: "calcification cluster"}
FONT = cv2.FONT_HERSHEY_SIMPLEX
LINES_PER_IMAGE = 60  # lettering: this many lines would fill the longer side
LETTER_PIXELS = 22.0  # height of this font at scale 1, capitals
LEAST_SCALE = 0.4  # smaller letters cannot be read
PLATE = (16, 16, 16)


def caption(number: int, finding: Finding) -> str:
    """As in "1 mass 83 %, malignant 71 %": the detector's confidence, then the estimated pathology."""
    text = f"{number} {WORDS[finding.kind]} {finding.confidence:.0%}"
    return text if finding.malignant is None else f"{text}, malignant {finding.malignant:.0%}"


def draw_marks(
    grey: Grey8,
    findings: Sequence[Finding],
    min_confidence: float,
    footer: str = "",
    say: Callable[[int, Finding], str] = caption,
    lines: int = LINES_PER_IMAGE,
) -> Rgb8:
    """Box, outline and a line of text for each finding from `min_confidence` up; `footer` along the lower edge.

    The picture keeps its size; findings are in its pixels. Numbers count the findings as they come, from 1.
    `say` words a mark; `lines` of lettering would fill the longer side.
    """
    picture: Rgb8 = np.repeat(grey[:, :, None], 3, axis=2)
    stroke = max(1, round(max(grey.shape) / 800))
    for number, finding in enumerate(findings, 1):
        if finding.confidence >= min_confidence:
            _draw(picture, finding, say(number, finding), stroke, lines)
    if footer:
        _write(picture, footer, (stroke * 4, grey.shape[0] - stroke * 4), (255, 255, 255), lines)
    return picture


def _draw(picture: Rgb8, finding: Finding, text: str, stroke: int, lines: int) -> None:
    colour = COLOURS[finding.kind]
    box = finding.box
    left, top, right, bottom = (round(value) for value in (box.x, box.y, box.right - 1, box.bottom - 1))
    cv2.rectangle(picture, (left, top), (right, bottom), colour, stroke)
    if finding.outline is not None and len(finding.outline) >= 3:
        corners = np.floor(finding.outline).astype(np.int32)
        cv2.polylines(picture, [corners], True, colour, stroke, cv2.LINE_AA)
    _write(picture, text, (left, top - stroke * 3), colour, lines)


def _write(picture: Rgb8, text: str, at: tuple[int, int], colour: tuple[int, int, int], lines: int) -> None:
    """`at` is the lower left of the text, moved so that all of it can be read; a dark plate parts it from tissue."""
    rows, columns = picture.shape[:2]
    scale = max(LEAST_SCALE, max(rows, columns) / lines / LETTER_PIXELS / 1.5)
    (width, _), _ = cv2.getTextSize(text, FONT, scale, 1)
    scale *= min(1.0, columns / max(width, 1))
    (width, height), below = cv2.getTextSize(text, FONT, scale, 1)
    left = min(max(at[0], 0), max(columns - width, 0))
    line = min(max(at[1], height + 1), rows - below - 1)
    cv2.rectangle(picture, (left, line - height - 1), (left + width, line + below), PLATE, cv2.FILLED)
    cv2.putText(picture, text, (left, line), FONT, scale, colour, 1, cv2.LINE_AA)
