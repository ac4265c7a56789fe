"""A data folder of an earlier version opens without loss."""

from __future__ import annotations

import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.database import VERSIONS, Database
from app.settings import Settings
from app.store import Store
from app.studies import Studies
from pipeline.export import source_headers
from tests.app.conftest import Conforms
from tests.app.stubs import StubAnalyst, png
from tests.pipeline.studies import view

FIRST_VERSION = """
CREATE TABLE IF NOT EXISTS analyses (
    id TEXT PRIMARY KEY, file TEXT NOT NULL, state TEXT NOT NULL, stage TEXT, created TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, error TEXT, document TEXT, preprocessed TEXT
) STRICT
"""
DONE, PICTURE, WAITING, FAILED = (f"{number:032x}" for number in range(1, 5))
CREATED = "2026-11-01T12:00:00.000+00:00"
DOCUMENT: dict[str, Any] = {  # as the first version wrote it
    "schema": "mammoscope/analysis/1",
    "file": "left.dcm",
    "image": {"width": 144, "height": 160, "laterality": "L", "view": "CC", "pixel_spacing_mm": [0.07, 0.07]},
    "findings": [{"id": 1, "confidence": 0.8}, {"id": 2, "confidence": 0.1}],
    "cancer": {"probability": 0.25},
}
PREPARED = {"flipped": False, "left": 0.0}


@pytest.fixture
def folder(settings: Settings) -> Path:
    """What the first version left behind: two results, an upload that waits, a failure."""
    settings.data_dir.mkdir()
    rows = [
        (DONE, "left.dcm", "done", None, CREATED, 1, None, json.dumps(DOCUMENT), json.dumps(PREPARED)),
        (PICTURE, "a.png", "done", None, CREATED, 1, None, json.dumps({**DOCUMENT, "cancer": None}), "{}"),
        (WAITING, "next.dcm", "queued", None, CREATED, 0, None, None, None),
        (FAILED, "bad.png", "failed", None, CREATED, 1, json.dumps({"code": "unsupported_image"}), None, None),
    ]
    with closing(sqlite3.connect(settings.data_dir / "mammoscope.sqlite")) as db, db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute(FIRST_VERSION)
        db.executemany("INSERT INTO analyses VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    source = source_headers(view("L", "CC", StudyDate="20261030", SeriesInstanceUID="1.2.3.4"))
    assert source is not None
    write(settings.data_dir / "files" / DONE / "source.dcm", source.to_bytes())
    write(settings.data_dir / "files" / DONE / "original.png", png())
    write(settings.data_dir / "files" / WAITING / "upload", view("R", "CC", StudyDate="20261030"))
    return settings.data_dir


def write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def test_every_row_stays_what_it_was(folder: Path) -> None:
    store = Store(folder)
    done, failed = store.get(DONE), store.get(FAILED)
    assert done is not None
    assert failed is not None
    assert (done.file, done.state, done.created, done.attempts) == ("left.dcm", "done", CREATED, 1)
    assert (done.document, done.preprocessed) == (DOCUMENT, PREPARED)
    assert failed.error == {"code": "unsupported_image"}
    assert {record.id for record in store.newest_first()} == {DONE, PICTURE, WAITING, FAILED}
    assert (store.folder(DONE) / "original.png").read_bytes() == png()


def test_what_the_earlier_version_did_not_write_down_is_filled_in(folder: Path) -> None:
    done = Store(folder).get(DONE)
    assert done is not None
    assert (done.laterality, done.view, done.acquired) == ("L", "CC", "2026-10-30")
    assert (done.findings, done.marked, done.cancer) == (2, 1, 0.25)


def test_images_of_one_study_find_each_other(folder: Path) -> None:
    studies = Studies(Store(folder).database).newest_first()
    found = {frozenset(record.id for record in study.analyses) for study in studies}
    assert found == {frozenset({DONE, WAITING}), frozenset({PICTURE}), frozenset({FAILED})}


def test_the_program_goes_on_with_it(folder: Path, app: Flask, analyst: StubAnalyst, conforms: Conforms) -> None:
    record = app.extensions["mammoscope"].jobs.wait(WAITING, 10)
    assert record.state == "done"
    client = app.test_client()
    conforms(client.get("/api/v1/studies").get_json(), "StudyList")
    conforms(client.get("/api/v1/analyses").get_json(), "AnalysisList")
    for part in ("/pixels", "/mask.png"):
        assert client.get(f"/api/v1/analyses/{WAITING}{part}", buffered=True).status_code == 200
    assert client.get(f"/api/v1/analyses/{DONE}/pixels", buffered=True).headers["X-Bits-Stored"] == "8"


def test_opening_it_again_changes_nothing(folder: Path) -> None:
    first = Store(folder).newest_first()
    assert Store(folder).newest_first() == first


def test_several_programs_that_start_at_once_bring_it_up_once(folder: Path) -> None:
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda _: Store(folder).newest_first(), range(6)))
    assert all(records == found[0] for records in found)


def test_a_change_that_fails_half_way_leaves_the_earlier_version(folder: Path) -> None:
    def stumble(db: sqlite3.Connection) -> None:
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        Database(folder / "mammoscope.sqlite", stumble)
    with closing(sqlite3.connect(folder / "mammoscope.sqlite")) as db:
        assert db.execute("PRAGMA user_version").fetchone()[0] == 0
        columns = [row[1] for row in db.execute("PRAGMA table_info(analyses)")]
        assert "study" not in columns
    assert len(Store(folder).newest_first()) == 4


def test_a_database_of_a_later_version_is_left_alone(folder: Path) -> None:
    store = Store(folder)
    with closing(sqlite3.connect(store.path)) as db, db:
        db.execute("ALTER TABLE analyses ADD COLUMN later TEXT")
        db.execute(f"PRAGMA user_version = {len(VERSIONS) + 1}")
    assert len(Store(folder).newest_first()) == 4
