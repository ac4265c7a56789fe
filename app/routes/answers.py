"""Answers that a page asks for again and again: sent only when they have changed."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Response, jsonify, request


def tagged(value: Any) -> Response:
    """JSON with an ETag of its content; 304 where the page has it already."""
    response = jsonify(value)
    response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:32])
    response.make_conditional(request)
    return response
