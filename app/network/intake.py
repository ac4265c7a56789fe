"""What `serve` and `listen` have in common: an inbox, its courier, and where the results go."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from app.analyst import Analyst
from app.network.courier import Courier, Hear, Note, Patience
from app.network.inbox import Inbox
from app.network.received import Received
from app.network.results import Judge, Judged, MakeResults
from app.network.routing import Routing
from app.network.service import CourierService
from app.settings import Settings

FOLDER = "network"  # below the data folder


@dataclass
class Intake:
    """Everything begins with the first object, or at start() where an earlier process left one."""

    settings: Settings
    analyst: Analyst
    hear: Hear = lambda entry, judged: None
    note: Note = lambda key, state, destination: None
    run: Callable[[Callable[[], Judged]], Judged] = lambda task: task()
    routing: Routing = field(default_factory=Routing)
    patience: Patience = field(default_factory=Patience)
    make: MakeResults | None = None
    limit: int = 1000
    least_free_bytes: int = 1 << 30
    _starting: threading.Lock = field(default_factory=threading.Lock)
    _service: CourierService | None = None

    @property
    def folder(self) -> Path:
        return self.settings.data_dir / FOLDER

    @cached_property
    def inbox(self) -> Inbox:
        return Inbox(self.folder, self.limit, self.least_free_bytes)

    def start(self) -> None:
        if (self.folder / "inbox.sqlite").exists():
            self._start_courier()

    def stop(self) -> None:
        if self._service is not None:
            self._service.stop()

    def keep(self, received: Received) -> bool:
        """Take an object in; False where we have it already. Raises RefusedObject."""
        with self._starting:
            inbox = self.inbox
        added = inbox.add(received, self.settings.send_to, ",".join(self.settings.results))
        self._start_courier()
        return added

    def _start_courier(self) -> None:
        with self._starting:
            if self._service is None:
                judge = Judge(self.analyst, self.settings.max_pixels, self.make)
                courier = Courier(self.inbox, judge, self.routing, self.patience, self.run, self.hear, self.note)
                self._service = CourierService(courier, self.settings.retention_days)
                self._service.start()
