"""Pixel spacing given by hand, for files that carry none."""

from __future__ import annotations

import dataclasses
import math

from pipeline.dicom_spacing import SPACING_MISSING
from pipeline.mammogram import Mammogram

Pair = tuple[float, float]
SMALLEST_MM, LARGEST_MM = 0.01, 1.0  # 70 (micrometres) or 0.007 (centimetres) is a slip


def parse_spacing(words: str) -> Pair:
    """Millimetres as `0.07`, or row and column as `0.07,0.08`. Raises ValueError, whose text is for the person."""
    try:
        sides = tuple(float(word) for word in words.split(","))
    except ValueError:
        sides = ()
    if len(sides) not in (1, 2) or not all(math.isfinite(side) for side in sides):
        raise ValueError("expected millimetres such as 0.07, or row and column such as 0.07,0.08")
    if not all(SMALLEST_MM <= side <= LARGEST_MM for side in sides):
        raise ValueError(f"expected {SMALLEST_MM:g} to {LARGEST_MM:g} mm, received {words.strip()}")
    return sides[0], sides[-1]


def with_spacing(mammogram: Mammogram, by_hand: Pair | None) -> Mammogram:
    """`by_hand`, (row, column) in mm, where the file tells no spacing; what the file tells is kept."""
    if by_hand is None or mammogram.spacing_mm == by_hand:
        return mammogram
    given = f"{by_hand[0]:g} x {by_hand[1]:g} mm"
    if mammogram.spacing_mm is not None:
        said = f"Pixel spacing {given} was given by hand, but the file's own was kept."
        return dataclasses.replace(mammogram, warnings=(*mammogram.warnings, said))
    rest = tuple(warning for warning in mammogram.warnings if warning != SPACING_MISSING)
    said = f"Pixel spacing {given} was given by hand: sizes are as right as it is."
    return dataclasses.replace(mammogram, spacing_mm=by_hand, warnings=(*rest, said))
