"""Received images of several kinds, and what was concluded about them: written by hand, no model has looked."""

from __future__ import annotations

import datetime
import io
from functools import cache

import numpy as np
from pydicom import Dataset, dcmread
from pydicom.sequence import Sequence
from pydicom.uid import ComputedRadiographyImageStorage, generate_uid

from pipeline.export import KINDS, SourceHeaders, result_objects, source_headers
from pipeline.finding import Analysis, Cancer, Finding, Kind, Masking, MaskingLevel, Size
from pipeline.geometry import Box
from pipeline.read import read
from tests.pipeline.files import code, data_set, levels, lut, written
from tests.training.phantom.measure import drawn
from training.phantom.dicom import dataset as phantom_dataset
from training.phantom.dicom import dicom_bytes

AT = datetime.datetime(2026, 11, 20, 12, 34, 56)
UNEVEN = np.array([[20.5, 30.25], [60.0, 34.13], [71.77, 60.0], [55.5, 88.25], [30.0, 90.0], [14.02, 61.4]])
TRIANGLE = np.array([[100.13, 100.21], [130.0, 110.33], [110.29, 140.0]])
MODELS = {
    "detector": "retinanet-compact 1.2 sha256:0123456789ab",
    "segmenter": "transunet-compact 1.0 sha256:123456789abc",
    "pathology": "pathology-compact 1.1 sha256:23456789abcd",
    "masking": "masking-compact 1.0 sha256:3456789abcde",
    "cancer": "cancer-compact 1.0 sha256:456789abcdef",
}
SURE = Finding(Kind.MASS, Box(14, 30, 58, 60), 0.83, UNEVEN, 0.71, Size(12.3, 80.1))
CLUSTER = Finding(Kind.CALCIFICATION_CLUSTER, Box(40, 140, 16.5, 12), 0.6)
LIKELY = Finding(Kind.MASS, Box(100, 100, 30, 40), 0.45, TRIANGLE, 0.2)
UNSURE = Finding(Kind.MASS, Box(90, 20, 20, 20), 0.12, malignant=0.1)
FINDINGS = (SURE, CLUSTER, LIKELY, UNSURE)
SHARES = {MaskingLevel.LOW: 0.2, MaskingLevel.MEDIUM: 0.7, MaskingLevel.HIGH: 0.1}


def _uids(name: str) -> dict[str, str]:
    keywords = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")
    return {keyword: generate_uid(entropy_srcs=[name, keyword]) for keyword in keywords}


def _framed() -> bytes:
    """MONOCHROME1, left, CC, with a frame of reference, a name in two scripts and a view modifier."""
    made = phantom_dataset(drawn(2, view="CC", laterality="L"), "MONOCHROME1")
    made.FrameOfReferenceUID = generate_uid(entropy_srcs=["frame"])
    made.PositionReferenceIndicator = ""
    made.PatientName = "Wang^XiaoDong=王^小东"
    made.ViewCodeSequence[0].ViewModifierCodeSequence = [code("399011000", "Axillary Tail")]
    stream = io.BytesIO()
    made.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def _bare() -> bytes:
    """No patient, no orientation, no view, no spacing; shown by a table."""
    left_out = dict.fromkeys(("ViewPosition", "ImageLaterality", "ImagerPixelSpacing"))
    made = data_set(levels(12), **_uids("bare"), **left_out)
    made.VOILUTSequence = Sequence([lut(0, 16, *(min(65535, 20 * i) for i in range(4096)))])
    made.VOILUTSequence[0].LUTExplanation = "PLAIN"
    return written(made)


def _radiograph() -> bytes:
    """A CR image of a breast, with pixels that are not square and values that the standard does not know."""
    made = data_set(levels(12), **_uids("cr"), SOPClassUID=ComputedRadiographyImageStorage, Modality="CR")
    made.ImagerPixelSpacing, made.PatientOrientation = [0.1, 0.05], ["A", "F"]
    made.PatientID, made.PatientSex, made.StudyDate, made.StudyTime = "C1", "F", "20260102", "101112.345"
    made.WindowCenter, made.WindowWidth = [2048, 1000], [4096, 2000]
    made.RescaleIntercept, made.RescaleSlope, made.RescaleType = "0", "1", "US"
    return written(made)


SOURCES = {
    "phantom": lambda: dicom_bytes(drawn(1, view="MLO", laterality="R")),
    "framed": _framed,
    "bare": _bare,
    "radiograph": _radiograph,
}


@cache
def received(name: str) -> bytes:
    return SOURCES[name]()


def headers(name: str) -> SourceHeaders:
    found = source_headers(received(name))
    assert found is not None
    return found


def analysis(name: str, findings: tuple[Finding, ...] = FINDINGS) -> Analysis:
    return Analysis(
        read(received(name)),
        findings,
        Masking(MaskingLevel.MEDIUM, SHARES) if findings else None,
        Cancer(0.34, 0.34) if findings else None,
        models=MODELS,
        warnings=("Said by a test.",),
    )


@cache
def objects(name: str, found: bool = True) -> dict[str, bytes]:
    """kind -> DICOM file, written once for all tests that only read it."""
    return written_objects(analysis(name, FINDINGS if found else ()), headers(name))


def written_objects(what: Analysis, source: SourceHeaders, least: float = 0.3) -> dict[str, bytes]:
    return {kind: file_of(made) for kind, made in result_objects(what, source, KINDS, least, AT).items()}


def file_of(made: Dataset) -> bytes:
    stream = io.BytesIO()
    made.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def opened(name: str, kind: str, found: bool = True) -> Dataset:
    return read_back(objects(name, found)[kind])


def read_back(data: bytes) -> Dataset:
    return dcmread(io.BytesIO(data))
