"""One thread that does the analyses, one after another; requests only wait for it."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class QueueFullError(Exception):
    """As many tasks are waiting as we are willing to keep."""


class Worker:
    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._tasks: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._waiting = 0
        self._thread = threading.Thread(target=self._run, name="analyses", daemon=True)

    def start(self) -> None:
        self._thread.start()

    @property
    def waiting(self) -> int:
        return self._waiting

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def check_room(self) -> None:
        """Raises QueueFullError: before anything is written for a task that submit() would refuse."""
        if self._waiting >= self.limit:
            raise QueueFullError

    def submit(self, task: Callable[[], T], force: bool = False) -> Future[T]:
        """Run `task` in the worker. Raises QueueFullError unless `force` (what was accepted before a restart)."""
        with self._lock:
            if not force:
                self.check_room()
            self._waiting += 1
        future: Future[T] = Future()
        self._tasks.put(lambda: _carry_out(task, future))
        return future

    def _run(self) -> None:
        while True:
            task = self._tasks.get()
            with self._lock:
                self._waiting -= 1
            task()


def _carry_out(task: Callable[[], Any], future: Future[Any]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(task())
    except BaseException as error:  # handed to whoever waits; the worker lives on
        future.set_exception(error)
