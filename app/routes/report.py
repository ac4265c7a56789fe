"""The one-page report of a finished analysis, to print and to sign. It names the analysis by its id and no patient."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from flask import Blueprint, Response, request

from app import pictures
from app.errors import ProblemError
from app.placing import orientation_of
from app.routes.analyses import find
from app.routes.images import DEFAULT_CONFIDENCE, confidence
from app.services import services
from app.store import SOURCE_HEADERS
from pipeline.export import SourceHeaders
from pipeline.location import Orientation
from pipeline.report import STYLE_HASH, Content, content_of, report_html, report_pdf

bp = Blueprint("report", __name__, url_prefix="/api/v1/analyses/<id_>")

POLICY = "; ".join(  # the page is one file: its own style, its picture, nothing else
    (
        "default-src 'none'",
        f"style-src 'sha256-{STYLE_HASH}'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)


@bp.get("/report.pdf")
def pdf(id_: str) -> Response:
    """One page A4 with every finding from min_confidence up."""
    return _answer(report_pdf(_content(id_)), "application/pdf", "pdf", id_)


@bp.get("/report.html")
def html(id_: str) -> Response:
    """The same as a page to print."""
    response = _answer(report_html(_content(id_)).encode(), "text/html; charset=utf-8", "html", id_)
    response.headers["Content-Security-Policy"] = POLICY
    return response


def _answer(data: bytes, content_type: str, ending: str, id_: str) -> Response:
    headers = {"Cache-Control": "private, no-cache", "Content-Disposition": f'inline; filename="report-{id_}.{ending}"'}
    return Response(data, content_type=content_type, headers=headers)


def _content(id_: str) -> Content:
    least = confidence(request.args.get("min_confidence", str(DEFAULT_CONFIDENCE)), "min_confidence")
    record = find(id_)
    picture = services().store.folder(record.id) / pictures.ORIGINAL
    if record.document is None or not picture.is_file():
        raise ProblemError("not_ready", "The report is made from a finished analysis; follow its events or ask again.")
    grey = pictures.grey_of_png(picture.read_bytes())
    orientation = _orientation(picture.with_name(SOURCE_HEADERS))
    return content_of(record.document, grey, least, record.id, when(record.created), orientation)


def _orientation(headers: Path) -> Orientation | None:
    """Patient Orientation (0020,0020), where the image was DICOM and said so."""
    if not headers.is_file():
        return None
    return orientation_of(SourceHeaders.from_bytes(headers.read_bytes()))


def when(created: str) -> str:
    """ISO 8601 -> "2026-11-20 12:25 UTC"."""
    return f"{datetime.fromisoformat(created):%Y-%m-%d %H:%M} UTC"
