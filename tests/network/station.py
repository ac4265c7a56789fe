"""`mammoscope` in a process of its own, its networks stubs: `python -m tests.network.station listen ...`.

With `hold` as the first argument, analyses never end.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from app.analyst import Analyst, Progress
from app.cli import main, reading
from app.settings import Settings
from pipeline.finding import Analysis
from pipeline.mammogram import Mammogram
from tests.app.test_whole_way import stub_networks
from tests.conftest import ROOT
from tests.network.programs import until

HOLD = "hold"


class Holding(Analyst):
    def analyze(self, mammogram: Mammogram, progress: Progress, ask_second: bool | None = None) -> Analysis:
        time.sleep(3600)
        raise AssertionError("nobody waits for this")


def stubbed(settings: Settings) -> Analyst:
    return Holding(stub_networks) if HOLD in sys.argv else Analyst(stub_networks)


@dataclass(frozen=True)
class Running:
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def port(self) -> int:
        """Waits until it says so."""
        until(lambda: b"listens on" in self.log.read_bytes() or self.process.poll() is not None, 60)
        found = re.search(r"listens on 127\.0\.0\.1:(\d+)", self.log.read_text())
        assert found, self.log.read_text()
        return int(found[1])


def listen(folder: Path, *options: object, hold: bool = False) -> Running:
    """Start it in `folder`, which keeps the queue and the log."""
    folder.mkdir(exist_ok=True)
    arguments = [*([HOLD] if hold else []), "listen", "--port", 0, "--data-dir", folder / "data", "--least-free", 0]
    command = [sys.executable, "-m", "tests.network.station", *map(str, [*arguments, *options])]
    log = folder / f"listen-{time.monotonic_ns()}.log"
    with log.open("wb") as file:
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        process = subprocess.Popen(command, cwd=ROOT, stdout=file, stderr=file, env=environment)
    return Running(process, log)


if __name__ == "__main__":
    reading.analyst = stubbed
    main([argument for argument in sys.argv[1:] if argument != HOLD])
