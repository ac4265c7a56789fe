"""News of stored analyses for those who wait: of one, or of all."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Iterator

from app.store import Record, Store

HEARTBEAT_S = 15.0
PAUSE_S = 0.1  # between two looks of who watches everything: short stages are told together
REMEMBERED = 1000  # analyses that changed last


class News:
    def __init__(self, store: Store) -> None:
        self.store = store
        self._condition = threading.Condition()
        self._number = 0  # of the last change
        self._changes: OrderedDict[str, int] = OrderedDict()  # analysis -> number of its last change, oldest first

    def tell(self, *analyses: str) -> None:
        """These have changed, or are gone."""
        with self._condition:
            for id_ in analyses:
                self._number += 1
                self._changes[id_] = self._number
                self._changes.move_to_end(id_)
            while len(self._changes) > REMEMBERED:
                self._changes.popitem(last=False)
            self._condition.notify_all()

    def wait(self, id_: str, seconds: float) -> Record | None:
        """The record once it is over, or as it stands after `seconds`; None when it was deleted."""
        until = time.monotonic() + seconds
        with self._condition:
            while (record := self.store.get(id_)) and not record.over and (left := until - time.monotonic()) > 0:
                self._condition.wait(left)
        return record

    def follow(self, id_: str, seconds: float) -> Iterator[Record | None]:
        """The record now and at every change, every HEARTBEAT_S without one; ends when it is over or gone."""
        until, seen = time.monotonic() + seconds, None
        while time.monotonic() < until:
            with self._condition:
                record = self.store.get(id_)
                if record == seen:
                    self._condition.wait(HEARTBEAT_S)
                    record = self.store.get(id_)
            yield record
            if record is None or record.over:
                return
            seen = record

    def watch(self, seconds: float) -> Iterator[frozenset[str] | None]:
        """Ids of what has changed since the last time; None: anything may have. That is so at first, every HEARTBEAT_S
        without news, because another program may have received something, and after more changes than we remember."""
        until, seen = time.monotonic() + seconds, -1
        while time.monotonic() < until:
            seen, changed = self._since(seen)
            yield changed
            time.sleep(PAUSE_S)

    def _since(self, seen: int) -> tuple[int, frozenset[str] | None]:
        with self._condition:
            if seen == self._number:
                self._condition.wait(HEARTBEAT_S)
            changed = frozenset(id_ for id_, number in self._changes.items() if number > seen)
            known = seen >= 0 and changed and self._number - seen <= REMEMBERED
            return self._number, changed if known else None
