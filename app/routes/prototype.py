"""The prototype's two routes, as its page calls them (docs/http.md)."""

from __future__ import annotations

import base64
import binascii

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from app.errors import ProblemError
from app.routes.images import confidence
from app.services import services
from pipeline.errors import UnreadableImage

bp = Blueprint("prototype", __name__)

IMAGE_TYPES = ("dicom", "png", "jpeg")


@bp.post("/preprocess/<image_type>")
def preprocess(image_type: str) -> Response:
    """Raw file bytes in, the prepared picture out: PNG as base64 text."""
    if image_type not in IMAGE_TYPES:
        raise ProblemError("bad_parameter", f"The image type is one of {', '.join(IMAGE_TYPES)}.")
    picture = services().prototype.preprocessed(_body())
    return Response(base64.b64encode(picture), content_type="text/plain; charset=utf-8")


@bp.post("/mammogram/analysis/<roi_confidence_threshold>")
def analysis(roi_confidence_threshold: str) -> ResponseReturnValue:
    """PNG as base64 text in, masks and pathologies of the regions out."""
    threshold = confidence(roi_confidence_threshold, "roi_confidence_threshold")
    return {"segmentations": services().prototype.segmentations(_from_base64(_body()), threshold)}


def _body() -> bytes:
    data = request.get_data(cache=False, parse_form_data=False)
    if not data:
        raise ProblemError("missing_file", "The body is empty; it should hold the image.")
    return data


def _from_base64(text: bytes) -> bytes:
    """Line breaks and a leading data URL are allowed. Raises UnreadableImage."""
    encoded = b"".join(text.split(b"base64,")[-1].split())
    try:
        return base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise UnreadableImage("The body is not base64 text.") from error
