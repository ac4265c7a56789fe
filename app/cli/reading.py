"""Files, folders and studies -> result documents, or what kept us: shared by `analyze` and `batch`."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.analyst import Analyst, shipped_models
from app.errors import problem_of
from app.settings import Settings
from pipeline.errors import PipelineError

if TYPE_CHECKING:
    from pipeline.study import Entry

Json = dict[str, Any]


def analyst(settings: Settings) -> Analyst:
    return Analyst(shipped_models(settings), settings.second_opinion)


@dataclass(frozen=True)
class Source:
    """One image to analyse, or, where `error` stands, a study that could not be opened."""

    name: str
    entry: Entry | None
    error: Exception | None = None

    def load(self) -> bytes:
        if self.entry is None:
            raise self.error or OSError
        return self.entry.load()


def sources_in(paths: Iterable[Path]) -> Iterator[Source]:
    """The paths in order; a folder, ZIP or DICOMDIR stands for its images, in the order of pipeline/study.py.

    Files are named by a path that can be opened, those in a ZIP by their path inside it.
    """
    from pipeline.study import study_in

    for path in paths:
        try:
            entries = study_in(path)
        except (PipelineError, OSError) as error:
            yield Source(str(path), None, error)
            continue
        for entry in entries:
            yield Source(str(entry.path or entry.name), entry)


def document_of(
    source: Source, name: str, analyst: Analyst, max_pixels: int, spacing_mm: tuple[float, float] | None = None
) -> Json:
    """The result document of one file, or {"file": ..., "error": {"code": ..., "message": ...}}. Never raises."""
    from pipeline.document import to_document
    from pipeline.read import read

    try:
        mammogram = read(source.load(), max_pixels, spacing_mm)
        return to_document(analyst.analyze(mammogram, lambda stage: None), name)
    except PipelineError as error:
        return failure(name, error.code, str(source.entry.explained(error) if source.entry else error))
    except OSError as error:
        return failure(name, "unreadable_file", f"{error.strerror or 'The file cannot be read'}.")
    except Exception as error:  # the other files are still to come
        found = problem_of(error)
        return failure(name, found["code"], f"Unexpected {type(error).__name__}; reference {found['reference']}.")


def failure(name: str, code: str, message: str) -> Json:
    return {"file": name, "error": {"code": code, "message": message}}


def quiet() -> None:
    from app.cli.serve import quiet_logs

    quiet_logs()
    logging.getLogger("mammoscope").setLevel(logging.ERROR)
