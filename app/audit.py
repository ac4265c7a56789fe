"""Who had analysed, saw, took out, sent or deleted what, and when: one JSON line each, only ever appended.

Each line carries the SHA-256 of the one before, so a line that was changed, moved or taken out is found by verify().
Lines name accounts or addresses and the ids that we made; nothing of a patient.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FILE = "audit.jsonl"
START = "0" * 64  # stands in for the hash before the first line
LONGEST_LINE = 4096  # bytes
LONGEST_WORD = 200  # characters of one field
FIELDS = ("at", "who", "what", "analysis", "part", "previous")
Line = dict[str, Any]


@dataclass
class Audit:
    """The log in `directory`. Several processes may write it at once."""

    directory: Path
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def path(self) -> Path:
        return self.directory / FILE

    def record(self, who: str, what: str, analysis: str | None = None, part: str | None = None) -> None:
        """Append a line. Raises OSError where it cannot be written whole; then nothing of it stays."""
        said = {"who": who, "what": what, "analysis": analysis, "part": part}
        short = {name: value and value[:LONGEST_WORD] for name, value in said.items()}
        with self._lock:
            file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_EX)
                _append(file, {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), **short})
            finally:
                os.close(file)


def _append(file: int, line: Line) -> None:
    end = os.fstat(file).st_size
    tail = os.pread(file, LONGEST_LINE, max(0, end - LONGEST_LINE))
    line["previous"] = _hash_in(tail.rstrip(b"\n").rpartition(b"\n")[2]) if tail else START
    data = (b"" if not tail or tail.endswith(b"\n") else b"\n") + _written({**line, "hash": hash_of(line)})
    try:
        if os.write(file, data) != len(data):
            raise OSError("the disk is full")
        os.fsync(file)
    except OSError:
        os.ftruncate(file, end)
        raise


def _hash_in(last: bytes) -> str:
    """Of the last line, or of its bytes where it is damaged, so that the damage is found there and not covered up."""
    try:
        return str(json.loads(last)["hash"])
    except (ValueError, KeyError, TypeError):
        return hashlib.sha256(last).hexdigest()


def _written(line: Line) -> bytes:
    return json.dumps(line, separators=(",", ":")).encode() + b"\n"


def hash_of(line: Line) -> str:
    """SHA-256 of the line's fields, the hash before it among them."""
    fields = {name: line[name] for name in FIELDS}
    return hashlib.sha256(json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


@dataclass(frozen=True)
class Verdict:
    lines: int  # whole and in order, from the first
    last: str  # hash of the last of them; kept elsewhere it proves later that nothing was cut off
    problem: str | None  # what is wrong with the line after them


def verify(path: Path, expected: str | None = None) -> Verdict:
    """Follow the chain. `expected` is a hash noted earlier, which must still be in it."""
    previous, count, seen = START, 0, expected in (None, START)
    for count, data in enumerate(_lines(path), 1):
        try:
            line = json.loads(data)
            whole = set(line) == {*FIELDS, "hash"} and line["hash"] == hash_of(line)
        except (ValueError, TypeError):
            whole = False
        if not whole:
            return Verdict(count - 1, previous, f"Line {count} was changed: it does not have its own hash.")
        if line["previous"] != previous:
            return Verdict(count - 1, previous, f"Before line {count} a line is missing, or it was moved.")
        previous = line["hash"]
        seen = seen or previous == expected
    return Verdict(count, previous, None if seen else "The hash that was expected is not there: lines were cut off.")


def lines_of(path: Path) -> Iterator[Line]:
    """Every line that reads, oldest first."""
    for data in _lines(path):
        try:
            line = json.loads(data)
        except ValueError:
            continue
        if isinstance(line, dict):
            yield line


def _lines(path: Path) -> Iterator[bytes]:
    if path.exists():
        with path.open("rb") as file:
            yield from file
