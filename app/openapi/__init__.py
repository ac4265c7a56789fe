"""The OpenAPI 3.1 document of every route, a file for each topic. A test walks the URL map and misses none."""

from __future__ import annotations

from flask import Blueprint, Flask
from flask.typing import ResponseReturnValue

from app.document_schema import SCHEMAS
from app.openapi.analyses import analyses
from app.openapi.exports import objects, reports
from app.openapi.maps import maps
from app.openapi.parts import Json
from app.openapi.pictures import pictures
from app.openapi.reading_room import preferences, studies, verdicts
from app.openapi.service import dicomweb, models, prototype, service
from app.settings import DISCLAIMER

bp = Blueprint("openapi", __name__)
TOPICS = (
    analyses,
    studies,
    verdicts,
    preferences,
    pictures,
    maps,
    reports,
    objects,
    models,
    prototype,
    dicomweb,
    service,
)


def register(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.get("/api/v1/openapi.json")
def show() -> ResponseReturnValue:
    """This document."""
    return document()


def document() -> Json:
    return {
        "openapi": "3.1.0",
        "info": {"title": "Mammoscope", "version": "1", "description": DISCLAIMER},
        "paths": {path: described for topic in TOPICS for path, described in topic().items()},
        "components": {"schemas": SCHEMAS},
    }
