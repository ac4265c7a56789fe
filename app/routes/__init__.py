"""One blueprint per file. A route translates, delegates, answers."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    from app.routes import (
        analyses,
        dicomweb,
        events,
        health,
        heatmaps,
        images,
        models,
        objects,
        page,
        pixels,
        prototype,
        report,
        studies,
        verdicts,
    )

    of_analyses = (analyses, studies, events, verdicts, images, pixels, heatmaps, report, objects)
    for module in (*of_analyses, models, dicomweb, prototype, health, page):
        app.register_blueprint(module.bp)
