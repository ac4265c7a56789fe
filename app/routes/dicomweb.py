"""DICOMweb: STOW-RS in. What arrives is analysed, and the results go where the settings say."""

from __future__ import annotations

from flask import Blueprint, Response, json, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import UnsupportedMediaType

from app.errors import ProblemError
from app.network.multipart import MultipartError
from app.network.stow import stow
from app.services import services

bp = Blueprint("dicomweb", __name__, url_prefix="/dicomweb")

JSON = "application/dicom+json"


@bp.post("/studies")
def store() -> ResponseReturnValue:
    """Store instances: 200, 202 when some were refused, 409 when all were."""
    if request.mimetype != "multipart/related":
        raise UnsupportedMediaType("Send multipart/related; type=application/dicom.")
    try:
        answer = stow(request.get_data(cache=False), request.headers["Content-Type"], services().network.keep)
    except MultipartError as error:
        raise ProblemError("bad_request", str(error)) from None
    return Response(json.dumps(answer.to_json()), answer.status, content_type=JSON)
