"""Analysis -> PDF in one step, for exports that have no stored document."""

from __future__ import annotations

import numpy as np

from pipeline.document import to_document
from pipeline.finding import Analysis
from pipeline.location import Orientation
from pipeline.report.content import content_of
from pipeline.report.pdf import report_pdf


def pdf_of_analysis(
    analysis: Analysis,
    min_confidence: float = 0.3,
    reference: str = "",
    analysed: str = "",
    orientation: Orientation | None = None,
) -> bytes:
    """The report; the same analysis and words give the same bytes."""
    grey = np.asarray(np.clip(analysis.mammogram.pixels * np.float32(255) + np.float32(0.5), 0, 255), np.uint8)
    document = to_document(analysis, "")
    return report_pdf(content_of(document, grey, min_confidence, reference, analysed, orientation))
