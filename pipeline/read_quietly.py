"""Keeps the decoding libraries' warnings and log lines to themselves while a file is read."""

from __future__ import annotations

import logging
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_inside: list[warnings.catch_warnings[None]] = []  # the open guard, then one entry for each further reader
_PYDICOM = logging.getLogger("pydicom")


@contextmanager
def quietly() -> Iterator[None]:
    """Drop warnings and pydicom's log inside the block; everything is as before when the last reader has left.

    pydicom repeats the values that it finds wrong, and those may be a patient's name. `warnings.catch_warnings`
    alone may restore the wrong filters when two threads overlap, so the first reader opens one guard for all of
    them and the last one closes it.
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
                _PYDICOM.removeFilter(_nothing)


def _opened() -> warnings.catch_warnings[None]:
    guard = warnings.catch_warnings()
    guard.__enter__()
    warnings.simplefilter("ignore")
    _PYDICOM.addFilter(_nothing)
    return guard


def _nothing(record: logging.LogRecord) -> bool:
    return False
