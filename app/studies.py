"""Analyses as a reader knows them: the images of one examination, and what was there of the same patient before."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.database import Database
from app.records import DONE, FAILED, LIGHT, QUEUED, RUNNING, Record, record_of

HANGING = {("CC", "R"): 0, ("CC", "L"): 1, ("MLO", "R"): 2, ("MLO", "L"): 3}  # then whatever else there is


@dataclass(frozen=True)
class Study:
    id: str
    label: str  # name of the file or folder it came as; never the patient's
    created: str  # UTC, ISO 8601
    analyses: tuple[Record, ...]  # at least one, in the order in which they hang
    previous: tuple[str, ...]  # ids of earlier studies of the same patient on this machine, oldest first

    @property
    def acquired(self) -> str | None:
        return min((record.acquired for record in self.analyses if record.acquired), default=None)

    @property
    def state(self) -> str:
        """running as long as anything of it is to come, once anything has begun; failed where all of it did."""
        states = {record.state for record in self.analyses}
        if states == {QUEUED}:
            return QUEUED
        if states & {QUEUED, RUNNING}:
            return RUNNING
        return FAILED if states == {FAILED} else DONE

    def expires(self, days: float) -> str | None:
        """When the retention deletes the first of it; None where nothing is deleted."""
        if days <= 0:
            return None
        first = min(datetime.fromisoformat(record.created) for record in self.analyses)
        return (first + timedelta(days=days)).isoformat(timespec="milliseconds")

    def cancer(self, laterality: str | None = None) -> float | None:
        """The highest of its images, or of those of one breast; None where nothing is known of any."""
        asked = (one.cancer for one in self.analyses if laterality is None or one.laterality == laterality)
        return max((cancer for cancer in asked if cancer is not None), default=None)


@dataclass(frozen=True)
class Studies:
    database: Database

    def newest_first(self) -> tuple[Study, ...]:
        """Every study of which anything is there, in the order in which they came."""
        return self._among("SELECT id FROM studies", ())

    def get(self, id_: str) -> Study | None:
        of_the_patient = "SELECT id FROM studies WHERE id = ? OR patient = (SELECT patient FROM studies WHERE id = ?)"
        return next((study for study in self._among(of_the_patient, (id_, id_)) if study.id == id_), None)

    def _among(self, asked: str, values: tuple[str, ...]) -> tuple[Study, ...]:
        """Of the studies that the query `asked` names: with a study, all of its patient."""
        lines = f"SELECT {LIGHT} FROM analyses WHERE deleted IS NULL AND study IN ({asked}) ORDER BY created, rowid"
        with self.database.open() as db:
            rows = db.execute(
                f"SELECT * FROM studies WHERE id IN ({asked}) ORDER BY created DESC, rowid DESC", values
            ).fetchall()
            found = db.execute(lines, values).fetchall()
        analyses: dict[str, list[Record]] = {}
        for record in map(record_of, found):
            analyses.setdefault(record.study, []).append(record)
        there = [row for row in rows if row["id"] in analyses]
        patients: dict[str, list[str]] = {}
        for row in sorted(there, key=lambda row: age(analyses[row["id"]])):
            patients.setdefault(row["patient"] or row["id"], []).append(row["id"])
        return tuple(_study(row, analyses[row["id"]], patients[row["patient"] or row["id"]]) for row in there)


def _study(row: sqlite3.Row, analyses: Sequence[Record], of_the_patient: list[str]) -> Study:
    previous = tuple(of_the_patient[: of_the_patient.index(row["id"])])
    return Study(row["id"], row["label"], row["created"], tuple(hung(analyses)), previous)


def hung(analyses: Iterable[Record]) -> list[Record]:
    """RCC, LCC, RMLO, LMLO, then the others as they came."""
    return sorted(analyses, key=lambda one: HANGING.get((one.view or "", one.laterality or ""), len(HANGING)))


def age(analyses: Sequence[Record]) -> tuple[str, str]:
    """For sorting, oldest first: when it was acquired, or else came here; then when it came here."""
    came = min(record.created for record in analyses)
    return min((record.acquired for record in analyses if record.acquired), default=came[:10]), came
