"""Values <-> JSON of the HTTP interface. The result document itself is pipeline/document.py's."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any

import numpy as np

from app.store import Record
from app.studies import Study
from models.weights import Card
from pipeline.finding import Finding, Kind
from pipeline.geometry import Box
from pipeline.preprocess import Prepared

Json = dict[str, Any]

VALIDATION = re.compile(r"(?P<images>\d+) (?P<data>\S+) views validate")  # as trainings word it in their cards


def record_to_json(record: Record, referable: bool) -> Json:
    """The document's own fields at the top once there is one, and where the analysis stands.

    `referable`: the image came as a DICOM object, so DICOM results can refer to it.
    """
    document = record.document or {"file": record.file}
    return {
        **document,
        "id": record.id,
        "state": record.state,
        "stage": record.stage,
        "created": record.created,
        "error": record.error,
        "analysis": record.document,
        "preprocessed": record.preprocessed,
        "referable": referable,
        "study": record.study,
        "acquired": record.acquired,
    }


def record_to_line(record: Record) -> Json:
    """What a worklist shows of an image; null is unknown, or not known yet."""
    return {
        "id": record.id,
        "file": record.file,
        "state": record.state,
        "stage": record.stage,
        "created": record.created,
        "study": record.study,
        "laterality": record.laterality,
        "view": record.view,
        "acquired": record.acquired,
        "findings": record.findings,
        "marked": record.marked,
        "cancer": record.cancer,
    }


def study_to_json(study: Study, retention_days: float) -> Json:
    return {
        "id": study.id,
        "created": study.created,
        "acquired": study.acquired,
        "label": study.label,
        "state": study.state,
        "expires": study.expires(retention_days),
        "analyses": [record_to_line(record) for record in study.analyses],
        "breasts": {side: {"cancer": study.cancer(side)} for side in ("L", "R")},
        "exam": {"cancer": study.cancer()},
        "previous": list(study.previous),
    }


def prepared_to_json(prepared: Prepared) -> Json:
    """How prepared pixels come from those of the sent image (pipeline/geometry.py Transform), and their size."""
    way = prepared.transform
    rows, columns = prepared.pixels.shape
    return {
        "flipped": bool(way.flipped),
        "left": float(way.left),
        "top": float(way.top),
        "scale_x": float(way.scale_x),
        "scale_y": float(way.scale_y),
        "acquired_width": int(way.acquired_width),
        "width": int(columns),
        "height": int(rows),
    }


def findings_of(document: Json) -> tuple[Finding, ...]:
    """The findings of a stored document; sizes are left out, no picture shows them."""
    return tuple(_finding(entry) for entry in document["findings"])


def _finding(entry: Json) -> Finding:
    outline, pathology = entry["outline"], entry["pathology"]
    return Finding(
        kind=Kind(entry["kind"]),
        box=Box(**entry["box"]),
        confidence=entry["confidence"],
        outline=None if outline is None else np.array(outline, dtype=np.float64).reshape(-1, 2),
        malignant=None if pathology is None else pathology["malignant"],
    )


def card_to_json(card: Card) -> Json:
    """What the card says for people; not what the pipeline needs to run the file (recipe, inputs)."""
    return {
        "name": card.name,
        "task": card.task,
        "preset": card.preset,
        "architecture": card.architecture,
        "version": card.version,
        "sha256": card.sha256,
        "training": dict(card.training),
        "metrics": {name: asdict(metric) for name, metric in card.metrics.items()},
        "calibration": dict(card.calibration),
        "operating_points": [dict(point) for point in card.operating_points],
        "measured_on": _measured_on(card),
        "limits": list(card.limits),
        "data_licence": card.data_licence,
    }


def _measured_on(card: Card) -> Json | None:
    """Of which images and lesions the operating points are; null where there are none or the card does not say."""
    said = VALIDATION.search(str(card.training.get("data", "")))
    lesions = {metric.n for name, metric in card.metrics.items() if name.startswith("sensitivity_at_")}
    if not card.operating_points or said is None or len(lesions) != 1:
        return None
    return {"data": said["data"], "images": int(said["images"]), "lesions": lesions.pop()}
