"""The report as JSON, for programs."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from pipeline.document import DISCLAIMER
from training.evaluation import sheet
from training.evaluation.values import Cell, Report, SetReport
from training.metrics import Estimate

Json = dict[str, Any]

SCHEMA = "mammoscope/evaluation/1"


def as_json(report: Report) -> Json:
    """Figures by data set and key, tables as they are shown, the requirement sheet; no plots and no pictures."""
    return {
        "schema": SCHEMA,
        "disclaimer": DISCLAIMER,
        "made": report.made,
        "command": report.command,
        "patients": report.patients,
        "bootstrap": {"draws": report.draws, "seed": report.seed, "interval": 0.95, "unit": "patient"},
        "weights": [asdict(weights) for weights in report.weights],
        "requirements": {
            found.name: [_answer(answer) for answer in sheet.answers(found.figures)] for found in report.sets
        },
        "sets": {found.name: _set_json(found) for found in report.sets},
    }


def _answer(answer: sheet.Answer) -> Json:
    requirement = answer.requirement
    return {
        "number": requirement.number,
        "requirement": requirement.words,
        "required": requirement.required,
        "status": answer.status.value,
        "measured": _plain(answer.estimate),
        "tests": list(requirement.tests),
    }


def _set_json(found: SetReport) -> Json:
    tables = [table for section in found.sections for table in section.tables]
    return {
        "images": found.images,
        "patients": found.patients,
        "refused": list(found.refused),
        "figures": {
            figure.key: {"section": section.title, "label": figure.label, **_plain(figure.estimate)}
            for section in found.sections
            for figure in section.figures
        },
        "tables": [
            {"title": t.title, "columns": list(t.columns), "rows": [[_plain(cell) for cell in row] for row in t.rows]}
            for t in tables
        ],
    }


def _plain(cell: Cell) -> Any:
    """JSON has no nan: an undefined figure is null."""
    if isinstance(cell, Estimate):
        return {key: _plain(value) for key, value in asdict(cell).items()}
    return None if isinstance(cell, float) and not math.isfinite(cell) else cell
