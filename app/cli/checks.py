"""What `mammoscope doctor` looks at. Every check is a function that gives one Check and never raises."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from app.settings import ROOT, Settings
from pipeline.errors import ModelUnavailable

OK, WARN, FAIL = "ok", "warn", "fail"
GIB = 1024**3
ENOUGH_MEMORY, ENOUGH_DISK = 1.5 * GIB, 5.0 * GIB  # a 64-megapixel image at its largest; results of some forty studies


@dataclass(frozen=True)
class Check:
    name: str
    state: str  # ok, warn or fail
    message: str
    todo: str = ""  # what to do about it


def all_checks(settings: Settings) -> tuple[Check, ...]:
    checks: tuple[tuple[str, Callable[[Settings], Check]], ...] = (
        ("python", python_version),
        ("packages", packages),
        ("weights", weights),
        ("inference", inference),
        ("memory", memory),
        ("disk", disk),
        ("data folder", data_folder),
        ("port", port),
        ("page", page),
    )
    return tuple(_safely(name, check, settings) for name, check in checks)


def _safely(name: str, check: Callable[[Settings], Check], settings: Settings) -> Check:
    try:
        return check(settings)
    except Exception as error:
        return Check(name, FAIL, f"{type(error).__name__}: {error}", "Run make setup again; if it stays, report it.")


def python_version(settings: Settings) -> Check:
    found = ".".join(map(str, sys.version_info[:3]))
    if found.startswith("3.11."):
        return Check("python", OK, found)
    return Check("python", FAIL, f"{found} instead of 3.11", "Install Python 3.11, remove .venv, run make setup.")


def packages(settings: Settings) -> Check:
    """Installed versions against the pins of requirements-serve.txt."""
    pins = pinned(ROOT / "requirements-serve.txt")
    if not pins:
        return Check("packages", WARN, "requirements-serve.txt is not here to compare with")
    installed = {name: version_of(name) for name in pins}
    missing = [name for name in pins if installed[name] is None]
    other = [
        f"{name} {installed[name]} instead of {pins[name]}"
        for name in pins
        if installed[name] not in (None, pins[name])
    ]
    if missing:
        return Check("packages", FAIL, f"missing: {', '.join(missing)}", "Run make setup.")
    if other:
        return Check("packages", WARN, "; ".join(other), "Run make setup for the versions that were tested together.")
    return Check("packages", OK, f"{len(pins)} packages at their pinned versions")


def pinned(path: Path) -> dict[str, str]:
    """name -> version of every `name==version` line that is for this machine."""
    lines = path.read_text().splitlines() if path.exists() else []
    found = (re.match(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;#]+)\s*(?:#.*)?$", line) for line in lines)
    return {match.group(1): match.group(2) for match in found if match}


def version_of(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def weights(settings: Settings) -> Check:
    """Every card's file by its SHA-256."""
    from app.analyst import weights_problems

    problems = weights_problems(settings.weights_dir, settings.models)
    if problems:
        return Check("weights", FAIL, "; ".join(problems), "Restore models/weights from the release or from git.")
    return Check("weights", OK, "every file has the checksum of its card")


def inference(settings: Settings) -> Check:
    """Every model loads into LiteRT."""
    from app.analyst import shipped_models

    try:
        shipped_models(settings)()
    except ModelUnavailable as error:
        return Check("inference", FAIL, str(error), "See the line on weights.")
    return Check("inference", OK, f"LiteRT {version_of('ai-edge-litert')} loads every model")


def memory(settings: Settings) -> Check:
    free = free_memory()
    if free is None:
        return Check("memory", WARN, "this system does not tell how much is free")
    state = OK if free >= ENOUGH_MEMORY else WARN
    return Check("memory", state, f"{free / GIB:.1f} GiB free", "" if state == OK else "Close other programs.")


def free_memory() -> float | None:
    """Bytes that can be had without swapping: MemAvailable of proc(5), or what sysconf(3) counts as free."""
    with contextlib.suppress(OSError, StopIteration):
        lines = Path("/proc/meminfo").read_text().splitlines()
        return float(next(line for line in lines if line.startswith("MemAvailable")).split()[1]) * 1024
    with contextlib.suppress(OSError, ValueError):
        return float(os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    return None


def disk(settings: Settings) -> Check:
    folder = settings.data_dir
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    state = OK if free >= ENOUGH_DISK else WARN
    return Check("disk", state, f"{free / GIB:.1f} GiB free for results", "" if state == OK else "Free some space.")


def data_folder(settings: Settings) -> Check:
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=settings.data_dir) as file:
            file.write(b"written")
    except OSError as error:
        todo = "Make it writable, or name another folder in MAMMOSCOPE_DATA_DIR."
        return Check("data folder", FAIL, f"{settings.data_dir}: {error.strerror}", todo)
    return Check("data folder", OK, f"{settings.data_dir} takes files")


def port(settings: Settings) -> Check:
    where = f"{settings.host}:{settings.port}"
    try:
        with socket.create_server((settings.host, settings.port)):
            return Check("port", OK, f"{where} is free")
    except OSError as error:
        todo = "Perhaps mammoscope is running already; else choose another with --port."
        return Check("port", WARN, f"{where}: {error.strerror}", todo)


def page(settings: Settings) -> Check:
    if (settings.frontend_dir / "index.html").is_file():
        return Check("page", OK, "built")
    return Check("page", WARN, "not built; the HTTP interface works without it", "Run make setup.")
