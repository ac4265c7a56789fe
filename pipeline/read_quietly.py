"""Keeps the decoding libraries' Python warnings to themselves while a file is read."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_inside: list[warnings.catch_warnings[None]] = []  # the open guard, then one entry for each further reader


@contextmanager
def quietly() -> Iterator[None]:
    """Ignore warnings inside the block; the filters come back when the last concurrent reader leaves.

    `warnings.catch_warnings` alone may restore the wrong filters when two threads overlap, so the first
    reader opens one guard for all of them and the last one closes it.
    """
    with _lock:
        guard = _inside[0] if _inside else _opened()
        _inside.append(guard)
    try:
        yield
    finally:
        with _lock:
            _inside.pop()
            if not _inside:
                guard.__exit__(None, None, None)


def _opened() -> warnings.catch_warnings[None]:
    guard = warnings.catch_warnings()
    guard.__enter__()
    warnings.simplefilter("ignore")
    return guard
