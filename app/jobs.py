"""From an accepted upload to a stored result, stage by stage, and news of it for those who wait."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from app import pictures, pixels, schemas
from app.analyst import Analyst
from app.belonging import Belonging, belonging_of
from app.bin import Bin
from app.errors import ProblemError, problem, problem_of
from app.metrics import Metrics
from app.settings import Settings
from app.store import QUEUED, SOURCE_HEADERS, Record, Store
from app.tidying import Gone, Tidying
from app.worker import QueueFullError, Worker
from pipeline.document import to_document
from pipeline.errors import PipelineError
from pipeline.export.source import source_headers
from pipeline.mammogram import Mammogram
from pipeline.read import read_stored
from pipeline.read_spacing import parse_spacing

T = TypeVar("T")
KEPT_IN_MEMORY = 2  # mammograms read in a request and soon needed again by the worker; others are read once more
HEARTBEAT_S = 15.0
PAUSE_S = 0.1  # between two looks of who watches everything: short stages are told together
SPACING = "spacing_mm"  # beside an upload: what was given by hand, as parse_spacing() reads it
INTERRUPTED = problem("internal_error", "The program stopped twice during this analysis, so it was given up.", 500)


@dataclass(frozen=True)
class Upload:
    """What files that were sent together have in common: a word of the sender's or ours, and what to call them."""

    token: str
    label: str | None = None


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
        self._changed, self._changes = threading.Condition(), 0
        self._fresh: OrderedDict[str, Mammogram] = OrderedDict()

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
        beside = {**pixels.pixel_files(mammogram, stored), **_beside(spacing_mm)}
        record = self.store.add(file, data, beside, self._belonging(data, mammogram, sent_with))
        self._remember(record.id, mammogram)
        try:
            self.worker.submit(lambda: self._run(record.id))
        except QueueFullError:
            self.delete(record.id)
            raise queue_full() from None
        self._tell()
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
        self._tell()

    def _went(self, gone: Gone) -> Gone:
        def went(why: str, id_: str) -> None:
            self._forget(id_)
            gone(why, id_)

        return went

    def _forget(self, *analyses: str) -> None:
        with self._changed:
            for id_ in analyses:
                self._fresh.pop(id_, None)
        self._tell()

    def wait(self, id_: str, seconds: float) -> Record | None:
        """The record once it is over, or as it stands after `seconds`; None when it was deleted."""
        until = time.monotonic() + seconds
        with self._changed:
            while (record := self.store.get(id_)) and not record.over and (left := until - time.monotonic()) > 0:
                self._changed.wait(left)
        return record

    def follow(self, id_: str, seconds: float) -> Iterator[Record | None]:
        """The record now and at every change, every HEARTBEAT_S without one; ends when it is over or gone."""
        until, seen = time.monotonic() + seconds, None
        while time.monotonic() < until:
            with self._changed:
                record = self.store.get(id_)
                if record == seen:
                    self._changed.wait(HEARTBEAT_S)
                    record = self.store.get(id_)
            yield record
            if record is None or record.over:
                return
            seen = record

    def watch(self, seconds: float) -> Iterator[tuple[Record, ...]]:
        """Every record now, and again after every change, or every HEARTBEAT_S without one."""
        until, seen = time.monotonic() + seconds, -1
        while time.monotonic() < until:
            with self._changed:
                if seen == self._changes:
                    self._changed.wait(HEARTBEAT_S)
                seen = self._changes
            yield self.store.newest_first()
            time.sleep(PAUSE_S)

    def check_room(self) -> None:
        """Raises ProblemError queue_full."""
        try:
            self.worker.check_room()
        except QueueFullError:
            raise queue_full() from None

    def _remember(self, id_: str, mammogram: Mammogram) -> None:
        with self._changed:
            self._fresh[id_] = mammogram
            while len(self._fresh) > KEPT_IN_MEMORY:
                self._fresh.popitem(last=False)

    def _tell(self) -> None:
        with self._changed:
            self._changes += 1
            self._changed.notify_all()

    def _stage(self, id_: str, stage: str) -> None:
        self.store.stage(id_, stage)
        self._tell()

    def _run(self, id_: str) -> None:
        record = self.store.get(id_)
        if record is None or not self.store.claim(id_):
            return
        try:
            document, preprocessed = self._analyze(record)
        except Exception as error:
            self._failed(id_, error)
        else:
            self.store.finish(id_, document, preprocessed)
            self.metrics.analyzed("done", document["timings_ms"])
        self._tell()

    def _failed(self, id_: str, error: Exception) -> None:
        if self.store.get(id_, in_the_bin=True) is None:  # deleted while it ran, and its files with it
            self.metrics.analyzed("deleted", {})
            return
        self.store.fail(id_, problem_of(error))
        self.metrics.analyzed(error.code if isinstance(error, PipelineError) else "internal_error", {})

    def _analyze(self, record: Record) -> tuple[dict[str, Any], dict[str, Any]]:
        folder = self.store.folder(record.id)
        self._stage(record.id, "read")
        with self._changed:
            mammogram = self._fresh.pop(record.id, None)
        if mammogram is None:
            mammogram = self._read_again(folder)
        (folder / pictures.ORIGINAL).write_bytes(pictures.png(pictures.eight_bit(mammogram)))
        if source := source_headers((folder / "upload").read_bytes()):
            (folder / SOURCE_HEADERS).write_bytes(source.to_bytes())
        analysis = self.analyst.analyze(mammogram, lambda stage: self._stage(record.id, stage))
        prepared = self.analyst.prepare(mammogram)
        (folder / pictures.PREPROCESSED).write_bytes(pictures.png(prepared.pixels))
        (folder / pictures.MASK).write_bytes(pixels.mask_picture(self.analyst.mask(mammogram)))
        return to_document(analysis, record.file), schemas.prepared_to_json(prepared)

    def _read_again(self, folder: Path) -> Mammogram:
        data = (folder / "upload").read_bytes()
        mammogram, stored = read_stored(data, self.settings.max_pixels, _spacing_beside(folder))
        if not (folder / pixels.ABOUT).exists():  # accepted by a version that did not keep them
            for name, content in pixels.pixel_files(mammogram, stored).items():
                (folder / name).write_bytes(content)
        return mammogram


def _beside(spacing_mm: tuple[float, float] | None) -> dict[str, bytes]:
    return {SPACING: "{},{}".format(*spacing_mm).encode()} if spacing_mm else {}


def _spacing_beside(folder: Path) -> tuple[float, float] | None:
    path = folder / SPACING
    return parse_spacing(path.read_text()) if path.exists() else None


def queue_full() -> ProblemError:
    return ProblemError("queue_full", "Try again when some of them are done.", {"Retry-After": "10"})
