"""A report in PDF, encapsulated. DICOM PS3.3 A.45.1."""

from __future__ import annotations

import datetime
import hashlib

from pydicom import Dataset
from pydicom.uid import EncapsulatedPDFStorage

from pipeline.document import DISCLAIMER
from pipeline.export import codes
from pipeline.export.content import coded
from pipeline.export.result import Envelope, begun, finished, reference
from pipeline.export.source import SourceHeaders

TITLE = f"Mammogram report. {DISCLAIMER}"


def encapsulated_pdf(
    pdf: bytes,
    source: SourceHeaders,
    at: datetime.datetime | None = None,
    content: str | None = None,
    made_by: str = "",
) -> Dataset:
    """The bytes as they are, complete with file meta information. Raises ValueError for what is no PDF.

    The object's UID follows from the image and from `content`, by default the bytes themselves: pass something else
    where equal reports may differ in their bytes (a time of printing). Reports with one `made_by` share a series.
    """
    result = Envelope("pdf", source, at or datetime.datetime.now(), content or hashlib.sha256(pdf).hexdigest(), made_by)
    if not pdf.startswith(b"%PDF-"):
        raise ValueError("these bytes are not a PDF")
    made = begun(result, EncapsulatedPDFStorage, "DOC")
    made.AcquisitionDateTime = source.dataset.get("AcquisitionDateTime", "")
    made.ConversionType = "WSD"
    made.BurnedInAnnotation = "YES"
    made.RecognizableVisualFeatures = "NO"
    made.DocumentTitle = TITLE
    made.ConceptNameCodeSequence = [coded(codes.IMAGING_MEASUREMENT_REPORT)]
    made.VerificationFlag = "UNVERIFIED"
    made.SourceInstanceSequence = [reference(result.source.sop_class_uid, result.source.sop_instance_uid)]
    made.MIMETypeOfEncapsulatedDocument = "application/pdf"
    made.EncapsulatedDocument = pdf + b"\0" * (len(pdf) % 2)
    made.EncapsulatedDocumentLength = len(pdf)
    return finished(made, result)
