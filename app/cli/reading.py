"""Files on disk -> result documents, or what kept us: shared by `analyze` and `batch`."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from app.analyst import Analyst, shipped_models
from app.errors import problem_of
from app.settings import Settings
from pipeline.errors import PipelineError

Json = dict[str, Any]


def analyst(settings: Settings) -> Analyst:
    return Analyst(shipped_models(settings))


def files_in(paths: Iterable[Path]) -> Iterator[Path]:
    """The paths in order; for a folder the plain files below it, sorted, hidden ones left out."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for below in sorted(path.rglob("*")):
            if below.is_file() and not any(part.startswith(".") for part in below.relative_to(path).parts):
                yield below


def document_of(path: Path, name: str, analyst: Analyst, max_pixels: int) -> Json:
    """The result document of one file, or {"file": ..., "error": {"code": ..., "message": ...}}. Never raises."""
    from pipeline.document import to_document
    from pipeline.read import read

    try:
        mammogram = read(path.read_bytes(), max_pixels)
        return to_document(analyst.analyze(mammogram, lambda stage: None), name)
    except PipelineError as error:
        return failure(name, error.code, str(error))
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
