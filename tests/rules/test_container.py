"""The Dockerfile's claims, read from its text: no engine runs in the tests."""

from __future__ import annotations

import re

from tests.rules.source_tree import ROOT

TEXT = (ROOT / "Dockerfile").read_text("utf-8")
STEPS = re.sub(r"\\\n\s*", " ", TEXT)  # one instruction a line
SERVING = STEPS[STEPS.rindex("\nFROM ") :]


def instructions(name: str, text: str = STEPS) -> list[str]:
    return re.findall(rf"^{name} (.*)$", text, re.MULTILINE)


def test_it_runs_as_a_user_of_its_own() -> None:
    (user,) = instructions("USER", SERVING)
    assert user not in {"root", "0"}
    assert any("useradd" in run and user in run for run in instructions("RUN", SERVING))


def test_the_health_check_asks_healthz() -> None:
    assert re.search(r"^HEALTHCHECK .*/healthz", SERVING, re.MULTILINE)


def test_gunicorn_serves_the_application_in_one_process() -> None:
    (command,) = instructions("CMD", SERVING)
    assert '"app:create_app()"' in command
    assert '"--workers", "1"' in command
    assert '"--bind", "0.0.0.0:8080"' in command
    assert instructions("EXPOSE", SERVING) == ["8080"]


def test_it_installs_the_serving_set_only() -> None:
    installs = [run for run in instructions("RUN", SERVING) if "pip install" in run]
    assert len(installs) == 1
    assert "--no-deps -r requirements-serve.txt" in installs[0]


def test_what_it_copies_exists_and_is_let_in() -> None:
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")}
    for copy in instructions("COPY"):
        if not copy.startswith("--from="):
            *sources, _ = copy.split()
            for source in sources:
                assert (ROOT / source).exists(), source
                assert source.split("/")[0] in let_in, source


def test_it_copies_all_that_serving_imports_and_nothing_that_trains() -> None:
    copied = {source for copy in instructions("COPY", SERVING) for source in copy.split()[:-1]}
    assert {"app", "pipeline", "models"} <= copied
    assert not {"training", "tests", "."} & copied
