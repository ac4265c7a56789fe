from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli.queue import queue
from app.network.inbox import FAILED, REFUSED, Inbox
from app.network.received import Received


@pytest.fixture
def filled(tmp_path: Path) -> Inbox:
    """One object waits, one was refused, one could not be delivered."""
    inbox = Inbox(tmp_path / "network", least_free_bytes=0)
    for number in range(3):
        inbox.add(Received(b"data", "1.2", f"1.2.{number}"), "PACS@127.0.0.1:104", "sr")
    _, refused, failed = (entry.key for entry in inbox.entries())
    inbox.end(refused, REFUSED, "unsupported_image")
    inbox.analysed(failed, {"sr": b"one"})
    inbox.end(failed, FAILED, "peer_unreachable")
    return inbox


def run(tmp_path: Path, *options: str) -> Result:
    return CliRunner().invoke(queue, ["--data-dir", str(tmp_path), *options])


def test_the_queue_shows_states_and_codes(tmp_path: Path, filled: Inbox) -> None:
    shown = run(tmp_path).stdout.splitlines()
    assert [line.split()[3:] for line in shown[:3]] == [
        ["received"],
        ["refused", "unsupported_image"],
        ["failed", "peer_unreachable"],
    ]
    assert shown[3] == "1 received, 1 refused, 1 failed"
    as_json = [json.loads(line) for line in run(tmp_path, "--json").stdout.splitlines()]
    assert [entry["key"] for entry in as_json] == [entry.key for entry in filled.entries()]


def test_a_retry_brings_back_what_could_not_be_delivered(tmp_path: Path, filled: Inbox) -> None:
    assert run(tmp_path, "--retry").exit_code == 0
    assert [entry.state for entry in filled.entries()] == ["received", "refused", "analysed"]


def test_no_queue_is_said_and_none_is_made(tmp_path: Path) -> None:
    assert "nothing was received" in run(tmp_path).output
    assert list(tmp_path.iterdir()) == []
