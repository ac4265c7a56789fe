"""Finding one's way in a data set's folder, and saying what was expected where."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

IMAGES = (".png", ".jpg", ".jpeg", ".pgm", ".tif", ".tiff", ".webp", ".dcm", ".dicom")
NAMED = 6  # so many names of what is there instead


class WrongLayout(FileNotFoundError):
    """A folder that does not look as its data set does; the message says what was expected where."""


def expected(folder: Path, *names: str) -> Path:
    """The first of `names` that is there; a name may be a pattern as in `manifest-*/CBIS-DDSM`."""
    for name in names:
        found = sorted(folder.glob(name)) if folder.is_dir() else []
        if found:
            return found[0]
    raise WrongLayout(f"expected {' or '.join(names)} in {folder}; {contents(folder)}")


def optional(folder: Path, *names: str) -> Path | None:
    """As `expected`, but None where none of them is there."""
    try:
        return expected(folder, *names)
    except WrongLayout:
        return None


def contents(folder: Path) -> str:
    """What lies there instead, in a few words."""
    if not folder.is_dir():
        return "there is no such folder"
    found = sorted(path.name + "/" * path.is_dir() for path in folder.iterdir())
    return "found " + ", ".join([*found[:NAMED], "…"] if len(found) > NAMED else found or ["nothing"])


def images_below(folder: Path, kinds: Iterable[str] = IMAGES) -> list[Path]:
    """Every image file below, in one order on every machine; hidden files (macOS leaves `._x.png`) are none."""
    suffixes = set(kinds)
    files = (Path(at) / name for at, name in _files_below(folder) if not name.startswith("."))
    return sorted(path for path in files if path.suffix.lower() in suffixes)


def _files_below(folder: Path) -> Iterator[tuple[str, str]]:
    """Through links to folders too, since large sets often lie on another disk, but into none of them twice."""
    seen: set[str] = set()
    for at, folders, names in os.walk(folder, followlinks=True):
        if (real := os.path.realpath(at)) in seen:
            folders.clear()
            continue
        seen.add(real)
        yield from ((at, name) for name in names)


def by_stem(paths: Iterable[Path]) -> dict[str, Path]:
    """Name without suffix -> the first such file."""
    found: dict[str, Path] = {}
    for path in paths:
        found.setdefault(path.stem.strip(), path)
    return found
