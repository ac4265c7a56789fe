"""HTTP and the command line in front of the pipeline. Start with create_app()."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from flask import Flask

from app.settings import Settings

if TYPE_CHECKING:
    from app.analyst import LoadModels


def create_app(
    settings: Settings | None = None,
    load: LoadModels | None = None,
    weights_problems: Callable[[], list[str]] | None = None,
) -> Flask:
    """The application with its one worker running. Tests pass their own `load` and `weights_problems`.

    `load` gives the Models on first use, in the worker; `weights_problems` says in words what keeps us from being
    ready (nothing: ready). Both default to the shipped weights.
    """
    from app import errors, openapi, routes, security
    from app.analyst import shipped_models, shipped_weights_problems
    from app.services import Services

    settings = settings or Settings.from_environment()
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_upload_bytes
    app.json.sort_keys = False  # type: ignore[attr-defined]  # keys in the order a person reads them
    services = Services.start(
        settings,
        load or shipped_models(settings),
        weights_problems or shipped_weights_problems(settings),
    )
    app.extensions["mammoscope"] = services
    errors.register(app)
    security.register(app, settings)
    services.metrics.register(app)
    routes.register(app)
    openapi.register(app)
    return app
