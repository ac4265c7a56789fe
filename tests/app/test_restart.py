"""What was accepted survives the program: results stay, unfinished work is taken up or honestly given up."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from flask import Flask

from app.bin import Bin
from app.preferences import Preferences
from app.settings import Settings
from app.store import Store
from app.verdicts import VerdictChangedError, Verdicts
from tests.app.stubs import StubAnalyst, png, send
from tests.conftest import ROOT


def state_of(app: Flask, id_: str) -> tuple[str, dict[str, str] | None]:
    record = app.extensions["mammoscope"].jobs.wait(id_, 10)
    return record.state, record.error


def test_results_and_pictures_are_there_after_a_restart(make_app: Callable[..., Flask]) -> None:
    before = send(make_app().test_client())
    client = make_app().test_client()
    after = client.get(before.headers["Location"]).get_json()
    assert after["analysis"] == {key: value for key, value in before.get_json().items() if key != "id"}
    assert client.get(f"{before.headers['Location']}/image.png", buffered=True).status_code == 200


def test_what_was_waiting_is_done_after_a_restart(settings: Settings, make_app: Callable[..., Flask]) -> None:
    id_ = Store(settings.data_dir).add("a.png", png()).id
    assert state_of(make_app(), id_) == ("done", None)


def test_what_was_running_is_tried_once_more(settings: Settings, make_app: Callable[..., Flask]) -> None:
    store = Store(settings.data_dir)
    id_ = store.add("a.png", png()).id
    assert store.claim(id_)
    assert state_of(make_app(), id_) == ("done", None)


def test_what_stopped_the_program_twice_is_given_up(
    settings: Settings, make_app: Callable[..., Flask], analyst: StubAnalyst
) -> None:
    store = Store(settings.data_dir)
    id_ = store.add("a.png", png()).id
    for _ in range(2):
        assert store.claim(id_)
        with closing(sqlite3.connect(store.path)) as db, db:
            db.execute("UPDATE analyses SET state = 'queued' WHERE attempts < 2")
    state, error = state_of(make_app(), id_)
    assert (state, error and error["code"]) == ("failed", "internal_error")
    assert analyst.analyses == 0
    assert not store.folder(id_).exists()


def test_files_without_a_row_are_swept_at_the_start(settings: Settings, make_app: Callable[..., Flask]) -> None:
    left_over = Store(settings.data_dir).folder("0" * 32)
    left_over.mkdir()
    (left_over / "upload").write_bytes(png())
    make_app()
    assert not left_over.exists()


def test_results_older_than_the_retention_are_deleted(settings: Settings, make_app: Callable[..., Flask]) -> None:
    client = make_app(retention_days=2).test_client()
    old, new = send(client).get_json()["id"], send(client).get_json()["id"]
    with closing(sqlite3.connect(settings.data_dir / "mammoscope.sqlite")) as db, db:
        db.execute("UPDATE analyses SET created = '2020-01-01T00:00:00.000+00:00' WHERE id = ?", (old,))
    left = make_app(retention_days=2).test_client().get("/api/v1/analyses").get_json()["analyses"]
    assert [entry["id"] for entry in left] == [new]
    assert not (settings.data_dir / "files" / old).exists()


def test_the_upload_itself_is_not_kept_once_it_is_analysed(settings: Settings, make_app: Callable[..., Flask]) -> None:
    id_ = send(make_app().test_client()).get_json()["id"]
    assert not (settings.data_dir / "files" / id_ / "upload").exists()


def test_only_the_owner_may_look_into_the_data_folder(settings: Settings, make_app: Callable[..., Flask]) -> None:
    make_app()
    assert settings.data_dir.stat().st_mode & 0o077 == 0


def test_a_deleted_analysis_is_neither_claimed_nor_finished(settings: Settings) -> None:
    store = Store(settings.data_dir)
    id_ = store.add("a.png", png()).id
    store.delete(id_)
    assert not store.claim(id_)
    store.finish(id_, json.loads("{}"), {})
    assert store.get(id_) is None


KILLED = """
import os, signal, sys
from pathlib import Path
from app.bin import Bin
from app.preferences import Preferences
from app.store import Store
from app.verdicts import Verdicts

store = Store(Path(sys.argv[1]))
kept, thrown = (store.keep(name, {}, {}, {"original.png": b"picture"}).id for name in ("kept", "thrown"))
store.add("waiting.png", b"upload", {"pixels.u16": bytes(100)})
Verdicts(store.database).save(kept, {"reader": "r", "text": "said"}, {0})
Preferences(store.database).save("reader", {"language": "de"})
Bin(store, 10).put([thrown])
print(kept, thrown, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_whatever_was_confirmed_is_there_after_the_program_was_killed(settings: Settings) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(settings.data_dir)], cwd=ROOT, stdout=subprocess.PIPE, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    kept, thrown = killed.stdout.decode().split()
    store = Store(settings.data_dir)
    assert [record.file for record in store.newest_first()] == ["waiting.png", "kept"]
    assert (store.folder(store.newest_first()[0].id) / "pixels.u16").read_bytes() == bytes(100)
    assert [version.verdict for version in Verdicts(store.database).history(kept)] == [{"reader": "r", "text": "said"}]
    assert Preferences(store.database).of("reader") == {"language": "de"}
    assert Bin(store, 10).bring_back(thrown) == (thrown,)
    assert store.recover({}) == (store.newest_first()[0].id,)


def test_two_who_save_a_verdict_at_once_do_not_both_succeed(settings: Settings) -> None:
    store = Store(settings.data_dir)
    analysis = store.keep("a.png", {}, {}, {}).id

    def save(number: int) -> bool:
        try:
            Verdicts(store.database).save(analysis, {"reader": "r", "text": str(number)}, {0})
        except VerdictChangedError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(save, range(8))) == [False] * 7 + [True]
