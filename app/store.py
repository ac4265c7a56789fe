"""Analyses that outlive the process: rows of one SQLite file, and files named by ids that we made."""

from __future__ import annotations

import shutil
import sqlite3
import uuid
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import json

from app import secret_key
from app.belonging import Belonging, belonging_of
from app.database import FILE, Database
from app.records import ALL, DONE, FAILED, LIGHT, QUEUED, RUNNING, Record, record_of, summary

__all__ = ["DONE", "FAILED", "QUEUED", "RUNNING", "SOURCE_HEADERS", "Record", "Store"]

SOURCE_HEADERS = "source.dcm"  # beside an analysis: pipeline.export.SourceHeaders; names the patient
ATTEMPTS = 2  # a job that was running when the program stopped is tried once more: it may be what stopped it
Files = Mapping[str, bytes | memoryview]


class Store:
    """`directory` holds mammoscope.sqlite and files/<id>/ with the files of each analysis. What lies in the bin
    (app/bin.py) is kept but not found."""

    def __init__(self, directory: Path) -> None:
        self.files = directory / "files"
        self.files.mkdir(parents=True, exist_ok=True, mode=0o700)
        directory.chmod(0o700)
        self.key = secret_key.key_at(directory / secret_key.FILE)
        self.path = directory / FILE
        self.database = Database(self.path, self._fill_in)

    def add(self, file: str, data: bytes, beside: Files | None = None, belongs: Belonging | None = None) -> Record:
        """Keep an upload, queued, and files beside it. The row comes last: a crash in between leaves only files,
        which recover() sweeps."""
        id_ = uuid.uuid4().hex
        folder = self.files / id_
        folder.mkdir(mode=0o700)
        try:
            for name, content in {"upload": data, **(beside or {})}.items():
                (folder / name).write_bytes(content)
            return self._insert(id_, file, belongs or Belonging(), {"state": QUEUED})
        except BaseException:  # the disk is full: half an upload is of no use
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def keep(
        self,
        file: str,
        document: dict[str, Any],
        preprocessed: dict[str, Any],
        files: Files,
        belongs: Belonging | None = None,
    ) -> Record:
        """A finished analysis that was made elsewhere, with the files of its folder. The row comes first: another
        process that starts meanwhile sweeps folders without one."""
        made = {"document": json.dumps(document), "preprocessed": json.dumps(preprocessed), **summary(document)}
        record = self._insert(uuid.uuid4().hex, file, belongs or Belonging(), {"state": DONE, **made})
        self.folder(record.id).mkdir(mode=0o700)
        for name, data in files.items():
            (self.folder(record.id) / name).write_bytes(data)
        return record

    def _insert(self, id_: str, file: str, belongs: Belonging, more: dict[str, Any]) -> Record:
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        said = {"laterality": belongs.laterality, "view": belongs.view, "acquired": belongs.acquired}
        with self.database.open() as db:
            study = study_of(db, id_, file, now, belongs)
            values = {"id": id_, "file": file, "created": now, "study": study, **said, **more}
            names, marks = ", ".join(values), ", ".join("?" for _ in values)
            db.execute(f"INSERT INTO analyses ({names}) VALUES ({marks})", tuple(values.values()))
            row = db.execute(f"SELECT {ALL} FROM analyses WHERE id = ?", (id_,)).fetchone()
        return record_of(row)

    def get(self, id_: str, in_the_bin: bool = False) -> Record | None:
        """`in_the_bin`: also if it lies there."""
        where = "id = ?" if in_the_bin else "id = ? AND deleted IS NULL"
        with self.database.open() as db:
            row = db.execute(f"SELECT {ALL} FROM analyses WHERE {where}", (id_,)).fetchone()
        return record_of(row) if row else None

    def newest_first(self, among: Collection[str] | None = None) -> tuple[Record, ...]:
        """Every record, or those among these ids, without the documents, which may be large."""
        asked = "" if among is None else f" AND id IN ({', '.join('?' for _ in among)})"
        found = f"SELECT {LIGHT} FROM analyses WHERE deleted IS NULL{asked} ORDER BY created DESC, rowid DESC"
        with self.database.open() as db:
            rows = db.execute(found, tuple(among or ())).fetchall()
        return tuple(record_of(row) for row in rows)

    def claim(self, id_: str) -> bool:
        """Queued -> running; False where it was deleted meanwhile."""
        values, where = "state = ?, attempts = attempts + 1", "id = ? AND state = ? AND deleted IS NULL"
        with self.database.open() as db:
            found = db.execute(f"UPDATE analyses SET {values} WHERE {where}", (RUNNING, id_, QUEUED))
        return found.rowcount == 1

    def stage(self, id_: str, stage: str) -> None:
        with self.database.open() as db:
            db.execute("UPDATE analyses SET stage = ? WHERE id = ?", (stage, id_))

    def finish(self, id_: str, document: dict[str, Any], preprocessed: dict[str, Any]) -> None:
        made = {"document": json.dumps(document), "preprocessed": json.dumps(preprocessed)}
        self._end(id_, {"state": DONE, **made, **summary(document)})

    def fail(self, id_: str, error: dict[str, Any]) -> None:
        self._end(id_, {"state": FAILED, "error": json.dumps(error)})

    def _end(self, id_: str, values: dict[str, Any]) -> None:
        with self.database.open() as db:
            ended = update(db, id_, {"stage": None, **values})
        if not ended or values["state"] == FAILED:  # deleted while it ran, or nothing worth keeping
            shutil.rmtree(self.files / id_, ignore_errors=True)
        (self.files / id_ / "upload").unlink(missing_ok=True)

    def delete(self, id_: str) -> bool:
        """For good, in the bin or not; with its verdicts and files."""
        with self.database.open() as db:
            found = db.execute("DELETE FROM analyses WHERE id = ?", (id_,)).rowcount == 1
            db.execute("DELETE FROM verdicts WHERE analysis = ?", (id_,))
            db.execute("DELETE FROM studies WHERE id NOT IN (SELECT study FROM analyses)")
        if found:
            shutil.rmtree(self.files / id_, ignore_errors=True)
        return found

    def folder(self, id_: str) -> Path:
        """Where the files of a stored analysis lie. Only for ids that came out of the table."""
        return self.files / id_

    def recover(self, interrupted: dict[str, Any]) -> tuple[str, ...]:
        """After a start: ids to run, oldest first. Whatever stopped the program twice fails as `interrupted`."""
        with self.database.open() as db:
            tired = ids(db.execute("SELECT id FROM analyses WHERE state = ? AND attempts >= ?", (RUNNING, ATTEMPTS)))
        for id_ in tired:
            self.fail(id_, interrupted)
        waiting = "SELECT id FROM analyses WHERE state = ? AND deleted IS NULL ORDER BY created, rowid"
        with self.database.open() as db:
            db.execute("UPDATE analyses SET state = ?, stage = NULL WHERE state = ?", (QUEUED, RUNNING))
            known = set(ids(db.execute("SELECT id FROM analyses")))
            queued = ids(db.execute(waiting, (QUEUED,)))
        for folder in self.files.iterdir():
            if folder.name not in known:
                shutil.rmtree(folder, ignore_errors=True)
        return queued

    def expire(self, days: float) -> tuple[str, ...]:
        """Delete what is finished and older than `days`, from the bin as well; gives their ids."""
        limit = (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="milliseconds")
        with self.database.open() as db:
            old = ids(
                db.execute("SELECT id FROM analyses WHERE state IN (?, ?) AND created < ?", (DONE, FAILED, limit))
            )
        return tuple(id_ for id_ in old if self.delete(id_))

    def _fill_in(self, db: sqlite3.Connection) -> None:
        """What an earlier version did not write down, from what it kept."""
        for row in db.execute("SELECT id, file, created, document FROM analyses WHERE study IS NULL").fetchall():
            belongs = belonging_of(self._header(row["id"]), self.key)
            told = summary(json.loads(row["document"])) if row["document"] else {}
            study = study_of(db, row["id"], row["file"], row["created"], belongs)
            update(db, row["id"], {"study": study, "acquired": belongs.acquired, **told})

    def _header(self, id_: str) -> bytes:
        for name in (SOURCE_HEADERS, "upload"):
            with suppress(OSError):
                return (self.files / id_ / name).read_bytes()
        return b""


def study_of(db: sqlite3.Connection, id_: str, file: str, now: str, belongs: Belonging) -> str:
    """The id of the study that an analysis belongs to, which is begun where there is none."""
    key = belongs.study or f"alone {id_}"
    begun = "INSERT OR IGNORE INTO studies (id, key, patient, label, created) VALUES (?, ?, ?, ?, ?)"
    db.execute(begun, (uuid.uuid4().hex, key, belongs.patient, belongs.label or file, now))
    return str(db.execute("SELECT id FROM studies WHERE key = ?", (key,)).fetchone()["id"])


def update(db: sqlite3.Connection, id_: str, values: dict[str, Any]) -> bool:
    """Columns of one analysis; False where there is none."""
    assignments = ", ".join(f"{name} = ?" for name in values)
    return db.execute(f"UPDATE analyses SET {assignments} WHERE id = ?", (*values.values(), id_)).rowcount == 1


def ids(rows: Iterable[sqlite3.Row]) -> tuple[str, ...]:
    return tuple(str(row["id"]) for row in rows)
