"""The DICOM objects of a finished analysis, to be opened beside the image they are about."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import datetime

import numpy as np
from flask import Blueprint, Response, request
from pydicom import dcmwrite

from app import pictures, secret_key
from app.errors import ProblemError
from app.routes.analyses import find
from app.routes.images import DEFAULT_CONFIDENCE, confidence
from app.secret_key import key_at
from app.services import services
from app.store import SOURCE_HEADERS, Record
from pipeline.deidentify import deidentified_headers, without_surroundings
from pipeline.document_read import analysis_of
from pipeline.export import SourceHeaders, result_objects
from pipeline.finding import Analysis
from pipeline.mammogram import Mammogram
from pipeline.read_quietly import quietly

bp = Blueprint("objects", __name__, url_prefix="/api/v1/analyses/<id_>")

REPORTS = {"measurements": "sr", "cad": "cad_sr"}  # ?kind= of sr.dcm


@bp.get("/sr.dcm")
def structured_report(id_: str) -> Response:
    """The measurement report (TID 1500), or the Mammography CAD SR with ?kind=cad."""
    kind = request.args.get("kind", "measurements")
    if kind not in REPORTS:
        raise ProblemError("bad_parameter", f"kind is one of {', '.join(REPORTS)}.")
    return _object(id_, REPORTS[kind])


@bp.get("/seg.dcm")
def segmentation(id_: str) -> Response:
    """The outlines as masks."""
    return _object(id_, "seg")


@bp.get("/gsps.dcm")
def presentation_state(id_: str) -> Response:
    """The marks as a presentation state."""
    return _object(id_, "gsps")


@bp.get("/sc.dcm")
def secondary_capture(id_: str) -> Response:
    """The image with marks and disclaimer burnt in."""
    return _object(id_, "sc")


@bp.get("/pdf.dcm")
def encapsulated_report(id_: str) -> Response:
    """The one-page report."""
    return _object(id_, "pdf")


def _object(id_: str, kind: str) -> Response:
    least = confidence(request.args.get("min_confidence", str(DEFAULT_CONFIDENCE)), "min_confidence")
    record = find(id_)
    analysis, source = _analysis(record), _source(record)
    if _yes("deidentified"):
        analysis, source = _without_the_patient(analysis, source)
    at = datetime.fromisoformat(record.created).astimezone()
    stream = io.BytesIO()
    with quietly():
        dcmwrite(stream, result_objects(analysis, source, [kind], least, at)[kind], enforce_file_format=True)
    name = f'attachment; filename="{kind.replace("_", "-")}-{id_}.dcm"'
    headers = {"Cache-Control": "private, no-store", "Content-Disposition": name}  # the patient is named inside
    return Response(stream.getvalue(), mimetype="application/dicom", headers=headers)


def _yes(name: str) -> bool:
    """A parameter that is true or false, false by default. Raises ProblemError bad_parameter."""
    asked = request.args.get(name, "false")
    if asked not in ("true", "false"):
        raise ProblemError("bad_parameter", f"{name} is true or false.")
    return asked == "true"


def _without_the_patient(analysis: Analysis, source: SourceHeaders) -> tuple[Analysis, SourceHeaders]:
    """Referring to the image as `mammoscope deidentify` names it with the same key."""
    mammogram = without_surroundings(analysis.mammogram)
    key = key_at(services().settings.data_dir / secret_key.FILE)
    return replace(analysis, mammogram=mammogram), deidentified_headers(source, key)


def _analysis(record: Record) -> Analysis:
    picture = services().store.folder(record.id) / pictures.ORIGINAL
    if record.document is None or not picture.is_file():
        raise ProblemError("not_ready", "Objects are made from a finished analysis; follow its events or ask again.")
    pixels = pictures.grey_of_png(picture.read_bytes()).astype(np.float32) / np.float32(255)
    return analysis_of(record.document, Mammogram(pixels))


def _source(record: Record) -> SourceHeaders:
    path = services().store.folder(record.id) / SOURCE_HEADERS
    if not path.is_file():
        raise ProblemError("not_referable", "The image was no DICOM object that others could refer to.")
    return SourceHeaders.from_bytes(path.read_bytes())
