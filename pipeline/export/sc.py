"""Secondary capture: the image with its marks and the disclaimer burnt in, for what shows nothing else. PS3.3 A.8.1."""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.uid import SecondaryCaptureImageStorage

from pipeline.dicom_values import values_of
from pipeline.document import DISCLAIMER
from pipeline.export import codes
from pipeline.export.content import coded
from pipeline.export.result import STAND_IN, Result, begun, described, finished, reference
from pipeline.finding import Finding
from pipeline.geometry import Box
from pipeline.overlay import draw_marks

LONGEST_SIDE = 2048  # pixels; a colour picture of 12 megapixels would take 36 MB


def sc(result: Result) -> Dataset:
    picture, scale = marked(result)
    made = begun(result, SecondaryCaptureImageStorage, "OT")
    made.ConversionType = "WSD"
    made.ImageType = ["DERIVED", "SECONDARY"]
    made.BurnedInAnnotation = "YES"
    made.RecognizableVisualFeatures = "NO"
    made.LossyImageCompression = "00"
    made.DerivationDescription = "Resampled, shown at 8 bit, outlines and text burnt in. Not for diagnosis."
    made.ImageComments = f"{DISCLAIMER} {STAND_IN}"
    made.SourceImageSequence = [_source(result)]
    _say_where(made, result, scale)
    _put_pixels(made, picture)
    return finished(made, result)


def marked(result: Result) -> tuple[NDArray[np.uint8], float]:
    """(rows, columns, 3) RGB, and how many of its pixels make an acquired one (1 at the most)."""
    grey = np.asarray(np.clip(result.analysis.mammogram.pixels * 255 + 0.5, 0, 255), np.uint8)
    scale = min(1.0, LONGEST_SIDE / max(grey.shape))
    if scale < 1:
        size = (max(1, round(result.columns * scale)), max(1, round(result.rows * scale)))
        grey = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
    findings = [_scaled(finding, scale) for finding in result.analysis.findings]
    return draw_marks(grey, findings, result.min_confidence, DISCLAIMER), scale


def _scaled(finding: Finding, scale: float) -> Finding:
    box = finding.box
    outline = None if finding.outline is None else finding.outline * scale
    smaller = Box(box.x * scale, box.y * scale, box.width * scale, box.height * scale)
    return dataclasses.replace(finding, box=smaller, outline=outline)


def _source(result: Result) -> Dataset:
    item = reference(result.source.sop_class_uid, result.source.sop_instance_uid)
    item.PurposeOfReferenceCodeSequence = [coded(codes.SOURCE_IMAGE)]
    return item


def _say_where(made: Dataset, result: Result, scale: float) -> None:
    """Side, orientation and spacing, as far as they are known."""
    mammogram, source = result.analysis.mammogram, described(result.source)
    made.PatientOrientation = list(values_of(source, "PatientOrientation"))
    if mammogram.laterality is not None:
        made.ImageLaterality = mammogram.laterality.value
    else:
        made.Laterality = ""  # type 2C: a breast has a side, which is unknown
    if mammogram.spacing_mm is not None:
        made.NominalScannedPixelSpacing = [f"{side / scale:.8g}" for side in mammogram.spacing_mm]


def _put_pixels(made: Dataset, picture: NDArray[np.uint8]) -> None:
    made.Rows, made.Columns = picture.shape[:2]
    made.SamplesPerPixel, made.PhotometricInterpretation, made.PlanarConfiguration = 3, "RGB", 0
    made.BitsAllocated, made.BitsStored, made.HighBit, made.PixelRepresentation = 8, 8, 7, 0
    data = picture.tobytes()
    made.PixelData = data + b"\0" * (len(data) % 2)
    made["PixelData"].VR = "OB"
