"""The command line of `mammoscope listen`."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli import main


def test_other_machines_may_not_send_unless_they_are_named(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["listen", "--host", "0.0.0.0", "--data-dir", str(tmp_path)])
    assert (done.exit_code, "--allow" in done.output) == (2, True)


@pytest.mark.parametrize(
    "options",
    [
        ("--aet", "SEVENTEEN_LETTERS"),
        ("--allow", ""),
        ("--send-to", "PACS"),
        ("--results", "csv"),
        ("--results", ","),
        ("--tls-key", __file__),
    ],
)
def test_what_makes_no_sense_is_said(options: tuple[str, ...], tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["listen", "--data-dir", str(tmp_path), *options])
    assert done.exit_code == 2, done.output


def test_a_taken_port_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        options = ("--port", str(taken.getsockname()[1]), "--data-dir", str(tmp_path))
        done = CliRunner().invoke(main, ["listen", *options])
    assert (done.exit_code, "Cannot listen" in done.output) == (1, True)
