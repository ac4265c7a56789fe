"""The one-page report of an analysis as a DICOM object."""

from __future__ import annotations

from pydicom import Dataset

from pipeline.dicom_values import values_of
from pipeline.export.pdf import encapsulated_pdf
from pipeline.export.result import Result
from pipeline.report.analysis import pdf_of_analysis


def report(result: Result) -> Dataset:
    """The page itself names no patient; the object does, as all that go to a PACS do."""
    orientation = tuple(str(value) for value in values_of(result.source.dataset, "PatientOrientation"))
    pdf = pdf_of_analysis(
        result.analysis,
        result.min_confidence,
        analysed=f"{result.at:%Y-%m-%d %H:%M}",
        orientation=(orientation[0], orientation[1]) if len(orientation) == 2 else None,
    )
    return encapsulated_pdf(pdf, result.source, result.at, result.content, result.made_by)
