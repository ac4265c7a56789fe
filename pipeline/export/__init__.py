"""Values -> DICOM objects that other systems show: no HTTP, no network, nothing written."""

from __future__ import annotations

from pipeline.export.objects import KINDS, result_objects
from pipeline.export.source import SourceHeaders, source_headers

__all__ = ["KINDS", "SourceHeaders", "result_objects", "source_headers"]
