"""Files that are there entirely or not at all, also after a power cut."""

from __future__ import annotations

import os
import shutil
import time
import uuid
from collections.abc import Collection
from pathlib import Path

GRACE_S = 3600.0  # between a file and its row another process may be at work


def write(path: Path, data: bytes) -> None:
    """Write `data` to `path`, replacing what was there; when it returns, the disk has it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_name(f"{path.name}.{uuid.uuid4().hex}.part")
    try:
        with part.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    for folder in (path.parent, path.parent.parent):
        _sync(folder)


def _sync(folder: Path) -> None:
    """Directory entries reach the disk as well."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sweep(folder: Path, known: Collection[str]) -> None:
    """Delete the folders below that nobody knows and that have not changed for a while."""
    for below in folder.iterdir():
        if below.name not in known and time.time() - below.stat().st_mtime > GRACE_S:
            shutil.rmtree(below, ignore_errors=True)
