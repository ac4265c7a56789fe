"""What all our objects share: identity, patient and study of the source, our equipment, and the disclaimer."""

from __future__ import annotations

import datetime
import hashlib
import uuid
from dataclasses import dataclass
from importlib import metadata
from typing import Any

import numpy as np
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, GrayscaleSoftcopyPresentationStateStorage
from pydicom.valuerep import DA, TM

from pipeline.dicom_values import integer, text
from pipeline.document import DISCLAIMER
from pipeline.export.source import PATIENT, STUDY, SourceHeaders
from pipeline.finding import Analysis, Finding, Kind

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
FINDERS = {Kind.MASS: "detector", Kind.CALCIFICATION_CLUSTER: "microcalcification"}  # tasks
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
class Envelope:
    """What an object is, whatever it holds. Image, content and kind alone make its UIDs, whenever it is written."""

    kind: str  # a key of TITLES
    source: SourceHeaders
    at: datetime.datetime  # when the content was made
    content: str  # tells different contents apart
    made_by: str  # tells different sets of models apart

    @property
    def sop_instance_uid(self) -> UID:
        digest = hashlib.sha256(f"{LAYOUT} {self.content}".encode()).hexdigest()
        return uid_of(self.kind, self.source.sop_instance_uid, digest)

    @property
    def series_instance_uid(self) -> UID:
        """One series for each kind of result, set of models, and frame of reference (which belongs to a series)."""
        frame = text(self.source.dataset, "FrameOfReferenceUID")
        return uid_of("series", self.kind, self.source.study_instance_uid, frame, self.made_by)

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
    def day(self) -> str:
        return self.at.strftime("%Y%m%d")

    @property
    def moment(self) -> str:
        return self.at.strftime("%H%M%S")


@dataclass(frozen=True, eq=False)
class Result(Envelope):
    """One object about an analysis. Coordinates and masks are in the pixels of the acquired image."""

    analysis: Analysis
    min_confidence: float  # findings from here up are shown

    @property
    def findings(self) -> tuple[tuple[int, Finding], ...]:
        """Those that are shown, numbered from 1 as in the document and on screen."""
        numbered = enumerate(self.analysis.findings, start=1)
        return tuple((number, found) for number, found in numbered if found.confidence >= self.min_confidence)

    def tracking(self, number: int) -> tuple[str, UID]:
        """Identifier and UID of a finding, the same in every object about it (PS3.16 TID 4108)."""
        return f"Mammoscope finding {number}", uid_of("finding", *self._basis, str(number))

    @property
    def tracking_of_the_whole(self) -> tuple[str, UID]:
        return "Mammoscope whole image", uid_of("whole image", *self._basis)

    @property
    def _basis(self) -> tuple[str, str]:
        return self.source.sop_instance_uid, _said(self.analysis)

    def model(self, *tasks: str) -> str:
        """The first of the tasks' models that took part; the program itself where none is named."""
        named = (self.analysis.models[task] for task in tasks if task in self.analysis.models)
        return next(named, f"Mammoscope {version()}")

    def found_by(self, kind: Kind) -> str:
        """The model that finds findings of a kind."""
        return self.model(FINDERS[kind])

    @property
    def rows(self) -> int:
        return self.analysis.mammogram.height

    @property
    def columns(self) -> int:
        return self.analysis.mammogram.width


def result_of(
    kind: str, analysis: Analysis, source: SourceHeaders, min_confidence: float, at: datetime.datetime
) -> Result:
    content = f"{min_confidence} {_said(analysis)}"
    made_by = repr(sorted(analysis.models.items()))
    return Result(kind, source, at, content, made_by, analysis, min_confidence)


def _about(f: Finding) -> tuple[object, ...]:
    outline = None if f.outline is None else np.asarray(f.outline).tolist()
    return f.kind.value, f.box, f.confidence, outline, f.malignant


def _said(analysis: Analysis) -> str:
    """All that the analysis says of the image, as text: equal for equal analyses, whatever time they took."""
    findings = [(*_about(f), f.second_opinion) if f.second_opinion else _about(f) for f in analysis.findings]
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


def begun(result: Envelope, sop_class_uid: UID, modality: str) -> Dataset:
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


def finished(made: Dataset, result: Envelope) -> Dataset:
    """The same data set with its identity, times and file meta information: ready to be written."""
    made.SpecificCharacterSet = "ISO_IR 192"
    made.SOPInstanceUID, made.SeriesInstanceUID = result.sop_instance_uid, result.series_instance_uid
    made.SeriesDescription = result.series_description
    made.InstanceCreationDate, made.InstanceCreationTime = result.day, result.moment
    if made.SOPClassUID != GrayscaleSoftcopyPresentationStateStorage:  # which has a creation date of its own
        made.ContentDate, made.ContentTime = result.day, result.moment
    for item in made.get("ContributingEquipmentSequence", ()):
        if "ContributionDateTime" in item:
            item.ContributionDateTime = result.day + result.moment
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = made.SOPClassUID, made.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID, meta.ImplementationVersionName = IMPLEMENTATION_UID, "MAMMOSCOPE"
    whole = Dataset()
    whole.update(made)
    whole.file_meta = meta
    return whole


def equipment(result: Envelope) -> dict[str, Any]:
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


def reference(sop_class_uid: UID, sop_instance_uid: UID) -> Dataset:
    """An item that refers to an instance (PS3.3 table 10-11)."""
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = sop_class_uid, sop_instance_uid
    return item


def summary(result: Result) -> str:
    """The disclaimer first, then what is said of the image as a whole, in a sentence or two each."""
    analysis = result.analysis
    said = [DISCLAIMER, f"Findings of confidence {result.min_confidence:.0%} and above: {len(result.findings)}."]
    if analysis.cancer is not None:
        said.append(f"Estimated probability that this view shows cancer: {analysis.cancer.probability:.0%}.")
    if analysis.masking is not None:
        said.append(f"Masking by dense tissue: {analysis.masking.level.value}.")
    return " ".join((*said, STAND_IN, *analysis.warnings))
