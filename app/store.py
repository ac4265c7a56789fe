"""Analyses that outlive the process: one SQLite table, and files named by ids that we made."""

from __future__ import annotations

import shutil
import sqlite3
import uuid
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import json

QUEUED, RUNNING, DONE, FAILED = "queued", "running", "done", "failed"
SOURCE_HEADERS = "source.dcm"  # beside an analysis: pipeline.export.SourceHeaders; names the patient
ATTEMPTS = 2  # a job that was running when the program stopped is tried once more: it may be what stopped it

TABLE = """
CREATE TABLE IF NOT EXISTS analyses (
    id TEXT PRIMARY KEY, file TEXT NOT NULL, state TEXT NOT NULL, stage TEXT, created TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, error TEXT, document TEXT, preprocessed TEXT
) STRICT
"""
LIGHT = "id, file, state, stage, created, attempts, NULL AS error, NULL AS document, NULL AS preprocessed"
JSON_COLUMNS = ("error", "document", "preprocessed")


@dataclass(frozen=True)
class Record:
    """One row. `state` is queued, running, done or failed; `document` is there when done, `error` when failed."""

    id: str
    file: str  # the name the sender gave; shown, never used as a path
    state: str
    stage: str | None
    created: str  # UTC, ISO 8601
    attempts: int
    error: dict[str, Any] | None
    document: dict[str, Any] | None
    preprocessed: dict[str, Any] | None

    @property
    def over(self) -> bool:
        return self.state in (DONE, FAILED)


class Store:
    """`directory` holds mammoscope.sqlite and files/<id>/{upload,source.dcm,original.png,preprocessed.png}."""

    def __init__(self, directory: Path) -> None:
        self.files = directory / "files"
        self.files.mkdir(parents=True, exist_ok=True, mode=0o700)
        directory.chmod(0o700)
        self.path = directory / "mammoscope.sqlite"
        with self._open() as db:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute(TABLE)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.path, timeout=30)) as db:
            db.row_factory = sqlite3.Row
            with db:
                yield db

    def add(self, file: str, data: bytes, beside: Mapping[str, bytes | memoryview] | None = None) -> Record:
        """Keep an upload, queued, and small files beside it. The row comes last: a crash in between leaves only files,
        which recover() sweeps."""
        id_, now = uuid.uuid4().hex, datetime.now(UTC).isoformat(timespec="milliseconds")
        folder = self.files / id_
        folder.mkdir(mode=0o700)
        try:
            for name, content in {"upload": data, **(beside or {})}.items():
                (folder / name).write_bytes(content)
            with self._open() as db:
                db.execute(
                    "INSERT INTO analyses (id, file, state, created) VALUES (?, ?, ?, ?)", (id_, file, QUEUED, now)
                )
        except BaseException:  # the disk is full: half an upload is of no use
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return Record(id_, file, QUEUED, None, now, 0, None, None, None)

    def keep(
        self, file: str, document: dict[str, Any], preprocessed: dict[str, Any], files: Mapping[str, bytes | memoryview]
    ) -> Record:
        """A finished analysis that was made elsewhere, with the files of its folder. The row comes first: another
        process that starts meanwhile sweeps folders without one."""
        id_, now = uuid.uuid4().hex, datetime.now(UTC).isoformat(timespec="milliseconds")
        with self._open() as db:
            db.execute(
                "INSERT INTO analyses (id, file, state, created, document, preprocessed) VALUES (?, ?, ?, ?, ?, ?)",
                (id_, file, DONE, now, json.dumps(document), json.dumps(preprocessed)),
            )
        self.folder(id_).mkdir(mode=0o700)
        for name, data in files.items():
            (self.folder(id_) / name).write_bytes(data)
        return Record(id_, file, DONE, None, now, 0, None, document, preprocessed)

    def get(self, id_: str) -> Record | None:
        with self._open() as db:
            row = db.execute("SELECT * FROM analyses WHERE id = ?", (id_,)).fetchone()
        return _record(row) if row else None

    def newest_first(self) -> tuple[Record, ...]:
        """Every record, without the documents, which may be large."""
        with self._open() as db:
            rows = db.execute(f"SELECT {LIGHT} FROM analyses ORDER BY created DESC, rowid DESC").fetchall()
        return tuple(_record(row) for row in rows)

    def claim(self, id_: str) -> bool:
        """Queued -> running; False where it was deleted meanwhile."""
        with self._open() as db:
            found = db.execute(
                "UPDATE analyses SET state = ?, attempts = attempts + 1 WHERE id = ? AND state = ?",
                (RUNNING, id_, QUEUED),
            )
        return found.rowcount == 1

    def stage(self, id_: str, stage: str) -> None:
        with self._open() as db:
            db.execute("UPDATE analyses SET stage = ? WHERE id = ?", (stage, id_))

    def finish(self, id_: str, document: dict[str, Any], preprocessed: dict[str, Any]) -> None:
        self._end(id_, "state = ?, stage = NULL, document = ?, preprocessed = ?", DONE, document, preprocessed)

    def fail(self, id_: str, error: dict[str, Any]) -> None:
        self._end(id_, "state = ?, stage = NULL, error = ?", FAILED, error)

    def _end(self, id_: str, assignments: str, state: str, *values: dict[str, Any]) -> None:
        with self._open() as db:
            found = db.execute(
                f"UPDATE analyses SET {assignments} WHERE id = ?", (state, *(json.dumps(v) for v in values), id_)
            )
        if found.rowcount == 0 or state == FAILED:  # deleted while it ran, or nothing worth keeping
            shutil.rmtree(self.files / id_, ignore_errors=True)
        (self.files / id_ / "upload").unlink(missing_ok=True)

    def delete(self, id_: str) -> bool:
        with self._open() as db:
            found = db.execute("DELETE FROM analyses WHERE id = ?", (id_,))
        if found.rowcount:
            shutil.rmtree(self.files / id_, ignore_errors=True)
        return found.rowcount == 1

    def folder(self, id_: str) -> Path:
        """Where the files of a stored analysis lie. Only for ids that came out of the table."""
        return self.files / id_

    def recover(self, interrupted: dict[str, Any]) -> tuple[str, ...]:
        """After a start: ids to run, oldest first. Whatever stopped the program twice fails as `interrupted`."""
        for record in self.newest_first():
            if record.state == RUNNING and record.attempts >= ATTEMPTS:
                self.fail(record.id, interrupted)
        with self._open() as db:
            db.execute("UPDATE analyses SET state = ?, stage = NULL WHERE state = ?", (QUEUED, RUNNING))
            known = {row["id"] for row in db.execute("SELECT id FROM analyses")}
            queued = db.execute("SELECT id FROM analyses WHERE state = ? ORDER BY created, rowid", (QUEUED,)).fetchall()
        for folder in self.files.iterdir():
            if folder.name not in known:
                shutil.rmtree(folder, ignore_errors=True)
        return tuple(row["id"] for row in queued)

    def expire(self, days: float) -> tuple[str, ...]:
        """Delete what is finished and older than `days`; gives their ids."""
        limit = (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="milliseconds")
        old = [record.id for record in self.newest_first() if record.over and record.created < limit]
        return tuple(id_ for id_ in old if self.delete(id_))


def _record(row: sqlite3.Row) -> Record:
    values = {key: row[key] for key in row.keys()}  # noqa: SIM118  # sqlite3.Row iterates over values
    return Record(**values | {key: json.loads(values[key]) if values[key] else None for key in JSON_COLUMNS})
