"""Who saw what is written down, and what was written down stays as it was."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.testing import FlaskClient

from app.audit import FILE, START, Audit, lines_of, verify
from app.cli import main
from app.settings import Settings
from tests.app.stubs import send


@pytest.fixture
def log(tmp_path: Path) -> Audit:
    made = Audit(tmp_path)
    for number in range(5):
        made.record("127.0.0.1", "viewed", f"{number:032x}", "image.png")
    return made


def told(settings: Settings) -> list[tuple[str, str | None, str | None]]:
    return [(line["what"], line["analysis"], line["part"]) for line in lines_of(settings.data_dir / FILE)]


def test_every_line_says_when_who_and_what(log: Audit) -> None:
    first, *_ = lines_of(log.path)
    assert set(first) == {"at", "who", "what", "analysis", "part", "previous", "hash"}
    assert first["at"].endswith("+00:00")
    assert (first["who"], first["what"], first["previous"]) == ("127.0.0.1", "viewed", START)


def test_an_untouched_log_is_in_order(log: Audit) -> None:
    verdict = verify(log.path)
    assert (verdict.lines, verdict.problem) == (5, None)
    assert verdict.last == list(lines_of(log.path))[-1]["hash"]


def changed(lines: list[str]) -> list[str]:
    return [*lines[:2], lines[2].replace("viewed", "listed"), *lines[3:]]


def rehashed(lines: list[str]) -> list[str]:
    """Changed by somebody who knows how a line's own hash is made."""
    from app.audit import hash_of

    line = {**json.loads(lines[2]), "who": "somebody else"}
    return [*lines[:2], json.dumps({**line, "hash": hash_of(line)}) + "\n", *lines[3:]]


@pytest.mark.parametrize(
    ("tamper", "whole"),
    [
        (changed, 2),
        (rehashed, 3),
        (lambda lines: [*lines[:2], *lines[3:]], 2),
        (lambda lines: [lines[1], lines[0], *lines[2:]], 0),
        (lambda lines: lines[1:], 0),
        (lambda lines: [*lines[:4], lines[4][:20]], 4),
        (lambda lines: [*lines, "{}\n"], 5),
    ],
    ids=["changed", "changed with its hash", "taken out", "swapped", "first cut off", "torn", "foreign"],
)
def test_a_changed_line_is_found(log: Audit, tamper: Callable[[list[str]], list[str]], whole: int) -> None:
    log.path.write_text("".join(tamper(log.path.read_text().splitlines(keepends=True))))
    verdict = verify(log.path)
    assert verdict.lines == whole
    assert verdict.problem is not None


def test_lines_cut_off_at_the_end_are_missed_by_whoever_noted_the_hash(log: Audit) -> None:
    noted = verify(log.path).last
    log.path.write_text("".join(log.path.read_text().splitlines(keepends=True)[:3]))
    assert verify(log.path).problem is None
    assert "cut off" in str(verify(log.path, noted).problem)


def test_it_goes_on_after_a_torn_line_which_stays_found(log: Audit) -> None:
    log.path.write_bytes(log.path.read_bytes()[:-30])
    log.record("127.0.0.1", "deleted", None)
    assert len(log.path.read_text().splitlines()) == 6
    assert verify(log.path).lines == 4


def test_a_line_that_cannot_be_written_whole_leaves_nothing(log: Audit, monkeypatch: pytest.MonkeyPatch) -> None:
    before = log.path.read_bytes()
    import os

    write = os.write
    monkeypatch.setattr(os, "write", lambda file, data: write(file, data[:10]))
    with pytest.raises(OSError, match="full"):
        log.record("127.0.0.1", "viewed")
    assert log.path.read_bytes() == before


def append(directory: Path, count: int) -> None:
    log = Audit(directory)
    for _ in range(count):
        log.record("a process", "viewed")


def test_two_processes_write_one_chain(tmp_path: Path) -> None:
    workers = [multiprocessing.get_context("fork").Process(target=append, args=(tmp_path, 20)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert (verify(tmp_path / FILE).lines, verify(tmp_path / FILE).problem) == (60, None)


def test_only_its_owner_may_read_it(log: Audit) -> None:
    assert log.path.stat().st_mode & 0o777 == 0o600


def test_the_service_writes_down_who_did_what(client: FlaskClient, settings: Settings) -> None:
    location = send(client).headers["Location"]
    id_ = location.rsplit("/", 1)[1]
    for address in ("", "/image.png", "/overlay.png?min_confidence=0.2", "/report.pdf", "/report.html"):
        client.get(f"{location}{address}", buffered=True)
    client.get("/api/v1/analyses")
    client.delete(location)
    assert told(settings) == [
        ("analysed", id_, None),
        ("viewed", id_, None),
        ("viewed", id_, "image.png"),
        ("viewed", id_, "overlay.png"),
        ("exported", id_, "report.pdf"),
        ("exported", id_, "report.html"),
        ("listed", None, None),
        ("deleted", id_, None),
    ]
    assert {line["who"] for line in lines_of(settings.data_dir / FILE)} == {"127.0.0.1"}
    assert verify(settings.data_dir / FILE).problem is None


def test_every_export_is_written_down_and_looking_again_within_a_minute_is_not(
    client: FlaskClient, settings: Settings
) -> None:
    location = send(client).headers["Location"]
    for _ in range(3):
        client.get(location)
        client.get(f"{location}/report.pdf")
    assert [what for what, _, _ in told(settings)].count("viewed") == 1
    assert [what for what, _, _ in told(settings)].count("exported") == 3


def test_what_shows_nothing_of_anyone_is_not_written_down(client: FlaskClient, settings: Settings) -> None:
    for address in ("/healthz", "/metrics", "/api/v1/openapi.json", "/api/v1/analyses/none", "/nothing"):
        client.get(address)
    send(client, b"no image")
    assert told(settings) == []


def test_an_account_that_a_server_in_front_names_is_written_down(client: FlaskClient, settings: Settings) -> None:
    client.get("/api/v1/analyses", environ_overrides={"REMOTE_USER": "reader7", "REMOTE_ADDR": "10.0.0.9"})
    assert [line["who"] for line in lines_of(settings.data_dir / FILE)] == ["reader7@10.0.0.9"]


def test_what_grew_too_old_is_written_down(make_app: Callable[..., Flask], settings: Settings) -> None:
    id_ = send(make_app().test_client()).headers["Location"].rsplit("/", 1)[1]
    make_app(retention_days=1e-9)
    *_, last = lines_of(settings.data_dir / FILE)
    assert (last["who"], last["what"], last["analysis"]) == ("retention", "deleted", id_)


def test_without_room_for_the_log_the_service_still_answers(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*words: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(Audit, "record", full)
    assert client.get("/api/v1/analyses").status_code == 200
    assert "audit log could not be written" in caplog.text


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["audit", *map(str, arguments)])


def test_the_command_shows_and_checks(log: Audit) -> None:
    shown = run("show", "--data-dir", log.directory, "--analysis", f"{3:032x}")
    assert len(shown.stdout.splitlines()) == 1
    assert "viewed" in shown.stdout
    whole = run("verify", "--data-dir", log.directory)
    assert (whole.exit_code, whole.stdout.startswith("5 lines in order")) == (0, True)
    assert run("verify", "--data-dir", log.directory, "--expect", verify(log.path).last).exit_code == 0
    assert run("verify", "--data-dir", log.directory, "--expect", "0" * 63 + "1").exit_code == 1
    log.path.write_text(log.path.read_text().replace("viewed", "listed", 1))
    broken = run("verify", "--data-dir", log.directory)
    assert (broken.exit_code, "Line 1 was changed" in broken.stderr) == (1, True)


def test_json_lines_can_be_taken_elsewhere_and_checked_there(log: Audit, tmp_path: Path) -> None:
    copy = tmp_path / "copy.jsonl"
    copy.write_text(run("show", "--json", "--data-dir", log.directory).stdout)
    assert verify(copy) == verify(log.path)
