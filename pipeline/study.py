"""A folder, a ZIP or a DICOMDIR -> its images, in the order in which a reader hangs them: RCC, LCC, RMLO, LMLO."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from pipeline.errors import PipelineError, UnsupportedImage
from pipeline.study_dicomdir import files_of_directory, is_directory
from pipeline.study_facts import Facts, facts_of
from pipeline.study_zip import Limits, members, starts_a_zip

__all__ = ["Entry", "Limits", "study_in", "study_of_zip"]


@dataclass(frozen=True)
class Entry:
    """One file of a study. `load` gives its bytes and raises OSError, UnreadableArchive or ArchiveTooLarge."""

    name: str  # path inside the folder, the ZIP or the medium, with "/"; shown and never opened
    load: Callable[[], bytes]
    path: Path | None = None  # where it lies on disk; None in a ZIP
    stand_in: str = ""  # for a volume: the name of the study's 2D image of the same view

    def explained(self, error: PipelineError) -> PipelineError:
        """`error`, and for a volume where its 2D image is."""
        if not self.stand_in or not isinstance(error, UnsupportedImage):
            return error
        return type(error)(f"{error} Analysed in its place: {self.stand_in}.")


def study_in(path: Path, limits: Limits | None = None) -> tuple[Entry, ...]:
    """The images of a folder, a ZIP or a DICOMDIR; any other path is one entry by its own name.

    Raises UnreadableArchive or ArchiveTooLarge for a ZIP or DICOMDIR that cannot be opened as a whole.
    """
    if path.is_dir():
        return ordered(_files_below(path))
    try:
        with path.open("rb") as stream:
            head = stream.read(4096)
    except OSError:
        head = b""  # load() will say why
    if starts_a_zip(head):
        return study_of_zip(io.BytesIO(path.read_bytes()), limits)
    if is_directory(head, path.name):
        return ordered(_files(files_of_directory(path)))
    return (Entry(path.name, path.read_bytes, path),)


def study_of_zip(stream: BinaryIO, limits: Limits | None = None) -> tuple[Entry, ...]:
    """The files of a ZIP; `stream` must stay open as long as entries are loaded. Errors as study_in()."""
    found = members(stream, limits or Limits())
    return ordered((Entry(member.name, member.load), member.open) for member in found)


def ordered(files: Iterable[tuple[Entry, Callable[[], BinaryIO]]]) -> tuple[Entry, ...]:
    """Patients and what is no DICOM by their first path, studies by date, images by view and side, volumes last."""
    by_path = sorted(files, key=lambda file: file[0].name)
    facts = [facts_of(open_) or Facts(patient=entry.name, study=entry.name) for entry, open_ in by_path]
    first_of_patient: dict[str, int] = {}
    for place, fact in enumerate(facts):
        first_of_patient.setdefault(fact.patient, place)
    keys = [(first_of_patient[fact.patient], *fact.order, place) for place, fact in enumerate(facts)]
    entries = [replace(entry, stand_in=_stand_in(place, facts, by_path)) for place, (entry, _) in enumerate(by_path)]
    return tuple(entries[key[-1]] for key in sorted(keys))


def _stand_in(place: int, facts: list[Facts], files: list[tuple[Entry, Callable[[], BinaryIO]]]) -> str:
    """The 2D image of a volume's view: the synthetic one, else an acquired one."""
    volume = facts[place]
    if not volume.is_volume:
        return ""
    flat = [(not fact.is_synthetic, at) for at, fact in enumerate(facts) if fact.shows_the_same_as(volume)]
    return files[min(flat)[1]][0].name if flat else ""


def _files_below(folder: Path) -> Iterator[tuple[Entry, Callable[[], BinaryIO]]]:
    """Plain files, hidden ones and the DICOMDIR left out: it lists what is found anyway."""
    for path in folder.rglob("*"):
        inside = path.relative_to(folder)
        if path.is_file() and path.name.upper() != "DICOMDIR" and not any(part[0] == "." for part in inside.parts):
            yield from _files([(inside.as_posix(), path)])


def _files(named: Iterable[tuple[str, Path]]) -> Iterator[tuple[Entry, Callable[[], BinaryIO]]]:
    for name, path in named:
        yield Entry(name, path.read_bytes, path), _opener(path)


def _opener(path: Path) -> Callable[[], BinaryIO]:
    return lambda: path.open("rb")
