"""What is kept of a received DICOM file so that results can refer to it: its header, never its pixels."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

from pydicom import DataElement, Dataset, dcmread, dcmwrite
from pydicom.dataset import FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian

from pipeline.dicom_values import numbers, text
from pipeline.read import kind_of
from pipeline.read_quietly import quietly

# By module of DICOM PS3.3 A.26 and C; whatever is not named here (private elements, bulk data, people other than the
# patient and the referring physician) is not kept.
PATIENT = (
    "PatientName", "PatientID", "IssuerOfPatientID", "TypeOfPatientID", "PatientBirthDate", "PatientBirthTime",
    "PatientSex", "OtherPatientIDs", "PatientComments", "PatientIdentityRemoved", "DeidentificationMethod",
    "DeidentificationMethodCodeSequence", "ClinicalTrialSponsorName", "ClinicalTrialProtocolID",
    "ClinicalTrialProtocolName", "ClinicalTrialSiteID", "ClinicalTrialSiteName", "ClinicalTrialSubjectID",
    "ClinicalTrialSubjectReadingID",
)  # fmt: skip
STUDY = (
    "StudyInstanceUID", "StudyDate", "StudyTime", "ReferringPhysicianName", "StudyID", "AccessionNumber",
    "IssuerOfAccessionNumberSequence", "StudyDescription", "ProcedureCodeSequence", "PatientAge", "PatientSize",
    "PatientWeight", "ClinicalTrialTimePointID",
)  # fmt: skip
SERIES = (
    "Modality", "SeriesInstanceUID", "SeriesNumber", "SeriesDescription", "SeriesDate", "SeriesTime", "Laterality",
    "BodyPartExamined", "PresentationIntentType", "FrameOfReferenceUID", "PositionReferenceIndicator",
    "Manufacturer", "ManufacturerModelName", "InstitutionName", "DeviceSerialNumber", "SoftwareVersions",
)  # fmt: skip
IMAGE = (
    "SOPClassUID", "SOPInstanceUID", "InstanceNumber", "ImageType", "ContentDate", "ContentTime", "AcquisitionDate",
    "AcquisitionTime", "AcquisitionDateTime", "TimezoneOffsetFromUTC", "PatientOrientation", "ImageLaterality",
    "ViewPosition", "ViewCodeSequence", "AnatomicRegionSequence", "BreastImplantPresent", "PartialView",
    "BurnedInAnnotation", "LossyImageCompression", "LossyImageCompressionRatio", "LossyImageCompressionMethod",
)  # fmt: skip
GEOMETRY = (
    "ImagerPixelSpacing", "PixelSpacing", "PixelSpacingCalibrationType", "PixelSpacingCalibrationDescription",
    "EstimatedRadiographicMagnificationFactor", "FieldOfViewShape", "FieldOfViewDimensions", "FieldOfViewOrigin",
    "FieldOfViewRotation", "FieldOfViewHorizontalFlip", "PositionerPrimaryAngle", "PositionerSecondaryAngle",
    "BodyPartThickness", "CompressionForce",
)  # fmt: skip
PIXELS = (
    "SamplesPerPixel", "PhotometricInterpretation", "Rows", "Columns", "NumberOfFrames", "BitsAllocated", "BitsStored",
    "HighBit", "PixelRepresentation", "PixelPaddingValue", "PixelPaddingRangeLimit", "RescaleIntercept",
    "RescaleSlope", "RescaleType", "ModalityLUTSequence", "WindowCenter", "WindowWidth",
    "WindowCenterWidthExplanation", "VOILUTFunction", "VOILUTSequence", "PresentationLUTShape",
)  # fmt: skip
KEPT = PATIENT + STUDY + SERIES + IMAGE + GEOMETRY + PIXELS
IDENTITY = ("SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID")


@dataclass(frozen=True, eq=False)
class SourceHeaders:
    """The attributes KEPT of one received image; whoever holds it must not change `dataset`.

    It names the patient: keep it beside the analysis, delete it with the analysis, and never log it.
    """

    dataset: Dataset  # text as Unicode, written as ISO_IR 192; SOP, study and series UIDs are always there

    @property
    def sop_class_uid(self) -> UID:
        return UID(self.dataset.SOPClassUID)

    @property
    def sop_instance_uid(self) -> UID:
        return UID(self.dataset.SOPInstanceUID)

    @property
    def series_instance_uid(self) -> UID:
        return UID(self.dataset.SeriesInstanceUID)

    @property
    def study_instance_uid(self) -> UID:
        return UID(self.dataset.StudyInstanceUID)

    def to_bytes(self) -> bytes:
        """A DICOM file without pixels, explicit VR little endian."""
        stream = io.BytesIO()
        with quietly():
            dcmwrite(stream, _with_file_meta(self.dataset), enforce_file_format=True)
        return stream.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> SourceHeaders:
        """What to_bytes() gave. Raises ValueError for anything else."""
        found = source_headers(data)
        if found is None:
            raise ValueError("these bytes do not hold the header of a DICOM image")
        return found


def source_headers(data: bytes) -> SourceHeaders | None:
    """The header of a file that pipeline.read.read() has accepted.

    None for PNG and the like, and for DICOM files of a private class or without the UIDs of instance, series and study:
    nothing could refer to them. Elements that cannot be understood are left out.
    """
    if kind_of(data) != "DICOM":
        return None
    with quietly():
        kept = _kept(data)
        if kept is None or not _can_be_referred_to(kept):
            return None
    return SourceHeaders(kept)


def _can_be_referred_to(kept: Dataset) -> bool:
    uids = [UID(text(kept, keyword)) for keyword in IDENTITY]
    return all(uid.is_valid for uid in uids) and not uids[0].is_private


def _kept(data: bytes) -> Dataset | None:
    try:
        received = dcmread(io.BytesIO(data), stop_before_pixels=True, force=True)
    except Exception:  # a damaged file may make pydicom raise anything
        return None
    kept = Dataset()
    for element in _understood(received):
        kept.add(element)
    kept.SpecificCharacterSet = "ISO_IR 192"
    return kept


def _understood(received: Dataset) -> Iterator[DataElement]:
    for keyword in KEPT:
        try:
            if keyword in received:
                element = received[keyword]
                _check_writable(element)
                yield element
        except Exception:  # a damaged element may make pydicom raise anything
            continue


def _check_writable(element: DataElement) -> None:
    """Raises whatever writing or computing with it would raise later."""
    if (
        element.VR in ("DS", "IS", "US", "SS")
        and len(numbers(Dataset({element.tag: element}), element.keyword)) < element.VM
    ):
        raise ValueError("not a number")
    if element.VR == "PN" and element.VM > 1:
        raise ValueError("several names where one belongs")
    alone = Dataset()
    alone.SpecificCharacterSet = "ISO_IR 192"
    alone.add(element)
    dcmwrite(io.BytesIO(), alone, implicit_vr=False, little_endian=True, enforce_file_format=False)


def _with_file_meta(dataset: Dataset) -> Dataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = dataset.SOPClassUID, dataset.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    whole = Dataset(dataset)
    whole.file_meta = meta
    return whole
