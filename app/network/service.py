"""The courier's threads, of which one program at a time has them."""

from __future__ import annotations

import fcntl
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, TypeVar

from app.network.courier import Courier

log = logging.getLogger("mammoscope.network")
T = TypeVar("T")
POLL_S = 0.5  # another process may have put something into the inbox
EXPIRE_S = 3600.0


@dataclass
class CourierService:
    """Works while it holds the lock of the inbox; until then it waits for whoever has it to end, however it ends."""

    courier: Courier
    retention_days: float = 30.0
    poll_s: float = POLL_S
    _stopping: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)
    _lock: IO[bytes] | None = None

    def start(self) -> None:
        self._spawn("courier", self._main)

    def stop(self, seconds: float = 5.0) -> None:
        """Ends after the step in hand, waiting at most `seconds`; whatever it was is taken up at the next start."""
        self._stopping.set()
        for thread in list(self._threads):
            thread.join(seconds)
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    @property
    def alive(self) -> bool:
        return any(thread.is_alive() for thread in self._threads)

    def _spawn(self, name: str, target: Callable[[], None]) -> None:
        thread = threading.Thread(target=target, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _main(self) -> None:
        while not _whatever_comes(self._take_lock):
            if self._stopping.wait(self.poll_s):
                return
        _whatever_comes(self.courier.inbox.revive)
        self._spawn("courier-send", lambda: self._loop(self.courier.send_next))
        self._spawn("courier-expire", self._expire)
        self._loop(self.courier.analyse_next)

    def _take_lock(self) -> bool:
        """The system lets go of it when the process ends, killed or not."""
        lock = (self.courier.inbox.directory / "courier.lock").open("ab")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            return False
        self._lock = lock
        return True

    def _loop(self, step: Callable[[], bool]) -> None:
        while not self._stopping.is_set():
            if not _whatever_comes(step):
                self._stopping.wait(self.poll_s)

    def _expire(self) -> None:
        while True:
            _whatever_comes(lambda: self.courier.inbox.expire(self.retention_days))
            if self._stopping.wait(EXPIRE_S):
                return


def _whatever_comes(step: Callable[[], T]) -> T | None:
    """The disk or the database may fail, and come back: the thread goes on."""
    try:
        return step()
    except Exception as error:
        log.error("The courier stumbled: %s", type(error).__name__)
        return None
