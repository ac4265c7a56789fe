"""Result document and picture -> what the report says, before it is laid out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import UnsupportedImage
from pipeline.finding import Finding, Kind, SecondOpinion
from pipeline.geometry import Box
from pipeline.location import Breast, Location, Orientation, breast_in, describe
from pipeline.mammogram import Laterality
from pipeline.report import words
from pipeline.report.picture import Picture, marked

Json = Mapping[str, Any]
Grey8 = NDArray[np.uint8]  # (rows, columns)
MOST_ROWS = 10  # on one page


@dataclass(frozen=True)
class Row:
    """One finding in words; "" where a fact is unknown."""

    number: int
    kind: Kind
    location: str
    size: str
    confidence: str
    malignant: str

    @property
    def what(self) -> str:
        return words.KINDS[self.kind]


@dataclass(frozen=True, eq=False)
class Content:
    reference: str  # an id that says nothing about the patient
    analysed: str
    examination: str
    threshold: str
    rows: tuple[Row, ...]
    left_out: str  # how many findings are not on this page
    masking: str
    cancer: str
    meanings: tuple[str, ...]
    warnings: tuple[str, ...]
    models: tuple[str, ...]
    picture: Picture


def content_of(
    document: Json,
    grey: Grey8,
    min_confidence: float,
    reference: str = "",
    analysed: str = "",
    orientation: Orientation | None = None,
) -> Content:
    """`document` as pipeline.document writes it, `grey` the sent image at 8 bit, `analysed` when, in words.

    Of the document's `file`, which whoever sent it chose, nothing is taken over.
    """
    findings = [(entry["id"], _finding(entry)) for entry in document["findings"]]
    shown = [(number, finding) for number, finding in findings if finding.confidence >= min_confidence]
    listed = shown[:MOST_ROWS]
    breast = _breast(grey)
    places = [_place(finding.box, document["image"], breast, orientation) for _, finding in listed]
    assumed = any(place is not None and place.assumed for place in places)
    return Content(
        reference=reference,
        analysed=analysed,
        examination=examination(document["image"]),
        threshold=words.threshold_words(min_confidence),
        rows=tuple(_row(n, f, document, place) for (n, f), place in zip(listed, places, strict=True)),
        left_out=words.left_out_words(len(findings) - len(shown), len(shown) - len(listed)),
        masking=words.masking_words(document["masking"], (document["masking"] or {}).get("probabilities", {})),
        cancer="not estimated" if document["cancer"] is None else words.percent(document["cancer"]["probability"]),
        meanings=_meanings(assumed, any(finding.second_opinion for _, finding in listed)),
        warnings=tuple(document["warnings"]),
        models=tuple(f"{task}: {name}" for task, name in document["models"].items()),
        picture=marked(grey, listed, breast.box if breast else None),
    )


def _meanings(assumed: bool, second: bool) -> tuple[str, ...]:
    return (*words.MEANINGS, *([words.SECOND] if second else []), *([words.ASSUMED] if assumed else []))


def examination(image: Json) -> str:
    """As in "Left breast, craniocaudal (CC) view; 3328 × 4084 pixels of 0.07 mm"."""
    view = (image["view"] or "").upper()
    shown = f"{words.VIEWS.get(view, view.lower())} view" if view else "view unknown"
    spacing = image["pixel_spacing_mm"]
    size = f"of {spacing[0]:.3g} mm" if spacing else "of unknown size: no sizes in millimetres"
    magnified = f", magnified {image['magnification']:.3g} times" if "magnification" in image else ""
    side = words.SIDES.get(image["laterality"], "Side unknown")
    return f"{side}, {shown}; {image['width']} × {image['height']} pixels {size}{magnified}"


def _finding(entry: Json) -> Finding:
    outline, pathology, second = entry["outline"], entry["pathology"], entry.get("second_opinion")
    return Finding(
        kind=Kind(entry["kind"]),
        box=Box(**entry["box"]),
        confidence=entry["confidence"],
        outline=None if outline is None else np.array(outline, np.float64).reshape(-1, 2),
        malignant=None if pathology is None else pathology["malignant"],
        second_opinion=SecondOpinion(**second) if second else None,
    )


def _place(box: Box, image: Json, breast: Breast | None, orientation: Orientation | None) -> Location | None:
    if breast is None:
        return None
    side = Laterality(image["laterality"]) if image["laterality"] else None
    row, column = image["pixel_spacing_mm"] or (None, None)
    factor = image.get("magnification", 1.0)
    in_the_breast = (row / factor, column / factor) if row and column else None
    return describe(box, breast, side, image["view"], in_the_breast, orientation)


def _breast(grey: Grey8) -> Breast | None:
    try:
        return breast_in(grey.astype(np.float32) / np.float32(255))
    except UnsupportedImage:
        return None


def _row(number: int, finding: Finding, document: Json, place: Location | None) -> Row:
    size = next(entry["size_mm"] for entry in document["findings"] if entry["id"] == number)
    return Row(
        number=number,
        kind=finding.kind,
        location=place.words() if place else "",
        size=f"{size['long_axis']:g} mm" if size else "",
        confidence=f"{finding.confidence:.2f}",
        malignant=words.malignant_words(finding.malignant, finding.second_opinion),
    )
