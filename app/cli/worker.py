"""gunicorn's threaded worker, but for how it stops at once."""

from __future__ import annotations

from typing import Any

from gunicorn.workers.base import Worker as AnyWorker
from gunicorn.workers.gthread import ThreadWorker


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    def handle_quit(self, sig: int, frame: Any) -> None:
        """End now, as every gunicorn worker does on SIGQUIT and SIGINT; raises SystemExit.

        The threaded one would first shut its pool down, in the handler: where the signal comes while the same thread
        hands a request to the pool and holds the pool's lock, it waits for itself until gunicorn kills it.
        """
        AnyWorker.handle_quit(self, sig, frame)
