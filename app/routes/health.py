"""For whoever watches over the service: alive, ready, figures."""

from __future__ import annotations

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST

from app.services import services

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def healthz() -> ResponseReturnValue:
    """200 while the process answers and its worker lives."""
    alive = services().jobs.worker.alive
    return {"status": "ok" if alive else "failed"}, 200 if alive else 503


@bp.get("/readyz")
def readyz() -> ResponseReturnValue:
    """200 when every weight file is there and has the checksum of its card."""
    problems = services().weights_problems()
    return {"status": "failed" if problems else "ok", "problems": problems}, 503 if problems else 200


@bp.get("/metrics")
def metrics() -> Response:
    """Prometheus text; no names, no ids."""
    return Response(services().metrics.text(), content_type=CONTENT_TYPE_LATEST)
