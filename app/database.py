"""The one SQLite file, and how one of an earlier version becomes one of this version."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

FILE = "mammoscope.sqlite"

ANALYSES = """
CREATE TABLE IF NOT EXISTS analyses (
    id TEXT PRIMARY KEY, file TEXT NOT NULL, state TEXT NOT NULL, stage TEXT, created TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, error TEXT, document TEXT, preprocessed TEXT
) STRICT
"""
READING_ROOM = (
    # `key` and `patient` are keyed hashes (app/belonging.py): no identifier stands here in the clear.
    """
    CREATE TABLE studies (
        id TEXT PRIMARY KEY, key TEXT NOT NULL UNIQUE, patient TEXT, label TEXT NOT NULL, created TEXT NOT NULL
    ) STRICT
    """,
    "ALTER TABLE analyses ADD COLUMN study TEXT",
    "ALTER TABLE analyses ADD COLUMN laterality TEXT",
    "ALTER TABLE analyses ADD COLUMN view TEXT",
    "ALTER TABLE analyses ADD COLUMN acquired TEXT",  # YYYY-MM-DD
    "ALTER TABLE analyses ADD COLUMN findings INTEGER",
    "ALTER TABLE analyses ADD COLUMN marked INTEGER",
    "ALTER TABLE analyses ADD COLUMN cancer REAL",
    "ALTER TABLE analyses ADD COLUMN deleted TEXT",  # since when it lies in the bin
    "CREATE INDEX analyses_by_study ON analyses (study)",
    "CREATE INDEX studies_by_patient ON studies (patient)",
    # Every verdict that was given stays, so that an older one can be brought back; all go with their analysis.
    """
    CREATE TABLE verdicts (
        analysis TEXT NOT NULL, version INTEGER NOT NULL, saved TEXT NOT NULL, verdict TEXT NOT NULL,
        PRIMARY KEY (analysis, version)
    ) STRICT
    """,
    "CREATE TABLE preferences (reader TEXT PRIMARY KEY, saved TEXT NOT NULL, preferences TEXT NOT NULL) STRICT",
)
VERSIONS: tuple[tuple[str, ...], ...] = ((ANALYSES,), READING_ROOM)  # what makes each version of the one before it
FillIn = Callable[[sqlite3.Connection], None]


@dataclass(frozen=True)
class Database:
    """`fill_in` is told once, in the same transaction, when rows of an earlier version have got new columns."""

    path: Path
    fill_in: FillIn = lambda db: None

    def __post_init__(self) -> None:
        with closing(self._connect()) as db:
            db.execute("PRAGMA journal_mode = WAL")
        with self.open() as db:
            db.execute("BEGIN IMMEDIATE")  # several programs may start at once; one of them does it
            self._bring_up(db)

    def _bring_up(self, db: sqlite3.Connection) -> None:
        found = int(db.execute("PRAGMA user_version").fetchone()[0])
        if found >= len(VERSIONS):  # a later program's: it only ever adds
            return
        for statement in (statement for version in VERSIONS[found:] for statement in version):
            db.execute(statement)
        self.fill_in(db)
        db.execute(f"PRAGMA user_version = {len(VERSIONS)}")

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, timeout=30)
        db.row_factory = sqlite3.Row
        return db

    @contextmanager
    def open(self) -> Iterator[sqlite3.Connection]:
        """A connection whose changes are kept together when the block ends, or not at all."""
        with closing(self._connect()) as db, db:
            yield db
