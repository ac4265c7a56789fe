"""What goes by itself: results that grew too old, and what lay in the bin long enough."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from app.bin import Bin
from app.store import Store

log = logging.getLogger("mammoscope")

RETENTION, BIN = "retention", "bin"  # why
LONGEST_PAUSE_S, SHORTEST_PAUSE_S = 30.0, 0.05  # between two looks at what is to go
Gone = Callable[[str, str], None]  # why, and the id of the analysis


@dataclass(frozen=True)
class Tidying:
    store: Store
    bin: Bin
    retention_days: float
    gone: Gone

    def start(self) -> None:
        """Once now, then for as long as the program runs."""
        self.tidy()
        threading.Thread(target=self._for_ever, name="tidying", daemon=True).start()

    def tidy(self) -> None:
        """Delete for good, in whichever thread is here first."""
        gone = [(RETENTION, id_) for id_ in (self.store.expire(self.retention_days) if self.retention_days > 0 else ())]
        gone += [(BIN, id_) for id_ in self.bin.sweep()]
        for why, id_ in gone:
            self.gone(why, id_)

    def _for_ever(self) -> None:
        of_the_bin = self.bin.minutes * 60 / 4
        pause_s = min(LONGEST_PAUSE_S, max(SHORTEST_PAUSE_S, of_the_bin)) if of_the_bin > 0 else LONGEST_PAUSE_S
        while True:
            time.sleep(pause_s)
            try:
                self.tidy()
            except Exception as error:  # the disk may be full, and have room again
                log.error("Nothing could be tidied up: %s", type(error).__name__)
