"""One kept upload -> its result document, and the pictures beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app import pictures, pixels, schemas
from app.analyst import Analyst
from app.placing import with_places
from app.store import SOURCE_HEADERS, Store
from pipeline.document import to_document
from pipeline.export.source import source_headers
from pipeline.mammogram import Mammogram
from pipeline.read import read_stored
from pipeline.read_spacing import parse_spacing

ASKED = "second_opinion"  # beside an upload: on or off, where the sender said so
SPACING = "spacing_mm"  # beside an upload: what was given by hand, as parse_spacing() reads it


@dataclass(frozen=True)
class Analysing:
    store: Store
    analyst: Analyst
    max_pixels: int

    def run(
        self, id_: str, file: str, mammogram: Mammogram | None, stage: Callable[[str], None]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """The document, and how the prepared picture came about. `mammogram`, where it is still in memory."""
        folder = self.store.folder(id_)
        mammogram = mammogram or self._read_again(folder)
        (folder / pictures.ORIGINAL).write_bytes(pictures.png(pictures.eight_bit(mammogram)))
        source = source_headers((folder / "upload").read_bytes())
        if source:
            (folder / SOURCE_HEADERS).write_bytes(source.to_bytes())
        analysis = self.analyst.analyze(mammogram, stage, asked_beside(folder))
        prepared = self.analyst.prepare(mammogram)
        (folder / pictures.PREPROCESSED).write_bytes(pictures.png(prepared.pixels))
        mask = self.analyst.mask(mammogram)
        (folder / pictures.MASK).write_bytes(pixels.mask_picture(mask))
        return with_places(to_document(analysis, file), mammogram, mask, source), schemas.prepared_to_json(prepared)

    def _read_again(self, folder: Path) -> Mammogram:
        data = (folder / "upload").read_bytes()
        mammogram, stored = read_stored(data, self.max_pixels, spacing_beside(folder))
        if not (folder / pixels.ABOUT).exists():  # accepted by a version that did not keep them
            for name, content in pixels.pixel_files(mammogram, stored).items():
                (folder / name).write_bytes(content)
        return mammogram


def wishes(spacing_mm: tuple[float, float] | None, ask_second: bool | None) -> dict[str, bytes]:
    """What the sender asked for, as small files beside the upload: it survives a restart."""
    spacing = {SPACING: "{},{}".format(*spacing_mm).encode()} if spacing_mm else {}
    return spacing if ask_second is None else {**spacing, ASKED: b"on" if ask_second else b"off"}


def spacing_beside(folder: Path) -> tuple[float, float] | None:
    path = folder / SPACING
    return parse_spacing(path.read_text()) if path.exists() else None


def asked_beside(folder: Path) -> bool | None:
    path = folder / ASKED
    return path.read_text() == "on" if path.exists() else None
