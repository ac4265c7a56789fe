"""Analysis -> the result document, the same on the command line, in the API and on disk."""

from __future__ import annotations

from typing import Any

from pipeline.finding import Analysis, Finding
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
        "findings": [_finding(i, finding) for i, finding in enumerate(analysis.findings, start=1)],
        "masking": _masking(analysis),
        "cancer": None if analysis.cancer is None else {"probability": round(analysis.cancer, 4)},
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
        "pathology": None if finding.malignant is None else {"malignant": round(finding.malignant, 4)},
        "size_mm": None
        if size is None
        else {"long_axis": round(size.long_axis_mm, 1), "area": round(size.area_mm2, 1)},
    }


def _masking(analysis: Analysis) -> dict[str, Any] | None:
    if analysis.masking is None:
        return None
    probabilities = {level.value: round(share, 4) for level, share in analysis.masking.probabilities.items()}
    return {"level": analysis.masking.level.value, "probabilities": probabilities}
