"""HTTP and the command line in front of the pipeline. Start with create_app()."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from flask import Flask

from app.settings import Settings

if TYPE_CHECKING:
    from app.analyst import Analyst, LoadModels


def create_app(
    settings: Settings | None = None,
    load: LoadModels | None = None,
    weights_problems: Callable[[], list[str]] | None = None,
    analyst: Analyst | None = None,
) -> Flask:
    """The application with its one worker running. Tests pass their own parts.

    `load` gives the Models on first use; `weights_problems` says in words what keeps us from being ready (nothing:
    ready). Both default to the shipped weights. An `analyst` takes the place of the whole pipeline.
    """
    from app import audit_requests, errors, openapi, routes, security
    from app.analyst import Analyst, shipped_models, shipped_weights_problems
    from app.services import Services

    settings = settings or Settings.from_environment()
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_upload_bytes
    app.json.sort_keys = False  # type: ignore[attr-defined]  # keys in the order a person reads them
    services = Services.start(
        settings,
        analyst or Analyst(load or shipped_models(settings), settings.second_opinion),
        weights_problems or shipped_weights_problems(settings),
    )
    app.extensions["mammoscope"] = services
    errors.register(app)
    security.register(app, settings)
    services.metrics.register(app)
    audit_requests.register(app, services.audit)
    routes.register(app)
    openapi.register(app)
    return app
