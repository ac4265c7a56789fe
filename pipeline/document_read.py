"""The result document -> the Analysis it tells of, as far as it was written down."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipeline.document import to_document
from pipeline.finding import (
    Analysis,
    Calcifications,
    Cancer,
    Finding,
    Kind,
    Look,
    Masking,
    MaskingLevel,
    SecondOpinion,
    Size,
)
from pipeline.geometry import Box
from pipeline.mammogram import Laterality, Mammogram

Json = dict[str, Any]


def analysis_of(document: Json, pixels: Mammogram) -> Analysis:
    """What to_document() wrote, in its rounding; `pixels` is the image, whose facts the document tells."""
    image = document["image"]
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
        _cancer(document["cancer"]),
        models=document["models"],
        timings_ms=document["timings_ms"],
        warnings=tuple(document["warnings"]),
        look=_look(document.get("look")),
    )


def as_documented(analysis: Analysis) -> Analysis:
    """The analysis in the document's rounding: what is made of it now equals what is made of the document later."""
    return analysis_of(to_document(analysis, ""), analysis.mammogram)


def _look(entry: Json | None) -> Look | None:
    """Documents kept by earlier versions have none."""
    if entry is None:
        return None
    return Look(entry["mammogram"], entry["inside"], tuple(entry["words"]), doubtful=entry["doubtful"])


def _finding(entry: Json) -> Finding:
    outline, pathology, size = entry["outline"], entry["pathology"], entry["size_mm"]
    return Finding(
        kind=Kind(entry["kind"]),
        box=Box(**entry["box"]),
        confidence=entry["confidence"],
        outline=None if outline is None else np.array(outline, np.float64).reshape(-1, 2),
        malignant=None if pathology is None else pathology["malignant"],
        size=None if size is None else Size(size["long_axis"], size["area"]),
        interval=_interval(pathology and pathology.get("interval")),
        calcifications=_calcifications(entry.get("calcifications")),
        second_opinion=_second_opinion(entry.get("second_opinion")),
    )


def _calcifications(entry: Json | None) -> Calcifications | None:
    if entry is None:
        return None
    return Calcifications(np.array(entry["spots"], np.float64).reshape(-1, 2), entry["extent_mm"])


def _second_opinion(entry: Json | None) -> SecondOpinion | None:
    return None if entry is None else SecondOpinion(entry["model"], entry["malignant"], entry["disagrees"])


def _cancer(entry: Json | None) -> Cancer | None:
    """Documents kept by earlier versions had the probability alone."""
    if entry is None:
        return None
    probability: float = entry["probability"]
    return Cancer(
        probability, entry.get("image", probability), _interval(entry.get("interval")), entry.get("worst_finding")
    )


def _interval(entry: list[float] | None) -> tuple[float, float] | None:
    return None if entry is None else (entry[0], entry[1])


def _masking(entry: Json | None) -> Masking | None:
    if entry is None:
        return None
    shares = {MaskingLevel(level): share for level, share in entry["probabilities"].items()}
    return Masking(MaskingLevel(entry["level"]), shares)
