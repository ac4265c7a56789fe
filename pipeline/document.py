"""Analysis -> the result document, the same on the command line, in the API and on disk."""

from __future__ import annotations

from typing import Any

from pipeline.finding import Analysis, Calcifications, Cancer, Finding, Look, SecondOpinion
from pipeline.mammogram import Mammogram

SCHEMA = "mammoscope/analysis/1"
DISCLAIMER = "Research and demonstration software, not a medical device."


def to_document(analysis: Analysis, file: str) -> dict[str, Any]:
    """Plain JSON values. Coordinates in pixels of the sent image, origin at its top left; `null` is unknown."""
    return {
        "schema": SCHEMA,
        "disclaimer": DISCLAIMER,
        "file": file,
        "image": _image(analysis.mammogram),
        "look": _look(analysis.look),
        "findings": [_finding(i, finding) for i, finding in enumerate(analysis.findings, start=1)],
        "masking": _masking(analysis),
        "cancer": _cancer(analysis.cancer),
        "warnings": list(analysis.warnings),
        "models": dict(analysis.models),
        "timings_ms": dict(analysis.timings_ms),
    }


def _image(mammogram: Mammogram) -> dict[str, Any]:
    """Spacing is at the detector; `magnification`, by which sizes were divided, is there only where it is not 1."""
    magnified = mammogram.magnification != 1
    return {
        "width": mammogram.width,
        "height": mammogram.height,
        "laterality": mammogram.laterality.value if mammogram.laterality else None,
        "view": mammogram.view,
        "pixel_spacing_mm": list(mammogram.spacing_mm) if mammogram.spacing_mm else None,
        **({"magnification": round(mammogram.magnification, 4)} if magnified else {}),
    }


def _look(look: Look | None) -> dict[str, Any] | None:
    if look is None:
        return None
    return {
        "mammogram": round(look.mammogram, 4),
        "inside": round(look.inside, 4),
        "words": list(look.words),
        "doubtful": look.doubtful,
    }


def _finding(number: int, finding: Finding) -> dict[str, Any]:
    box, size = finding.box, finding.size
    return {
        "id": number,
        "kind": finding.kind.value,
        "box": {side: round(getattr(box, side), 2) for side in ("x", "y", "width", "height")},
        "confidence": round(finding.confidence, 4),
        "outline": None
        if finding.outline is None
        else [[round(x, 2), round(y, 2)] for x, y in finding.outline.tolist()],
        "pathology": None
        if finding.malignant is None
        else {"malignant": round(finding.malignant, 4), "interval": _interval(finding.interval)},
        "size_mm": None
        if size is None
        else {"long_axis": round(size.long_axis_mm, 1), "area": round(size.area_mm2, 1)},
        "calcifications": _calcifications(finding.calcifications),
        "second_opinion": _second_opinion(finding.second_opinion),
    }


def _calcifications(found: Calcifications | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "count": found.count,
        "extent_mm": None if found.extent_mm is None else round(found.extent_mm, 1),
        "spots": [[round(x, 2), round(y, 2)] for x, y in found.spots.tolist()],
    }


def _second_opinion(said: SecondOpinion | None) -> dict[str, Any] | None:
    if said is None:
        return None
    return {"model": said.model, "malignant": round(said.malignant, 4), "disagrees": said.disagrees}


def _cancer(said: Cancer | None) -> dict[str, Any] | None:
    if said is None:
        return None
    return {
        "probability": round(said.probability, 4),
        "image": round(said.image, 4),
        "interval": _interval(said.interval),
        "worst_finding": said.worst_finding,
    }


def _interval(interval: tuple[float, float] | None) -> list[float] | None:
    return None if interval is None else [round(edge, 4) for edge in interval]


def _masking(analysis: Analysis) -> dict[str, Any] | None:
    if analysis.masking is None:
        return None
    probabilities = {level.value: round(share, 4) for level, share in analysis.masking.probabilities.items()}
    return {"level": analysis.masking.level.value, "probabilities": probabilities}
