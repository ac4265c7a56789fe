"""The result document -> the Analysis it tells of, as far as it was written down."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipeline.document import to_document
from pipeline.finding import Analysis, Finding, Kind, Masking, MaskingLevel, Size
from pipeline.geometry import Box
from pipeline.mammogram import Laterality, Mammogram

Json = dict[str, Any]


def analysis_of(document: Json, pixels: Mammogram) -> Analysis:
    """What to_document() wrote, in its rounding; `pixels` is the image, whose facts the document tells."""
    image, cancer = document["image"], document["cancer"]
    spacing = image["pixel_spacing_mm"]
    mammogram = Mammogram(
        pixels.pixels,
        laterality=Laterality(image["laterality"]) if image["laterality"] else None,
        view=image["view"],
        spacing_mm=(spacing[0], spacing[1]) if spacing else None,
        grey_levels=pixels.grey_levels,
        warnings=pixels.warnings,
        magnification=image.get("magnification", 1.0),
    )
    return Analysis(
        mammogram,
        tuple(_finding(entry) for entry in document["findings"]),
        _masking(document["masking"]),
        None if cancer is None else cancer["probability"],
        models=document["models"],
        timings_ms=document["timings_ms"],
        warnings=tuple(document["warnings"]),
    )


def as_documented(analysis: Analysis) -> Analysis:
    """The analysis in the document's rounding: what is made of it now equals what is made of the document later."""
    return analysis_of(to_document(analysis, ""), analysis.mammogram)


def _finding(entry: Json) -> Finding:
    outline, pathology, size = entry["outline"], entry["pathology"], entry["size_mm"]
    return Finding(
        kind=Kind(entry["kind"]),
        box=Box(**entry["box"]),
        confidence=entry["confidence"],
        outline=None if outline is None else np.array(outline, np.float64).reshape(-1, 2),
        malignant=None if pathology is None else pathology["malignant"],
        size=None if size is None else Size(size["long_axis"], size["area"]),
    )


def _masking(entry: Json | None) -> Masking | None:
    if entry is None:
        return None
    shares = {MaskingLevel(level): share for level, share in entry["probabilities"].items()}
    return Masking(MaskingLevel(entry["level"]), shares)
