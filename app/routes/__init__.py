"""One blueprint per file. A route translates, delegates, answers."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    from app.routes import analyses, dicomweb, health, images, models, objects, page, pixels, prototype, report, studies

    for module in (analyses, studies, images, pixels, report, objects, models, dicomweb, prototype, health, page):
        app.register_blueprint(module.bp)
