"""A stored analysis as the rest of the program knows it."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

from flask import json

QUEUED, RUNNING, DONE, FAILED = "queued", "running", "done", "failed"
JSON_COLUMNS = ("error", "document", "preprocessed")
PLAIN_COLUMNS = (
    *("id", "file", "state", "stage", "created", "attempts", "study", "laterality", "view", "acquired"),
    *("findings", "marked", "cancer", "deleted"),
)
ALL = ", ".join(PLAIN_COLUMNS + JSON_COLUMNS)
LIGHT = ", ".join(PLAIN_COLUMNS + tuple(f"NULL AS {column}" for column in JSON_COLUMNS))
MARKED_FROM = 0.3  # confidence from which a finding is counted as marked, as pictures and reports do by default


@dataclass(frozen=True)
class Record:
    """One row. `state` is queued, running, done or failed; `document` is there when done, `error` when failed."""

    id: str
    file: str  # the name the sender gave; shown, never used as a path
    state: str
    stage: str | None
    created: str  # UTC, ISO 8601
    attempts: int
    study: str  # id
    laterality: str | None
    view: str | None
    acquired: str | None  # YYYY-MM-DD, where the header tells
    findings: int | None  # down to the floor; None until done
    marked: int | None  # of them from MARKED_FROM up
    cancer: float | None
    deleted: str | None  # UTC, ISO 8601: since when it lies in the bin
    error: dict[str, Any] | None
    document: dict[str, Any] | None
    preprocessed: dict[str, Any] | None

    @property
    def over(self) -> bool:
        return self.state in (DONE, FAILED)


def record_of(row: sqlite3.Row) -> Record:
    values = {key: row[key] for key in row.keys()}  # noqa: SIM118  # sqlite3.Row iterates over values
    return Record(**values | {key: json.loads(values[key]) if values[key] else None for key in JSON_COLUMNS})


def summary(document: dict[str, Any]) -> dict[str, Any]:
    """What a line of the worklist tells of a result document: columns of the table."""
    image, cancer = document.get("image") or {}, document.get("cancer")
    confidences = [finding["confidence"] for finding in document.get("findings", ())]
    return {
        "laterality": image.get("laterality"),
        "view": image.get("view"),
        "findings": len(confidences),
        "marked": sum(confidence >= MARKED_FROM for confidence in confidences),
        "cancer": cancer and cancer["probability"],
    }
