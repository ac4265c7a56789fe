"""Pictures of an analysis: the sent image, the prepared one, the marks over it."""

from __future__ import annotations

import math
from pathlib import Path

from flask import Blueprint, Response, request, send_file

from app import pictures
from app.errors import ProblemError
from app.routes.analyses import find
from app.schemas import findings_of
from app.services import services
from app.settings import DISCLAIMER
from pipeline.overlay import draw_marks

bp = Blueprint("images", __name__, url_prefix="/api/v1/analyses/<id_>")

VARIANTS = {"original": pictures.ORIGINAL, "preprocessed": pictures.PREPROCESSED}
DEFAULT_CONFIDENCE = 0.3
FOOTER = f"{DISCLAIMER} Malignant: trained with BI-RADS 4 and above standing in for malignancy."


@bp.get("/image.png")
def image(id_: str) -> Response:
    """8-bit rendering of the sent image, or what the detector looked at."""
    variant = request.args.get("variant", "original")
    if variant not in VARIANTS:
        raise ProblemError("bad_parameter", f"variant is one of {', '.join(VARIANTS)}.")
    response = send_file(_picture(id_, VARIANTS[variant]), mimetype="image/png", conditional=True)
    response.headers["Cache-Control"] = "private, no-cache"  # kept, but asked about: it may have been deleted
    return response


@bp.get("/overlay.png")
def overlay(id_: str) -> Response:
    """The sent image with every mark from min_confidence up, and the disclaimer."""
    least = confidence(request.args.get("min_confidence", str(DEFAULT_CONFIDENCE)), "min_confidence")
    record = find(id_)
    if record.document is None:
        raise not_ready()
    grey = pictures.grey_of_png(_picture(id_, pictures.ORIGINAL).read_bytes())
    marked = draw_marks(grey, findings_of(record.document), least, FOOTER)
    return Response(pictures.png(marked), mimetype="image/png", headers={"Cache-Control": "private, no-cache"})


def _picture(id_: str, name: str) -> Path:
    path = services().store.folder(find(id_).id) / name
    if not path.is_file():
        raise not_ready()
    return path


def not_ready() -> ProblemError:
    return ProblemError("not_ready", "This picture is made during the analysis; follow its events or ask again.")


def confidence(text: str, name: str) -> float:
    """A number from 0 to 1. Raises ProblemError bad_parameter."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= 1:
        raise ProblemError("bad_parameter", f"{name} is a number from 0 to 1.")
    return value
