"""Analyses of received objects appear on the page like those of uploaded files."""

from __future__ import annotations

from collections.abc import Callable

from app import pictures, pixels, schemas
from app.analyst import Analyst
from app.belonging import belonging_of
from app.network.courier import Hear
from app.network.inbox import Entry
from app.network.results import Judged
from app.store import SOURCE_HEADERS, Store
from pipeline.document import to_document


def shown_on_the_page(store: Store, analyst: Analyst, tell: Callable[[str], None] = lambda id_: None) -> Hear:
    """What keeps each analysis in `store`, under a name that tells nothing of the patient, and tells its id."""

    def keep(entry: Entry, judged: Judged) -> None:
        mammogram = judged.analysis.mammogram
        prepared = analyst.prepare(mammogram)
        headers = judged.source.to_bytes()
        files: dict[str, bytes | memoryview] = {
            pictures.ORIGINAL: pictures.png(pictures.eight_bit(mammogram)),
            pictures.PREPROCESSED: pictures.png(prepared.pixels),
            pictures.MASK: pixels.mask_picture(analyst.mask(mammogram)),
            SOURCE_HEADERS: headers,
            **pixels.pixel_files(mammogram, judged.stored),
        }
        document = to_document(judged.analysis, name_of(entry))
        belongs = belonging_of(headers, store.key).seen(mammogram)
        record = store.keep(document["file"], document, schemas.prepared_to_json(prepared), files, belongs)
        tell(record.id)

    return keep


def name_of(entry: Entry) -> str:
    return f"received {entry.key[:8]}"
