"""From an accepted upload to a stored result, stage by stage, and news of it for those who wait."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TypeVar

from app import pixels
from app.analysing import Analysing, wishes
from app.analyst import Analyst
from app.belonging import Belonging, belonging_of
from app.bin import Bin
from app.errors import ProblemError, problem, problem_of
from app.metrics import Metrics
from app.news import News
from app.settings import Settings
from app.store import QUEUED, Record, Store
from app.tidying import Gone, Tidying
from app.worker import QueueFullError, Worker
from pipeline.errors import PipelineError
from pipeline.mammogram import Mammogram
from pipeline.read import read_stored

T = TypeVar("T")
KEPT_IN_MEMORY = 2  # mammograms read in a request and soon needed again by the worker; others are read once more
INTERRUPTED = problem("internal_error", "The program stopped twice during this analysis, so it was given up.", 500)


@dataclass(frozen=True)
class Upload:
    """What files that were sent together have in common: a word of the sender's or ours, and what to call them."""

    token: str
    label: str | None = None
    ask_second: bool | None = None  # whether masses shall have a second opinion; None: as the settings say


class Jobs:
    def __init__(
        self,
        settings: Settings,
        store: Store,
        analyst: Analyst,
        metrics: Metrics,
        gone: Gone = lambda why, id_: None,
    ) -> None:
        """`gone` is told of each analysis that nobody deletes now: why, and its id."""
        self.settings, self.store, self.analyst, self.metrics = settings, store, analyst, metrics
        self.bin = Bin(store, settings.undo_minutes)
        self.tidying = Tidying(store, self.bin, settings.retention_days, self._went(gone))
        self.worker = Worker(settings.queue_limit)
        self.news = News(store)
        self._analysing = Analysing(store, analyst, settings.max_pixels)
        self._fresh: OrderedDict[str, Mammogram] = OrderedDict()
        self._lock = threading.Lock()

    def start(self) -> None:
        """Put back what an earlier process left unfinished, then begin to work."""
        for id_ in self.store.recover(INTERRUPTED):
            self._queue(id_)
        self.tidying.start()
        self.worker.start()

    def submit(
        self,
        file: str,
        data: bytes,
        spacing_mm: tuple[float, float] | None = None,
        sent_with: Upload | None = None,
    ) -> Record:
        """Read the upload, keep it, queue it. Raises PipelineError for bad input and ProblemError queue_full."""
        self.check_room()
        mammogram, stored = read_stored(data, self.settings.max_pixels, spacing_mm)
        self.tidying.tidy()
        beside = {
            **pixels.pixel_files(mammogram, stored),
            **wishes(spacing_mm, sent_with.ask_second if sent_with else None),
        }
        record = self.store.add(file, data, beside, self._belonging(data, mammogram, sent_with))
        self._remember(record.id, mammogram)
        try:
            self.worker.submit(lambda: self._run(record.id))
        except QueueFullError:
            self.delete(record.id)
            raise queue_full() from None
        self.news.tell(record.id)
        return record

    def _belonging(self, data: bytes, mammogram: Mammogram, sent_with: Upload | None) -> Belonging:
        found = belonging_of(data, self.store.key).seen(mammogram)
        return found.sent_with(sent_with.token, sent_with.label, self.store.key) if sent_with else found

    def _queue(self, id_: str) -> None:
        """What was accepted before; more than the limit may wait."""
        self.worker.submit(lambda: self._run(id_), force=True)

    def run(self, task: Callable[[], T]) -> Future[T]:
        """Something else that needs the models, in the same worker, after what waits already."""
        try:
            return self.worker.submit(task)
        except QueueFullError:
            raise queue_full() from None

    def delete(self, id_: str) -> None:
        """For good."""
        self.store.delete(id_)
        self._forget(id_)

    def put_away(self, *analyses: str) -> tuple[str, ...]:
        """Into the bin, together; ids of those that were there."""
        put = self.bin.put(analyses)
        self._forget(*put)
        return put

    def came_back(self, analyses: tuple[str, ...]) -> None:
        """Out of the bin. The worker has passed over those that were waiting."""
        for id_ in analyses:
            record = self.store.get(id_)
            if record and record.state == QUEUED:
                self._queue(id_)
        self.news.tell(*analyses)

    def _went(self, gone: Gone) -> Gone:
        def went(why: str, id_: str) -> None:
            self._forget(id_)
            gone(why, id_)

        return went

    def _forget(self, *analyses: str) -> None:
        with self._lock:
            for id_ in analyses:
                self._fresh.pop(id_, None)
        self.news.tell(*analyses)

    def wait(self, id_: str, seconds: float) -> Record | None:
        return self.news.wait(id_, seconds)

    def check_room(self) -> None:
        """Raises ProblemError queue_full."""
        try:
            self.worker.check_room()
        except QueueFullError:
            raise queue_full() from None

    def _remember(self, id_: str, mammogram: Mammogram) -> None:
        with self._lock:
            self._fresh[id_] = mammogram
            while len(self._fresh) > KEPT_IN_MEMORY:
                self._fresh.popitem(last=False)

    def _remembered(self, id_: str) -> Mammogram | None:
        with self._lock:
            return self._fresh.pop(id_, None)

    def _stage(self, id_: str, stage: str) -> None:
        self.store.stage(id_, stage)
        self.news.tell(id_)

    def _run(self, id_: str) -> None:
        record = self.store.get(id_)
        if record is None or not self.store.claim(id_):
            return
        try:
            self._stage(id_, "read")
            document, preprocessed = self._analysing.run(
                id_, record.file, self._remembered(id_), lambda stage: self._stage(id_, stage)
            )
        except Exception as error:
            self._failed(id_, error)
        else:
            self.store.finish(id_, document, preprocessed)
            self.metrics.analyzed("done", document["timings_ms"])
        self.news.tell(id_)

    def _failed(self, id_: str, error: Exception) -> None:
        if self.store.get(id_, in_the_bin=True) is None:  # deleted while it ran, and its files with it
            self.metrics.analyzed("deleted", {})
            return
        self.store.fail(id_, problem_of(error))
        self.metrics.analyzed(error.code if isinstance(error, PipelineError) else "internal_error", {})


def queue_full() -> ProblemError:
    return ProblemError("queue_full", "Try again when some of them are done.", {"Retry-After": "10"})
