"""A phantom as a Digital Mammography X-Ray Image, For Presentation (DICOM PS3.3 A.27)."""

from __future__ import annotations

import io
import uuid
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydicom import FileDataset
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code
from pydicom.uid import UID, DigitalMammographyXRayImageStorageForPresentation, ExplicitVRLittleEndian

from pipeline.mammogram import Laterality
from training.phantom.values import Phantom

Photometric = Literal["MONOCHROME1", "MONOCHROME2"]


def uid_of(*words: str) -> UID:
    """A UID under 2.25 (DICOM PS3.5 B.2) that depends on nothing but the words."""
    return UID(f"2.25.{uuid.uuid5(uuid.NAMESPACE_OID, '/'.join(('mammoscope', *words))).int}")


IMPLEMENTATION_UID = uid_of("phantom")
DATE, TIME = "20240101", "120000"
VIEW_CODES = {"CC": codes.cid4014.CranioCaudal, "MLO": codes.cid4014.MedioLateralObliqueProjection}
BREAST = Code("76752008", "SCT", "Breast")
TOWARDS = {  # Patient Orientation (0020,0020): where rows and columns run, chest wall at the patient's side
    (Laterality.LEFT, "CC"): ["A", "R"],
    (Laterality.RIGHT, "CC"): ["P", "L"],
    (Laterality.LEFT, "MLO"): ["A", "FR"],
    (Laterality.RIGHT, "MLO"): ["P", "FL"],
}


def write_dicom(
    phantom: Phantom,
    path: Path,
    photometric: Photometric = "MONOCHROME2",
    transfer_syntax: UID = ExplicitVRLittleEndian,
) -> FileDataset:
    """Writes the object and returns it. The same phantom gives the same bytes, UIDs and all.

    Compressed transfer syntaxes need an encoder that pydicom finds (RLE Lossless needs none).
    """
    made = dataset(phantom, photometric)
    if transfer_syntax != ExplicitVRLittleEndian:
        made.compress(transfer_syntax, generate_instance_uid=False)
    made.save_as(path, enforce_file_format=True)
    return made


def dicom_bytes(phantom: Phantom, photometric: Photometric = "MONOCHROME2") -> bytes:
    buffer = io.BytesIO()
    dataset(phantom, photometric).save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def dataset(phantom: Phantom, photometric: Photometric = "MONOCHROME2") -> FileDataset:
    """The object in explicit little endian, not yet on disk."""
    if photometric not in ("MONOCHROME1", "MONOCHROME2"):
        raise ValueError(f"a mammogram is MONOCHROME1 or MONOCHROME2, received {photometric}")
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = DigitalMammographyXRayImageStorageForPresentation
    meta.MediaStorageSOPInstanceUID = _uid(phantom, "image", photometric)
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = IMPLEMENTATION_UID
    meta.ImplementationVersionName = "MAMMOSCOPE"
    made = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    _patient_and_study(made, phantom)
    _series_and_equipment(made, phantom)
    _image(made, phantom, photometric)
    _detector_and_exposure(made, phantom)
    _anatomy(made, phantom)
    _pixels(made, phantom, photometric)
    return made


def _uid(phantom: Phantom, level: str, photometric: str = "") -> UID:
    """Derived from what was drawn: studies go by patient, images by everything that makes them differ."""
    parts = ["phantom", level, str(phantom.patient)]
    if level == "image":
        rows, columns = phantom.pixels.shape
        drawn = (phantom.seed, phantom.view, phantom.laterality.value, rows, columns, photometric)
        parts += [str(part) for part in drawn] + [str(int(phantom.pixels.sum(dtype=np.int64)))]
    return uid_of(*parts)


def _patient_and_study(made: FileDataset, phantom: Phantom) -> None:
    made.SpecificCharacterSet = "ISO_IR 192"
    made.PatientName = "Phantom^Drawn"
    made.PatientID = f"PHANTOM-{phantom.patient}"
    made.PatientBirthDate = ""
    made.PatientSex = "F"
    made.PatientAge = "055Y"
    made.PatientIdentityRemoved = "YES"
    made.DeidentificationMethod = "Drawn by a program; no person was imaged"
    made.StudyInstanceUID = _uid(phantom, "study")
    made.StudyID = "1"
    made.StudyDate, made.StudyTime = DATE, TIME
    made.StudyDescription = "Synthetic mammogram, not of a person"
    made.AccessionNumber = ""
    made.ReferringPhysicianName = ""


def _series_and_equipment(made: FileDataset, phantom: Phantom) -> None:
    made.Modality = "MG"
    made.SeriesInstanceUID = _uid(phantom, "series")
    made.SeriesNumber = "1"
    made.SeriesDate, made.SeriesTime = DATE, TIME
    made.SeriesDescription = "Phantom"
    made.PresentationIntentType = "FOR PRESENTATION"
    made.Manufacturer = "Mammoscope"
    made.ManufacturerModelName = "phantom"
    made.DeviceSerialNumber = "1"
    made.SoftwareVersions = "1"
    made.InstitutionName = "None"


def _image(made: FileDataset, phantom: Phantom, photometric: Photometric) -> None:
    number = 1 + ["R CC", "L CC", "R MLO", "L MLO"].index(f"{phantom.laterality.value} {phantom.view}")
    made.SOPClassUID = made.file_meta.MediaStorageSOPClassUID
    made.SOPInstanceUID = made.file_meta.MediaStorageSOPInstanceUID
    made.InstanceNumber = str(number)
    made.InstanceCreationDate, made.InstanceCreationTime = DATE, TIME
    made.ContentDate, made.ContentTime = DATE, TIME
    made.AcquisitionDate, made.AcquisitionTime = DATE, TIME
    made.AcquisitionNumber = str(number)
    made.ImageType = ["DERIVED", "PRIMARY"]
    made.DerivationDescription = "Drawn by a program"
    made.PatientOrientation = TOWARDS[phantom.laterality, phantom.view]
    made.ImageLaterality = phantom.laterality.value
    made.BurnedInAnnotation = "YES" if phantom.burnt_in else "NO"
    made.RecognizableVisualFeatures = "NO"
    made.LossyImageCompression = "00"
    made.ImageComments = "Synthetic phantom, not of a person"
    made.QualityControlImage = "YES"
    made.PresentationLUTShape = "INVERSE" if photometric == "MONOCHROME1" else "IDENTITY"
    made.AcquisitionContextSequence = []


def _detector_and_exposure(made: FileDataset, phantom: Phantom) -> None:
    made.ImagerPixelSpacing = [f"{side:.6g}" for side in phantom.spacing_mm]
    made.DetectorType = "DIRECT"
    made.DetectorConfiguration = "AREA"
    made.DetectorDescription = "None: drawn by a program"
    made.DetectorID = "PHANTOM"
    made.FieldOfViewShape = "RECTANGLE"
    made.FieldOfViewDimensions = [
        str(round(phantom.rows * phantom.spacing_mm[0])),
        str(round(phantom.columns * phantom.spacing_mm[1])),
    ]
    made.FieldOfViewOrigin = ["0", "0"]
    made.FieldOfViewRotation = "0"
    made.FieldOfViewHorizontalFlip = "NO"
    made.KVP = "29"
    made.BodyPartThickness = "55"
    made.CompressionForce = "110"
    made.ExposureInuAs = "80000"
    made.Exposure = "80"
    made.AnodeTargetMaterial = "TUNGSTEN"
    made.FilterMaterial = "RHODIUM"
    made.DistanceSourceToDetector = "660"
    made.DistanceSourceToPatient = "640"
    made.EstimatedRadiographicMagnificationFactor = "1.03125"
    made.PositionerType = "MAMMOGRAPHIC"
    made.PositionerPrimaryAngle = _angle(phantom)


def _angle(phantom: Phantom) -> str:
    if phantom.view == "CC":
        return "0"
    return "45" if phantom.laterality is Laterality.LEFT else "-45"


def _anatomy(made: FileDataset, phantom: Phantom) -> None:
    made.BodyPartExamined = "BREAST"
    made.ViewPosition = phantom.view
    made.OrganExposed = "BREAST"
    made.BreastImplantPresent = "NO"
    made.PartialView = "NO"
    made.AnatomicRegionSequence = [_coded(BREAST)]
    view = _coded(VIEW_CODES[phantom.view])
    view.ViewModifierCodeSequence = []
    made.ViewCodeSequence = [view]


def _coded(code: Code) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = code.value, code.scheme_designator, code.meaning
    return item


def _pixels(made: FileDataset, phantom: Phantom, photometric: Photometric) -> None:
    made.Rows, made.Columns = phantom.pixels.shape
    made.SamplesPerPixel = 1
    made.PhotometricInterpretation = photometric
    made.BitsAllocated = 16
    made.BitsStored = phantom.bits_stored
    made.HighBit = phantom.bits_stored - 1
    made.PixelRepresentation = 0
    made.PixelIntensityRelationship = "LOG"
    made.PixelIntensityRelationshipSign = 1 if photometric == "MONOCHROME1" else -1
    made.RescaleIntercept, made.RescaleSlope, made.RescaleType = "0", "1", "US"
    made.WindowCenter, made.WindowWidth = str(2 ** (phantom.bits_stored - 1)), str(2**phantom.bits_stored)
    made.WindowCenterWidthExplanation = "ALL"
    made.VOILUTFunction = "LINEAR"
    made.PixelData = stored_values(phantom, photometric).astype("<u2").tobytes()
    made["PixelData"].VR = "OW"


def stored_values(phantom: Phantom, photometric: Photometric) -> NDArray[np.uint16]:
    """What stands in Pixel Data: MONOCHROME1 shows the lowest value white."""
    if photometric == "MONOCHROME2":
        return phantom.pixels
    return np.asarray(phantom.white - phantom.pixels, dtype=np.uint16)
