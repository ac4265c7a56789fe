"""The page: what Vite built, or a word on how to build it."""

from __future__ import annotations

from flask import Blueprint, Response, send_from_directory

from app.errors import ProblemError
from app.services import services
from app.settings import DISCLAIMER

bp = Blueprint("page", __name__)

NOT_BUILT = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Mammoscope</title></head>
<body><h1>Mammoscope</h1><p>The service runs, but its page has not been built. In the checkout, type
<code>make setup</code> and reload. The programming interface is described at
<a href="/api/v1/openapi.json">/api/v1/openapi.json</a>.</p><p>{DISCLAIMER}</p></body></html>
"""


@bp.get("/")
def index() -> Response:
    """The page, or how to get it."""
    if not (services().settings.frontend_dir / "index.html").is_file():
        return Response(NOT_BUILT, status=503, content_type="text/html; charset=utf-8")
    response = send_from_directory(services().settings.frontend_dir, "index.html")
    response.headers["Cache-Control"] = "no-cache"
    return response


@bp.get("/<asset>")
def top_level(asset: str) -> Response:
    """A file beside the page: its icon, its manifest."""
    return _built(asset)


@bp.get("/assets/<path:asset>")
def hashed(asset: str) -> Response:
    """Scripts and styles. Their names carry a hash of their content, so browsers may keep them for good."""
    response = _built(f"assets/{asset}")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def _built(name: str) -> Response:
    folder = services().settings.frontend_dir
    if not folder.is_dir():
        raise ProblemError("not_found", "There is nothing under this address.")
    return send_from_directory(folder, name)
