"""All the DICOM objects about one analysed image, by kind."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Callable, Sequence
from importlib import import_module

from pydicom import Dataset

from pipeline.document_read import as_documented
from pipeline.export.result import Result, result_of
from pipeline.export.source import SourceHeaders
from pipeline.finding import Analysis
from pipeline.read_quietly import quietly

DEFAULT_CONFIDENCE = 0.3  # what is shown without asking for more, in the browser and in objects alike
BUILDERS = {  # kind -> where it is made; imported when asked for, because highdicom takes most of a second
    "cad_sr": "pipeline.export.cad_sr:cad_sr",
    "sr": "pipeline.export.measurement_sr:measurement_sr",
    "seg": "pipeline.export.seg:seg",
    "gsps": "pipeline.export.gsps:gsps",
    "sc": "pipeline.export.sc:sc",
    "pdf": "pipeline.export.report:report",
}
KINDS = tuple(BUILDERS)


def result_objects(
    analysis: Analysis,
    source: SourceHeaders,
    kinds: Sequence[str] = KINDS,
    min_confidence: float = DEFAULT_CONFIDENCE,
    at: datetime.datetime | None = None,
) -> dict[str, Dataset]:
    """The objects of those `kinds`, each complete with file meta information: pydicom.dcmwrite() takes it as it is.

    Findings from `min_confidence` up are shown (the CAD SR keeps the others too, as optional). `at` is when the
    analysis was made, now by default. UIDs depend on the image, the models, what was found and the threshold, so the
    same result sent twice is the same object; with the same `at`, byte for byte. Figures are rounded as in the result
    document, so that objects can be made from it later. Raises ValueError for other kinds.
    """
    moment, rounded = at or datetime.datetime.now(), as_documented(analysis)
    with quietly():
        return {kind: builder(kind)(result_of(kind, rounded, source, min_confidence, moment)) for kind in kinds}


def builder(kind: str) -> Callable[[Result], Dataset]:
    if kind not in BUILDERS:
        raise ValueError(f"kind is one of {', '.join(BUILDERS)}, received {kind}")
    logging.getLogger("highdicom").setLevel(logging.CRITICAL)  # its warnings quote the patient's name
    module, name = BUILDERS[kind].split(":")
    made: Callable[[Result], Dataset] = getattr(import_module(module), name)
    return made
