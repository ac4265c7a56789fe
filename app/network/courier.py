"""Carries every object of the inbox one step further: analyses what was received, sends what was analysed."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.network.errors import PeerError
from app.network.inbox import ANALYSED, FAILED, RECEIVED, REFUSED, SENT, Entry, Inbox
from app.network.results import Judge, Judged
from app.network.routing import Routing, Sender
from pipeline.errors import ModelUnavailable, PipelineError

log = logging.getLogger("mammoscope.network")


class Hear(Protocol):
    """Told of every analysis once its results are kept: for the page."""

    def __call__(self, entry: Entry, judged: Judged) -> None: ...


Note = Callable[[str, str, str], None]  # an object's key, its new state, where its results go: for the audit log


@dataclass(frozen=True)
class Patience:
    """Waits before the next try: `first_s` doubled each time, at most `longest_s`."""

    first_s: float = 5.0
    longest_s: float = 3600.0
    weights_s: float = 60.0  # while weights are missing
    analyses: int = 3  # an object that stopped the program this often is given up
    deliveries: int = 40  # with these waits, thirty hours

    def wait_s(self, attempts: int) -> float:
        return min(self.first_s * 2.0 ** min(attempts - 1, 30), self.longest_s)


@dataclass(frozen=True)
class Courier:
    """`run` carries out an analysis: at once, or in the worker that does all of them."""

    inbox: Inbox
    judge: Judge
    routing: Routing
    patience: Patience = Patience()
    run: Callable[[Callable[[], Judged]], Judged] = lambda task: task()
    hear: Hear = lambda entry, judged: None
    note: Note = lambda key, state, destination: None

    def analyse_next(self) -> bool:
        """One received object; False when nothing is due."""
        entry = self.inbox.begin(RECEIVED)
        if entry is None:
            return False
        if entry.attempts > self.patience.analyses:
            self._over(entry, FAILED, entry.code or "interrupted")
            return True
        began = time.monotonic()
        try:
            data = self.inbox.data(entry.key)
            judged = self.run(lambda: self.judge.judge(data))
            results = self.judge.results(judged, entry.kinds.split(","))
        except ModelUnavailable as error:
            self.inbox.postpone(entry.key, self.patience.weights_s, error.code, counts=False)
            log.error("object %s waits: %s", entry.key, error)
        except PipelineError as error:
            self._over(entry, REFUSED, error.code)
        except Exception as error:  # ours; the next object is still to come
            self.inbox.postpone(entry.key, self.patience.wait_s(entry.attempts), "internal_error")
            log.error("object %s, try %d: %s", entry.key, entry.attempts, _where(error))
        else:
            self.inbox.analysed(entry.key, results)
            self.note(entry.key, ANALYSED, entry.destination)
            self._tell(entry, judged)
            log.info("object %s analysed in %.1f s", entry.key, time.monotonic() - began)
        return True

    def _tell(self, entry: Entry, judged: Judged) -> None:
        try:
            self.hear(entry, judged)
        except Exception as error:  # the results are safe already
            log.error("object %s: %s", entry.key, _where(error))

    def send_next(self) -> bool:
        """The results of one object; False when nothing is due."""
        entry = self.inbox.begin(ANALYSED)
        if entry is None:
            return False
        try:
            self._deliver(entry, self.routing.sender(entry.destination))
        except PeerError as error:
            self._try_again(entry, error.code, str(error))
        except Exception as error:
            self._try_again(entry, "internal_error", _where(error))
        else:
            self._over(entry, SENT, None)
        return True

    def _deliver(self, entry: Entry, sender: Sender) -> None:
        """What was confirmed is not sent again, and is noted even where the rest of it fails."""
        files, confirmed = self.inbox.results(entry.key), 0
        try:
            for index in sender.store([file.read_bytes() for file in files]) if files else ():
                files[index].unlink(missing_ok=True)
                confirmed += 1
        finally:
            if confirmed:
                self.note(entry.key, SENT, entry.destination)

    def _try_again(self, entry: Entry, code: str, why: str) -> None:
        log.warning("object %s not sent, try %d: %s", entry.key, entry.attempts, why)
        if entry.attempts >= self.patience.deliveries:
            self._over(entry, FAILED, code)
        else:
            self.inbox.postpone(entry.key, self.patience.wait_s(entry.attempts), code)

    def _over(self, entry: Entry, state: str, code: str | None) -> None:
        self.inbox.end(entry.key, state, code)
        log.info("object %s %s%s", entry.key, state, f": {code}" if code else "")


def _where(error: BaseException) -> str:
    """Kind and place, not the message, which may quote a header."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__}{place}"
