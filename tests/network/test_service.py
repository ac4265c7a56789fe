"""Several programs on one data folder: each takes in, one works, and another one steps in when it ends."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field

import pytest

from app.analyst import Analyst
from app.network.courier import Courier
from app.network.inbox import Inbox
from app.network.received import received
from app.network.results import Judge
from app.network.routing import Routing
from app.network.service import CourierService
from tests.app.test_whole_way import stub_networks
from tests.network.programs import until
from tests.network.stubs import changed, notes


def service(inbox: Inbox, worked: list[str], name: str) -> CourierService:
    judge = Judge(Analyst(stub_networks), 1_000_000, notes)
    courier = Courier(inbox, judge, Routing(), note=lambda key, state, destination: worked.append(name))
    return CourierService(courier, poll_s=0.02)


def test_one_works_and_the_next_takes_over(inbox: Inbox, mammogram: bytes) -> None:
    worked: list[str] = []
    first, second = service(inbox, worked, "first"), service(Inbox(inbox.directory), worked, "second")
    first.start()
    inbox.add(received(mammogram), "", "sr")
    until(lambda: inbox.count("analysed") == 1)
    second.start()
    inbox.add(received(changed(mammogram, SOPInstanceUID="1.2.3")), "", "sr")
    until(lambda: inbox.count("analysed") == 2)
    first.stop()
    inbox.add(received(changed(mammogram, SOPInstanceUID="1.2.4")), "", "sr")
    until(lambda: inbox.count("analysed") == 3)
    second.stop()
    assert worked == ["first", "first", "second"]


@dataclass(frozen=True)
class Stumbling(Courier):
    """Its disk is gone for the first two steps."""

    steps: list[str] = field(default_factory=list)

    def analyse_next(self) -> bool:
        self.steps.append("analyse")
        if len(self.steps) < 3:
            raise sqlite3.OperationalError("disk I/O error in /data/Mustermann")
        return super().analyse_next()


def test_a_disk_that_comes_back_finds_the_service_at_work(
    inbox: Inbox, mammogram: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    courier = Stumbling(inbox, Judge(Analyst(stub_networks), 1_000_000, notes), Routing())
    running = CourierService(courier, poll_s=0.02)
    inbox.add(received(mammogram), "", "sr")
    running.start()
    until(lambda: inbox.count("analysed") == 1)
    assert running.alive
    running.stop()
    until(lambda: not running.alive)
    assert "OperationalError" in caplog.text
    assert "Mustermann" not in caplog.text
