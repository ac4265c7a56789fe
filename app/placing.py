"""Where each finding lies in the breast, beside it in the stored document: pages have the words, we the places."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.dicom_values import values_of
from pipeline.export.source import SourceHeaders
from pipeline.geometry import Box
from pipeline.location import Breast, Location, Orientation, breast_of, describe
from pipeline.mammogram import Mammogram
from pipeline.read_quietly import quietly

Json = dict[str, Any]


def with_places(
    document: Json, mammogram: Mammogram, mask: NDArray[np.bool_], source: SourceHeaders | None = None
) -> Json:
    """The document with a `location` in every finding. `mask` (rows, columns) is the breast in the sent image."""
    breast = breast_of(mask) if mask.any() else None
    orientation = orientation_of(source) if source else None
    findings = [
        {**finding, "location": _place(finding["box"], mammogram, breast, orientation)}
        for finding in document["findings"]
    ]
    return {**document, "findings": findings}


def orientation_of(source: SourceHeaders) -> Orientation | None:
    """Patient Orientation (0020,0020): where rows and columns run; None where the header does not say both."""
    with quietly():
        found = values_of(source.dataset, "PatientOrientation")
    return (str(found[0]), str(found[1])) if len(found) == 2 else None


def _place(
    box: dict[str, float], mammogram: Mammogram, breast: Breast | None, orientation: Orientation | None
) -> Json | None:
    if breast is None:
        return None
    spacing = mammogram.size_spacing_mm
    return _json(describe(Box(**box), breast, mammogram.laterality, mammogram.view, spacing, orientation))


def _json(place: Location) -> Json:
    return {
        "region": place.region.value if place.region else None,
        "depth": place.depth.value,
        "nipple_mm": None if place.nipple_mm is None else round(place.nipple_mm, 1),
        "assumed": place.assumed,
    }
