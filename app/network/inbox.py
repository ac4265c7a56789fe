"""What was received and is not yet answered: one SQLite table, and files named by a hash of the SOP Instance UID.

State machine: received -> analysed -> sent. Besides: refused (the pipeline said no, with its code) and failed (tried
often enough, with the last code). Nothing is acknowledged to its sender before file and row are on the disk.
"""

from __future__ import annotations

import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.network import spool
from app.network.received import OUT_OF_RESOURCES, Received, RefusedObject

RECEIVED, ANALYSED, SENT, REFUSED, FAILED = "received", "analysed", "sent", "refused", "failed"
KEEPS_FILES = (RECEIVED, ANALYSED, FAILED)
DAY_S = 86400.0

TABLE = """
CREATE TABLE IF NOT EXISTS objects (
    key TEXT PRIMARY KEY, state TEXT NOT NULL, destination TEXT NOT NULL, kinds TEXT NOT NULL, created REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, due REAL NOT NULL DEFAULT 0, code TEXT
) STRICT
"""


@dataclass(frozen=True)
class Entry:
    """One row. Times are seconds since 1970."""

    key: str
    state: str
    destination: str  # "" where results stay here
    kinds: str  # result objects to make, by commas
    created: float
    attempts: int  # tries of the step that comes next, the running one included
    due: float  # not to be tried before
    code: str | None  # why it was refused, failed, or has to be tried again


class Inbox:
    """`directory` holds inbox.sqlite and objects/<key>/{object.dcm,results/<kind>.dcm}, for its owner only.

    `limit` objects may wait for analysis; `least_free_bytes` of the disk stay free.
    """

    def __init__(self, directory: Path, limit: int = 1000, least_free_bytes: int = 1 << 30) -> None:
        self.limit, self.least_free_bytes = limit, least_free_bytes
        self.objects = directory / "objects"
        self.objects.mkdir(parents=True, exist_ok=True, mode=0o700)
        directory.chmod(0o700)
        self.directory, self.path = directory, directory / "inbox.sqlite"
        self._adding = threading.Lock()
        with self._open() as db:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute(TABLE)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.path, timeout=30)) as db:
            db.row_factory = sqlite3.Row
            db.execute("PRAGMA synchronous = FULL")
            with db:
                yield db

    def add(self, received: Received, destination: str, kinds: str) -> bool:
        """Keep an object for analysis; False where we have it already. Raises RefusedObject when there is no room.

        What had failed, and what had been refused, is taken again: its sender repeats it for a reason.
        """
        with self._adding:
            known = self.get(received.key)
            if known is not None and known.state not in (FAILED, REFUSED):
                return False
            self._check_room(received)
            spool.write(self.folder(received.key) / "object.dcm", received.data)
            with self._open() as db:
                db.execute(
                    "INSERT OR REPLACE INTO objects (key, state, destination, kinds, created) VALUES (?, ?, ?, ?, ?)",
                    (received.key, RECEIVED, destination, kinds, time.time()),
                )
        return True

    def _check_room(self, received: Received) -> None:
        free = shutil.disk_usage(self.objects).free
        if self.count(RECEIVED) >= self.limit or free - len(received.data) < self.least_free_bytes:
            raise RefusedObject(OUT_OF_RESOURCES, received.sop_class, received.sop_instance)

    def get(self, key: str) -> Entry | None:
        with self._open() as db:
            row = db.execute("SELECT * FROM objects WHERE key = ?", (key,)).fetchone()
        return Entry(**dict(row)) if row else None

    def count(self, state: str) -> int:
        with self._open() as db:
            return int(db.execute("SELECT count(*) FROM objects WHERE state = ?", (state,)).fetchone()[0])

    def entries(self) -> tuple[Entry, ...]:
        """Every row, oldest first."""
        with self._open() as db:
            return tuple(Entry(**dict(row)) for row in db.execute("SELECT * FROM objects ORDER BY created, rowid"))

    def begin(self, state: str) -> Entry | None:
        """The oldest object in `state` that is due, its try counted before it begins; None when nothing is due.

        Without a destination, analysed objects are never due.
        """
        with self._open() as db:
            row = db.execute(
                "UPDATE objects SET attempts = attempts + 1 WHERE key = (SELECT key FROM objects WHERE state = ? AND"
                " due <= ? AND (state = ? OR destination <> '') ORDER BY created, rowid LIMIT 1) RETURNING *",
                (state, time.time(), RECEIVED),
            ).fetchone()
        return Entry(**dict(row)) if row else None

    def data(self, key: str) -> bytes:
        return (self.folder(key) / "object.dcm").read_bytes()

    def analysed(self, key: str, results: Mapping[str, bytes]) -> None:
        """Keep the results and let go of the object itself."""
        for kind, data in results.items():
            spool.write(self.folder(key) / "results" / f"{kind}.dcm", data)
        self._move(key, ANALYSED, None)
        (self.folder(key) / "object.dcm").unlink(missing_ok=True)

    def results(self, key: str) -> tuple[Path, ...]:
        return tuple(sorted((self.folder(key) / "results").glob("*.dcm")))

    def end(self, key: str, state: str, code: str | None = None) -> None:
        """sent, refused or failed: the row stays, so that a repeated object is known; files only of what failed."""
        self._move(key, state, code)
        if state not in KEEPS_FILES:
            shutil.rmtree(self.folder(key), ignore_errors=True)

    def revive(self) -> None:
        """After a start: results that could not be delivered get another series of tries."""
        for entry in self.entries():
            if entry.state == FAILED and self.results(entry.key):
                self._move(entry.key, ANALYSED, entry.code)

    def _move(self, key: str, state: str, code: str | None) -> None:
        with self._open() as db:
            db.execute(
                "UPDATE objects SET state = ?, code = ?, attempts = 0, due = 0 WHERE key = ?", (state, code, key)
            )

    def postpone(self, key: str, seconds: float, code: str, counts: bool = True) -> None:
        """Try again later; `counts` False takes the try back, where it was not the object's fault."""
        with self._open() as db:
            db.execute(
                "UPDATE objects SET due = ?, code = ?, attempts = attempts - ? WHERE key = ?",
                (time.time() + seconds, code, 0 if counts else 1, key),
            )

    def expire(self, days: float) -> None:
        """Forget what is older than `days`, finished or not, and folders that no row knows. 0 keeps everything."""
        limit = time.time() - days * DAY_S
        if days > 0:
            for entry in self.entries():
                if entry.created < limit:
                    with self._open() as db:
                        db.execute("DELETE FROM objects WHERE key = ?", (entry.key,))
                    shutil.rmtree(self.folder(entry.key), ignore_errors=True)
        spool.sweep(self.objects, {entry.key for entry in self.entries() if entry.state in KEEPS_FILES})

    def folder(self, key: str) -> Path:
        return self.objects / key
