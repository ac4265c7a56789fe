"""Killed between receiving and analysing, and between analysing and sending: each object is done, and done once."""

from __future__ import annotations

import signal
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.network import station
from tests.network.orthanc import storescu
from tests.network.programs import free_port, stop, until
from tests.network.stubs import NAME, Peer, phantom, uid_of


def states(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / "data" / "network" / "inbox.sqlite")) as db:
        return [row[0] for row in db.execute("SELECT state FROM objects ORDER BY rowid")]


def attempts(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "data" / "network" / "inbox.sqlite")) as db:
        return int(db.execute("SELECT max(attempts) FROM objects").fetchone()[0])


def test_what_was_acknowledged_survives_kill_9_and_is_done_once(tmp_path: Path) -> None:
    files = []
    for seed in (3, 4):
        files.append(tmp_path / f"{seed}.dcm")
        files[-1].write_bytes(phantom(seed))
    port = free_port()
    options = ("--send-to", f"PACS@127.0.0.1:{port}", "--results", "cad_sr")
    first = station.listen(tmp_path, *options, hold=True)
    for file in files:
        storescu(first.port, "MAMMOSCOPE", file)
    until(lambda: attempts(tmp_path) == 1)  # in the middle of the first one's analysis
    first.process.send_signal(signal.SIGKILL)
    first.process.wait()
    assert states(tmp_path) == ["received", "received"]

    second = station.listen(tmp_path, *options)
    try:
        until(lambda: states(tmp_path) == ["analysed", "analysed"])  # nobody listens there: nothing was sent
    finally:
        second.process.kill()
        second.process.wait()
    with closing(sqlite3.connect(tmp_path / "data" / "network" / "inbox.sqlite")) as db, db:
        db.execute("UPDATE objects SET due = 0")  # the wait for the next try is over

    with Peer(port) as pacs:
        third = station.listen(tmp_path, *options)
        try:
            until(lambda: states(tmp_path) == ["sent", "sent"])
            storescu(third.port, "MAMMOSCOPE", files[0])  # the sender never heard of it all
        finally:
            stop(third.process)
        assert third.process.returncode == 0
        referenced = [
            str(
                made.CurrentRequestedProcedureEvidenceSequence[0]
                .ReferencedSeriesSequence[0]
                .ReferencedSOPSequence[0]
                .ReferencedSOPInstanceUID
            )
            for made in pacs.stored
        ]
        assert sorted(referenced) == sorted(uid_of(file.read_bytes()) for file in files)
    log = "".join(path.read_text() for path in tmp_path.glob("*.log"))
    assert "sent" in log
    assert NAME.split("^")[0] not in log
