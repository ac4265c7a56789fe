"""Phantoms, an inbox, and a listening station with stub networks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.analyst import Analyst
from app.network.courier import Patience
from app.network.inbox import Inbox
from app.network.intake import Intake
from app.network.scp import StorageScp
from app.settings import Settings
from tests.app.test_whole_way import stub_networks
from tests.network.stubs import notes, phantom

Station = tuple[StorageScp, Intake, int]
MakeStation = Callable[..., Station]


@pytest.fixture(scope="session")
def mammogram() -> bytes:
    return phantom()


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path / "network", limit=3, least_free_bytes=0)


@pytest.fixture
def station(tmp_path: Path) -> Iterator[MakeStation]:
    """Starts a Storage SCP and what is behind it, in this process: `station(send_to=..., allowed=...)`."""
    started: list[Station] = []

    def start(send_to: str = "", analyst: Analyst | None = None, limit: int = 100, **scp: Any) -> Station:
        settings = Settings(data_dir=tmp_path / "data", send_to=send_to, results=("sr", "seg"))
        intake = Intake(
            settings,
            analyst or Analyst(stub_networks),
            make=notes,
            patience=Patience(first_s=0.05, longest_s=0.2),
            limit=limit,
            least_free_bytes=0,
        )
        server = StorageScp("MAMMOSCOPE", intake.keep, port=0, **scp)
        port = server.start()
        started.append((server, intake, port))
        intake.start()
        return started[-1]

    yield start
    for server, intake, _ in started:
        server.stop()
        intake.stop()
