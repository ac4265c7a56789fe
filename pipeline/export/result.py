"""What all our objects share: identity, patient and study of the source, our equipment, and the disclaimer."""

from __future__ import annotations

import datetime
import hashlib
import uuid
from dataclasses import dataclass
from importlib import metadata

import numpy as np
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian
from pydicom.valuerep import DA, TM

from pipeline.dicom_values import integer, text
from pipeline.document import DISCLAIMER
from pipeline.export.source import PATIENT, STUDY, SourceHeaders
from pipeline.finding import Analysis, Finding

LAYOUT = "1"  # changes when the same analysis is written differently: other contents, other UIDs
MANUFACTURER = "Mammoscope"
SERIAL_NUMBER = "none"  # software; Enhanced General Equipment (PS3.3 C.7.5.2) wants a value
SHORT_DISCLAIMER = "Research and demonstration, not a medical device"  # fits an LO of 64 characters with a title
STAND_IN = (
    "Probability of cancer: a calibrated estimate of networks for which BI-RADS 4 and above, where biopsies were "
    "not known, stood in for malignancy."
)
TITLES = {
    "cad_sr": "CAD",
    "sr": "Measurements",
    "seg": "Outlines",
    "gsps": "Marks",
    "sc": "Picture",
    "pdf": "Report",
}
SERIES_NUMBERS = {kind: 9001 + place for place, kind in enumerate(TITLES)}  # after whatever the machine made
EMPTY_IF_ABSENT = (  # type 2 of the patient and general study modules
    "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyDate", "StudyTime", "ReferringPhysicianName",
    "StudyID", "AccessionNumber",
)  # fmt: skip


def uid_of(*words: str) -> UID:
    """A UID under 2.25 (PS3.5 B.2) that depends on nothing but the words."""
    return UID(f"2.25.{uuid.uuid5(uuid.NAMESPACE_OID, '/'.join(('mammoscope', 'export', *words))).int}")


IMPLEMENTATION_UID = uid_of("implementation")


def version() -> str:
    """Of the installed program."""
    try:
        return metadata.version("mammoscope")
    except metadata.PackageNotFoundError:
        return "not installed"


@dataclass(frozen=True, eq=False)
class Result:
    """One object to be written about one image."""

    kind: str  # a key of TITLES
    analysis: Analysis
    source: SourceHeaders
    min_confidence: float  # findings from here up are shown
    at: datetime.datetime  # when the analysis was made

    @property
    def findings(self) -> tuple[tuple[int, Finding], ...]:
        """Those that are shown, numbered from 1 as in the document and on screen."""
        numbered = enumerate(self.analysis.findings, start=1)
        return tuple((number, found) for number, found in numbered if found.confidence >= self.min_confidence)

    @property
    def sop_instance_uid(self) -> UID:
        """The same for the same image, models, findings and threshold: sending twice changes nothing."""
        return uid_of(self.kind, self.source.sop_instance_uid, self.digest)

    @property
    def series_instance_uid(self) -> UID:
        """One series for each kind of result, set of models, and frame of reference (which belongs to a series)."""
        frame = text(self.source.dataset, "FrameOfReferenceUID")
        models = repr(sorted(self.analysis.models.items()))
        return uid_of("series", self.kind, self.source.study_instance_uid, frame, models)

    @property
    def digest(self) -> str:
        return hashlib.sha256(f"{LAYOUT} {self.min_confidence} {_said(self.analysis)}".encode()).hexdigest()

    def tracking(self, number: int) -> tuple[str, UID]:
        """Identifier and UID of a finding, the same in every object about it (PS3.16 TID 4108)."""
        basis = (self.source.sop_instance_uid, _said(self.analysis), str(number))
        return f"Mammoscope finding {number}", uid_of("finding", *basis)

    @property
    def series_description(self) -> str:
        return f"{TITLES[self.kind]}: {SHORT_DISCLAIMER}"

    @property
    def series_number(self) -> int:
        return SERIES_NUMBERS[self.kind]

    @property
    def instance_number(self) -> int:
        return max(1, integer(self.source.dataset, "InstanceNumber", 1))

    @property
    def rows(self) -> int:
        return self.analysis.mammogram.height

    @property
    def columns(self) -> int:
        return self.analysis.mammogram.width


def _said(analysis: Analysis) -> str:
    """All that the analysis says of the image, as text: equal for equal analyses, whatever time they took."""
    findings = [
        (f.kind.value, f.box, f.confidence, None if f.outline is None else np.asarray(f.outline).tolist(), f.malignant)
        for f in analysis.findings
    ]
    masking = None if analysis.masking is None else sorted(analysis.masking.probabilities.items())
    return repr((findings, masking, analysis.cancer, sorted(analysis.models.items()), analysis.warnings))


def described(source: SourceHeaders) -> Dataset:
    """The source's header in the form that results may copy and refer to: type 2 attributes are there, if empty."""
    dataset = Dataset()
    for element in source.dataset:
        dataset.add(element)
    for keyword in EMPTY_IF_ABSENT:
        if keyword not in dataset:
            setattr(dataset, keyword, "")
    if text(dataset, "PatientSex") not in ("M", "F", "O"):
        dataset.PatientSex = ""
    for keyword, kind in (("PatientBirthDate", DA), ("StudyDate", DA), ("StudyTime", TM)):
        try:
            kind(dataset[keyword].value)
        except ValueError:
            setattr(dataset, keyword, "")
    return dataset


def begun(result: Result, sop_class_uid: UID, modality: str) -> Dataset:
    """A data set with everything but its own modules: patient, study, series, equipment, SOP common."""
    source, made = described(result.source), Dataset()
    for keyword in (*PATIENT, *STUDY):
        if keyword in source:
            made.add(source[keyword])
    made.SOPClassUID, made.Modality = sop_class_uid, modality
    made.SeriesNumber, made.InstanceNumber = result.series_number, result.instance_number
    made.Manufacturer, made.ManufacturerModelName = MANUFACTURER, MANUFACTURER
    made.SoftwareVersions, made.DeviceSerialNumber = version(), SERIAL_NUMBER
    return made


def finished(made: Dataset, result: Result) -> Dataset:
    """The same data set with its identity, times and file meta information: ready to be written."""
    made.SpecificCharacterSet = "ISO_IR 192"
    made.SOPInstanceUID, made.SeriesInstanceUID = result.sop_instance_uid, result.series_instance_uid
    made.SeriesDescription = result.series_description
    day, moment = result.at.strftime("%Y%m%d"), result.at.strftime("%H%M%S")
    made.InstanceCreationDate, made.InstanceCreationTime = day, moment
    for keyword, value in (("ContentDate", day), ("ContentTime", moment)):
        setattr(made, keyword, value)
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = made.SOPClassUID, made.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID, meta.ImplementationVersionName = IMPLEMENTATION_UID, "MAMMOSCOPE"
    whole = Dataset()
    whole.update(made)
    whole.file_meta = meta
    return whole


def equipment(result: Result) -> dict[str, object]:
    """What highdicom's constructors ask for."""
    return {
        "series_instance_uid": result.series_instance_uid,
        "series_number": result.series_number,
        "sop_instance_uid": result.sop_instance_uid,
        "instance_number": result.instance_number,
        "manufacturer": MANUFACTURER,
        "manufacturer_model_name": MANUFACTURER,
        "software_versions": version(),
        "device_serial_number": SERIAL_NUMBER,
        "series_description": result.series_description,
    }


def reference(dataset: Dataset) -> Dataset:
    """An item that refers to an instance (PS3.3 table 10-11)."""
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = dataset.SOPClassUID, dataset.SOPInstanceUID
    return item


def summary(result: Result) -> str:
    """The disclaimer first, then what is said of the image as a whole, in a sentence or two each."""
    analysis = result.analysis
    said = [DISCLAIMER, f"Findings of confidence {result.min_confidence:.0%} and above: {len(result.findings)}."]
    if analysis.cancer is not None:
        said.append(f"Estimated probability that this view shows cancer: {analysis.cancer:.0%}.")
    if analysis.masking is not None:
        said.append(f"Masking by dense tissue: {analysis.masking.level.value}.")
    return " ".join((*said, STAND_IN, *analysis.warnings))
