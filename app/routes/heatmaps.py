"""Maps over the image: where a network's answer comes from, and where a mass could hide."""

from __future__ import annotations

import numpy as np
from flask import Blueprint, Response, request
from numpy.typing import NDArray

from app import heatmaps
from app.errors import ProblemError
from app.heatmaps import Make
from app.routes.analyses import find
from app.routes.images import confidence
from app.schemas import findings_of
from app.services import services
from pipeline.heatmap import METHODS, MODELS, OF_A_FINDING, UNIT
from pipeline.mammogram import Mammogram
from pipeline.masking_map import EXPLANATION
from pipeline.preprocess import Prepared

bp = Blueprint("heatmaps", __name__, url_prefix="/api/v1/analyses/<id_>")

Floats = NDArray[np.float32]
FORMATS = ("colour", "grey")
DEFAULT_OPACITY = "0.6"


@bp.get("/heatmap.png")
def heatmap(id_: str) -> Response:
    """Which places a network's answer comes from, in the frame of the sent image."""
    model, method = one_of("model", MODELS), one_of("method", METHODS)
    opacity, number = opacity_asked(), finding_asked(model)
    record, analyst = find(id_), services().jobs.analyst
    findings = findings_of(record.document) if record.document else ()
    if record.document and number is not None and number > len(findings):
        raise ProblemError("no_such_finding", f"This analysis has {len(findings)} findings, counted from 1.")
    name = f"heatmap-{model}-{method}-{number or 0}.png"
    about = f"{model}, {method}{f', finding {number}' if number else ''}. {UNIT}"

    def make(mammogram: Mammogram, prepared: Prepared) -> Floats:
        return analyst.heatmap(mammogram, prepared, findings, model, method, number)

    return answer(id_, name, make, opacity, about)


@bp.get("/masking-map.png")
def masking_map(id_: str) -> Response:
    """Where a small mass could hide from the detector, in the frame of the sent image."""
    analyst = services().jobs.analyst
    return answer(id_, "masking-map.png", analyst.masking_map, opacity_asked(), EXPLANATION)


def answer(id_: str, name: str, make: Make, opacity: float | None, about: str) -> Response:
    map_ = heatmaps.kept_or_made(services().jobs, services().map_seats, find(id_), name, make)
    response = Response(heatmaps.as_png(map_, opacity, about), mimetype="image/png")
    response.headers["Cache-Control"] = "private, no-cache"  # kept, but asked about: it may have been deleted
    response.add_etag()
    response.make_conditional(request)
    return response


def one_of(name: str, known: tuple[str, ...]) -> str:
    """A query parameter; the first of `known` where it is left out. Raises ProblemError bad_parameter."""
    value = request.args.get(name, known[0])
    if value not in known:
        raise ProblemError("bad_parameter", f"{name} is one of {', '.join(known)}.")
    return value


def finding_asked(model: str) -> int | None:
    """Raises ProblemError bad_parameter for no number, and for none where the network judges a finding."""
    text = request.args.get("finding", "")
    if model not in OF_A_FINDING:
        return None
    if not text.isascii() or not text.isdigit() or int(text[:6]) == 0:
        raise ProblemError("bad_parameter", f"{model} judges one finding: finding is its number, counted from 1.")
    return int(text[:6])


def opacity_asked() -> float | None:
    """None for the bare map. Raises ProblemError bad_parameter."""
    if one_of("format", FORMATS) == "grey":
        return None
    return confidence(request.args.get("opacity", DEFAULT_OPACITY), "opacity")
