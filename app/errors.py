"""Exception -> status and RFC 9457 problem document: the only place where our errors meet HTTP."""

from __future__ import annotations

import logging
import secrets
import traceback
from typing import Any

from flask import Flask, Response, json, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from pipeline.errors import PipelineError

log = logging.getLogger("mammoscope")
Problem = dict[str, Any]

TITLES = {
    "unreadable_image": (422, "The file could not be read as an image"),
    "unsupported_image": (422, "The image is not one this program may judge"),
    "not_a_mammogram": (422, "The picture does not look like a mammogram"),
    "image_too_large": (413, "The image has too many pixels"),
    "unreadable_archive": (422, "The archive could not be read"),
    "archive_too_large": (413, "The archive holds too much"),
    "model_unavailable": (503, "A model is not available"),
    "model_runtime_missing": (503, "A model needs a package that is not installed"),
    "pipeline_error": (422, "The image could not be analysed"),
    "upload_too_large": (413, "The upload is too large"),
    "missing_file": (400, "No file was sent"),
    "bad_parameter": (400, "A parameter has no usable value"),
    "bad_request": (400, "The request could not be understood"),
    "not_found": (404, "There is nothing under this address"),
    "method_not_allowed": (405, "This address does not take this method"),
    "not_referable": (404, "No DICOM object can refer to this image"),
    "no_heatmap": (404, "No such map can be made"),
    "no_such_finding": (404, "The analysis has no such finding"),
    "bad_verdict": (422, "The verdict cannot be about this analysis"),
    "bad_preferences": (422, "These are not preferences"),
    "verdict_changed": (412, "Somebody else has saved a verdict"),
    "not_ready": (409, "The analysis is not finished"),
    "queue_full": (503, "Too many analyses are waiting"),
    "forbidden_origin": (403, "Pages of this origin may not send anything here"),
    "forbidden_host": (403, "This service does not go by that name"),
    "internal_error": (500, "Something went wrong on our side"),
}
STATUS_CODES = {400: "bad_request", 404: "not_found", 405: "method_not_allowed", 413: "upload_too_large"}
DRAIN_BYTES = 1 << 30  # of a refused upload we read this much, so that the sender hears why instead of a broken pipe


class ProblemError(Exception):
    """Raised by routes: answers with the problem document of `code`, a key of TITLES."""

    def __init__(self, code: str, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.code, self.detail, self.headers = code, detail, headers or {}


def problem(code: str, detail: str, status: int | None = None) -> Problem:
    known_status, title = TITLES.get(code, (500, code.replace("_", " ").capitalize()))
    return {
        "type": f"urn:mammoscope:problem:{code}",
        "title": title,
        "status": status or known_status,
        "code": code,
        "detail": detail,
    }


def problem_of(error: BaseException) -> Problem:
    """The problem document of anything that was raised; what we did not foresee is logged and gets a reference."""
    if isinstance(error, PipelineError):
        return problem(error.code, str(error))
    if isinstance(error, ProblemError):
        return problem(error.code, error.detail)
    reference = secrets.token_hex(4)
    # Neither the message nor the request's path: both may carry names or identifiers.
    frames = "".join(traceback.format_tb(error.__traceback__))
    log.error("internal_error %s: %s\n%s", reference, type(error).__name__, frames)
    found = problem("internal_error", f"The server's log tells more under reference {reference}.")
    return {**found, "reference": reference}


def respond(body: Problem, headers: dict[str, str] | None = None) -> Response:
    response = Response(json.dumps(body), status=body["status"], content_type="application/problem+json")
    response.headers.update(headers or {})
    return response


def register(app: Flask) -> None:
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _any)


def _any(error: Exception) -> Response:
    return respond(problem_of(error), error.headers if isinstance(error, ProblemError) else None)


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:
        return Response(status=status, headers=error.get_headers())  # a redirect
    if isinstance(error, RequestEntityTooLarge):
        _drain()
    name = error.name.lower().replace(" ", "_")
    headers = {key: value for key, value in error.get_headers() if key not in ("Content-Type", "Content-Length")}
    return respond(problem(STATUS_CODES.get(status, name), _detail(error), status), headers)


def _detail(error: HTTPException) -> str:
    if isinstance(error, RequestEntityTooLarge):
        return f"At most {request.max_content_length or 0} bytes are taken (MAMMOSCOPE_MAX_UPLOAD_BYTES)."
    return error.description or error.name


def _drain() -> None:
    stream, left = request.environ.get("wsgi.input"), min(request.content_length or 0, DRAIN_BYTES)
    try:
        while stream is not None and left > 0:
            chunk = stream.read(min(left, 1 << 16))
            left -= len(chunk)
            if not chunk:
                break
    except OSError:  # the sender is gone: nobody left to tell
        return
