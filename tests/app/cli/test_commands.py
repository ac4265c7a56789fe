from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import COMMANDS, main
from app.cli.checks import FAIL, OK, WARN, all_checks, data_folder, packages, page, pinned, port, python_version
from app.settings import DISCLAIMER, Settings
from tests.conftest import ROOT


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.mark.parametrize("command", ["", *(command.name for command in COMMANDS if command.add_help_option)])
def test_every_help_text_carries_the_disclaimer(command: str) -> None:
    assert DISCLAIMER in " ".join(run(*command.split(), "--help").output.split())


def test_a_bad_setting_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAMMOSCOPE_PORT", "http")
    for command in (("serve",), ("doctor",), ("analyze", "x.png")):
        result = run(*command)
        assert (result.exit_code, result.output.strip()) == (
            1,
            "Error: MAMMOSCOPE_PORT is 'http'; expected a number.",
        )


def test_phantoms_are_drawn_with_what_was_asked_for(tmp_path: Path) -> None:
    result = run(
        "phantom", "--out", str(tmp_path), "--count", "1", "--format", "png", "--size", "208x160", "--bits", "8"
    )
    assert (result.exit_code, result.output.strip()) == (0, "phantom-0001.png")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["phantom-0001.json", "phantom-0001.png", "truth.json"]
    assert run("phantom", "--out", str(tmp_path), "--count", "1", "--size", "large").exit_code == 2


@pytest.mark.parametrize("command", ["train", "evaluate"])
def test_arguments_go_on_to_training_as_they_are(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[list[str]] = []

    class Module:
        @staticmethod
        def main(arguments: list[str]) -> int:
            given.append(arguments)
            return 3

    monkeypatch.setitem(sys.modules, f"training.{command}", Module)
    assert run(command, "detector", "--seed", "7", "--help").exit_code == 3
    assert given == [["detector", "--seed", "7", "--help"]]


def test_without_the_packages_for_training_we_say_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "training.train", None)
    result = run("train")
    assert result.exit_code == 1
    assert "make setup-dev" in result.output


def test_the_doctor_tells_good_from_bad_and_what_to_do(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert python_version(settings).state == OK
    assert data_folder(settings).state == OK
    assert page(settings).state == WARN
    assert "make setup" in page(settings).todo
    blocked = tmp_path / "a-file"
    blocked.write_text("")
    cannot_write = data_folder(Settings(data_dir=blocked / "data"))
    assert (cannot_write.state, "MAMMOSCOPE_DATA_DIR" in cannot_write.todo) == (FAIL, True)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        assert port(Settings(data_dir=tmp_path, port=number)).state == WARN


def test_the_doctor_finds_missing_and_other_versions(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.cli.checks.ROOT", tmp_path)
    assert packages(settings).state == WARN
    pins = tmp_path / "requirements-serve.txt"
    pins.write_text("# numbers\nflask==0.1  # old\n")
    assert (packages(settings).state, "instead of 0.1" in packages(settings).message) == (WARN, True)
    pins.write_text("no-such-package==1\n")
    assert (packages(settings).state, packages(settings).message) == (FAIL, "missing: no-such-package")


def test_the_packages_here_are_those_that_were_tested_together() -> None:
    assert len(pinned(ROOT / "requirements-serve.txt")) > 10


def test_the_doctor_never_stumbles_over_one_check(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(path: Path) -> dict[str, str]:
        raise RuntimeError("unforeseen")

    monkeypatch.setattr("app.cli.checks.pinned", broken)
    found = {check.name: check for check in all_checks(settings)}
    assert (found["packages"].state, found["packages"].message) == (FAIL, "RuntimeError: unforeseen")
    assert found["python"].state == OK


def test_the_doctors_json_agrees_with_its_exit_status(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MAMMOSCOPE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("MAMMOSCOPE_WEIGHTS_DIR", str(tmp_path))  # no weights there
    result = run("doctor", "--json")
    told = json.loads(result.stdout)
    assert (told["ok"], result.exit_code) == (False, 1)
    assert {check["name"]: check["state"] for check in told["checks"]}["weights"] == FAIL
    assert "fail  weights" in run("doctor").stdout


def test_a_port_in_use_is_said_before_anything_starts() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = run("serve", "--port", str(taken.getsockname()[1]))
    assert result.exit_code == 1
    assert "choose another --port" in result.output


@contextmanager
def served(data_dir: Path) -> Iterator[tuple[str, list[str]]]:
    """The real server in a process of its own, on a free port: its address, and all it said once it has stopped."""
    command = [sys.executable, "-c", "from app.cli import main; main()", "serve", "--port", "0"]
    environ = {**os.environ, "MAMMOSCOPE_DATA_DIR": str(data_dir), "PYTHONUNBUFFERED": "1"}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=subprocess.STDOUT, text=True, env=environ, cwd=ROOT) as server:
        assert server.stdout
        said = [server.stdout.readline()]
        try:
            yield said[0].split("  ")[0].removeprefix("Mammoscope is at "), said
        finally:
            server.send_signal(signal.SIGINT)
            said += server.stdout.readlines()
            said.append(f"status {server.wait(20)}")


def test_the_server_greets_with_address_and_disclaimer_and_stops_quietly(tmp_path: Path) -> None:
    with served(tmp_path) as (address, said):
        assert address.startswith("http://127.0.0.1:"), said
        with urllib.request.urlopen(f"{address}/healthz", timeout=20) as answer:
            assert json.load(answer) == {"status": "ok"}
        upload = urllib.request.Request(f"{address}/api/v1/analyses", data=b"", method="POST")
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(upload, timeout=20)
        with refused.value as answer:
            assert json.load(answer)["code"] == "missing_file"
    assert said[1:] == [f"{DISCLAIMER}\n", "status 0"]


def test_a_stop_in_the_middle_of_handing_a_request_over_does_not_wait_for_itself() -> None:
    """In a process of its own: what it guards against hangs for ever."""
    script = """
import signal
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from app.cli.worker import Worker
worker = object.__new__(Worker)
worker.cfg, worker.tpool = SimpleNamespace(worker_int=lambda one: None), ThreadPoolExecutor(1)
signal.signal(signal.SIGQUIT, worker.handle_quit)
with worker.tpool._shutdown_lock:  # as submit() holds it
    signal.raise_signal(signal.SIGQUIT)
print("went on")
"""
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert (ended.returncode, ended.stdout) == (0, ""), ended.stderr


@pytest.mark.parametrize(("ending", "status"), [("sys.exit(3)", 3), ("sys.exit()", 0), ("1 / 0", 1), ("pass", 0)])
def test_the_servers_process_ends_with_its_status_and_tears_nothing_down(ending: str, status: int) -> None:
    script = f"""
import atexit, os, sys
from types import SimpleNamespace
from app.cli.serve import leave
atexit.register(print, "torn down")
leave(None, SimpleNamespace(pid=os.getpid() + 1))  # another's end is not ours
print("still here")
try:
    {ending}
finally:
    leave(None, SimpleNamespace(pid=os.getpid()))
"""
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT)
    assert (ended.returncode, ended.stdout) == (status, "still here\n"), ended.stderr
