"""One received image -> what the pipeline concludes, and the DICOM objects that say so to others."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pydicom import Dataset, dcmwrite

from app.analyst import Analyst
from pipeline.errors import PipelineError
from pipeline.export import SourceHeaders, result_objects, source_headers
from pipeline.finding import Analysis
from pipeline.read import read_stored
from pipeline.read_quietly import quietly
from pipeline.stored import StoredImage

MakeResults = Callable[[Analysis, SourceHeaders, Sequence[str]], Mapping[str, Dataset]]


class NotReferable(PipelineError):
    """The image is readable, but lacks the UIDs that a result would have to name."""

    code = "not_referable"


@dataclass(frozen=True)
class Judged:
    """An analysis, and where it belongs."""

    analysis: Analysis
    source: SourceHeaders
    stored: StoredImage


@dataclass(frozen=True)
class Judge:
    """Bytes in, conclusions out. `make` is pipeline.export.result_objects unless a test brings its own."""

    analyst: Analyst
    max_pixels: int
    make: MakeResults | None = None

    def judge(self, data: bytes) -> Judged:
        """Raises PipelineError."""
        mammogram, stored = read_stored(data, self.max_pixels)
        source = source_headers(data)
        if source is None:
            raise NotReferable("The object has no valid UIDs of instance, series and study.")
        return Judged(self.analyst.analyze(mammogram, lambda stage: None), source, stored)

    def results(self, judged: Judged, kinds: Sequence[str]) -> dict[str, bytes]:
        """kind -> DICOM file (PS3.10)."""
        make = self.make or result_objects
        return {kind: written(dataset) for kind, dataset in make(judged.analysis, judged.source, kinds).items()}


def written(dataset: Dataset) -> bytes:
    stream = io.BytesIO()
    with quietly():
        dcmwrite(stream, dataset, enforce_file_format=True)
    return stream.getvalue()
