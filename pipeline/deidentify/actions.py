"""What becomes of each attribute: DICOM PS3.15 Table E.1-1 (2024b) for what CR, DX, MG and SC images may hold.

Where the table leaves a choice that depends on the object (X/Z, X/Z/D), the choice is the one that these objects allow:
their attributes of type 3 are removed, those of type 2 emptied. Attributes that the table does not name are kept only
where they cannot hold free text (fate() below), so vendors' texts go although the table would let them stay.
"""

from __future__ import annotations

import re
from enum import StrEnum

from pydicom.datadict import dictionary_VR, keyword_for_tag
from pydicom.tag import BaseTag

from pipeline.deidentify.options import Dates, Options


class Fate(StrEnum):
    KEEP = "K"
    REMOVE = "X"
    EMPTY = "Z"  # type 2: the attribute stays without a value
    DUMMY = "D"  # a value that says nothing
    UID = "U"  # another UID, the same for the same
    SHIFT = "C"  # moved by the patient's number of days
    ITEMS = "items"  # a sequence: the same rules for each of its items
    CHECK = "check"  # kept if each value is a code string or a number and no name or number of the patient


EMPTY = frozenset((
    "AccessionNumber", "AcquisitionContextSequence", "ContentDate", "ContentTime", "ContrastBolusAgent",
    "PatientBirthDate", "PatientName", "PatientSex", "PositionReferenceIndicator", "ReferringPhysicianName",
    "StudyDate", "StudyID", "StudyTime",
))  # fmt: skip
DUMMY = frozenset({"PatientID", "PixelSpacingCalibrationDescription"})
# X, of which only those matter that fate() would otherwise keep: numbers, code strings, sequences.
REMOVE = frozenset((
    "ActualHumanPerformersSequence", "AdmittingDiagnosesCodeSequence", "AuthorObserverSequence", "BranchOfService",
    "ConfidentialityConstraintOnPatientDataDescription", "ConsultingPhysicianIdentificationSequence",
    "ContentCreatorIdentificationCodeSequence", "ContentSequence", "ContextGroupLocalVersion",
    "ContextGroupVersion", "ContextIdentifier", "CustodialOrganizationSequence", "DigitalSignaturesSequence",
    "EncryptedAttributesSequence", "EthnicGroup", "EthnicGroupCodeSequence", "FunctionalSyncPulse",
    "GraphicAnnotationSequence", "IconImageSequence", "InstanceOriginStatus", "InstitutionCodeSequence",
    "InstitutionalDepartmentTypeCodeSequence", "IntendedRecipientsOfResultsIdentificationSequence",
    "IssuerOfTheContainerIdentifierSequence", "IssuerOfTheSpecimenIdentifierSequence", "LastMenstrualDate",
    "MACParametersSequence", "MappingResource", "MilitaryRank", "ModifiedAttributesSequence", "ModifyingDeviceID",
    "NonconformingModifiedAttributesSequence", "OperatorIdentificationSequence", "OriginalAttributesSequence",
    "OtherPatientIDsSequence", "ParticipantSequence", "PatientAge", "PatientBirthTime",
    "PatientInsurancePlanCodeSequence", "PatientPrimaryLanguageCodeSequence",
    "PatientPrimaryLanguageModifierCodeSequence", "PatientReligiousPreference", "PatientSexNeutered", "PatientSize",
    "PatientSpeciesCodeSequence", "PatientState", "PatientWeight", "PerformedStationGeographicLocationCodeSequence",
    "PerformedStationNameCodeSequence", "PerformingPhysicianIdentificationSequence",
    "PersonIdentificationCodeSequence", "PhysiciansOfRecordIdentificationSequence",
    "PhysiciansReadingStudyIdentificationSequence", "PregnancyStatus", "ReasonForRequestedProcedureCodeSequence",
    "ReasonForVisitCodeSequence", "ReferencedDigitalSignatureSequence", "ReferencedPatientAliasSequence",
    "ReferencedPatientPhotoSequence", "ReferencedPatientSequence", "ReferencedPerformedProcedureStepSequence",
    "ReferencedSOPInstanceMACSequence", "ReferencedStudySequence", "ReferringPhysicianIdentificationSequence",
    "RequestAttributesSequence", "RequestingServiceCodeSequence", "ResponsibleOrganization",
    "ResponsiblePersonRole", "ScheduledHumanPerformersSequence",
    "ScheduledPerformingPhysicianIdentificationSequence", "ScheduledStationGeographicLocationCodeSequence",
    "ScheduledStationNameCodeSequence", "SmokingStatus", "SpecificCharacterSet", "SpecimenPreparationSequence",
    "TransducerIdentificationSequence", "TypeOfPatientID", "UDISequence", "VerbalSourceIdentifierCodeSequenceTrial",
    "VerifyingObserverIdentificationCodeSequence", "VerifyingObserverSequence",
))  # fmt: skip
CHARACTERISTICS = frozenset((
    "EthnicGroup", "PatientAge", "PatientSex", "PatientSexNeutered", "PatientSize", "PatientWeight",
    "PregnancyStatus", "SmokingStatus",
))  # fmt: skip
DEVICE = frozenset((
    "CassetteID", "DetectorID", "DeviceSerialNumber", "DeviceUID", "GantryID", "GeneratorID",
    "ManufacturerDeviceClassUID", "PlateID", "StationName", "UniqueDeviceIdentifier", "XRayDetectorID",
    "XRaySourceID",
))  # fmt: skip
# Of one person's life rather than of the images: no date option keeps them.
PERSONAL_DATES = frozenset({"LastMenstrualDate", "PatientBirthDate", "PatientBirthTime"})
# Free text by their type, but technical: kept when no name or number of the patient stands in them.
TECHNICAL = frozenset((
    "CodeValue", "CodingSchemeDesignator", "Manufacturer", "ManufacturerModelName", "SoftwareVersions",
))  # fmt: skip
# Written as text, but made of defined terms (DICOM PS3.3 C.11.1): held to the form of a code string.
TERMS = frozenset({"ModalityLUTType", "RescaleType"})
BULK = frozenset({"LUTData", "PixelData"})  # the only bytes without inner structure that stay
# Everything else in other groups goes: visits, requests, results, comments, signatures, overlays, radiotherapy, ...
GROUPS = frozenset({0x0008, 0x0010, 0x0018, 0x0020, 0x0028, 0x0040, 0x0054, 0x2050, 0x7FE0})
NUMBERS = frozenset({"AT", "FD", "FL", "SL", "SS", "SV", "UL", "US", "UV"})
DATES = frozenset({"DA", "DT", "TM"})
CODE_STRING = re.compile(r"[A-Z0-9_ ]{0,16}")  # DICOM PS3.5 6.2, CS
TEXT = re.compile(r"[ -~]{0,64}")


def fate(tag: BaseTag, vr: str, options: Options) -> Fate:
    """Of one attribute, at any depth."""
    keyword = keyword_for_tag(tag)
    if tag.is_private or tag.group not in GROUPS or not keyword or vr not in dictionary_VR(tag).split(" or "):
        return Fate.REMOVE  # a name under another representation than its attribute has would pass for a code string
    if options.retain_characteristics and keyword in CHARACTERISTICS:
        return Fate.CHECK
    if options.retain_device and keyword in DEVICE:
        return Fate.KEEP if vr == "UI" else Fate.CHECK
    if vr in DATES and keyword not in PERSONAL_DATES and options.dates is not Dates.REMOVED:
        return Fate.KEEP if options.dates is Dates.KEPT else Fate.SHIFT
    if keyword == "TimezoneOffsetFromUTC" and options.dates is not Dates.REMOVED:
        return Fate.CHECK
    if keyword in EMPTY:
        return Fate.EMPTY
    if keyword in DUMMY:
        return Fate.DUMMY
    return Fate.REMOVE if keyword in REMOVE else _by_kind(keyword, vr)


def _by_kind(keyword: str, vr: str) -> Fate:
    if vr == "UI":
        return Fate.UID
    if vr == "SQ":
        return Fate.ITEMS
    if vr in ("CS", "DS", "IS") or keyword in TECHNICAL | TERMS:
        return Fate.CHECK
    return Fate.KEEP if vr in NUMBERS or keyword in BULK else Fate.REMOVE


def is_harmless(keyword: str, vr: str, value: str) -> bool:
    """Has one value of a CHECK attribute the form that it must have?"""
    if vr == "CS" or keyword in TERMS:
        return bool(CODE_STRING.fullmatch(value))
    if vr in ("DS", "IS"):
        return is_number(value)
    if vr == "AS":
        return bool(re.fullmatch(r"\d{3}[DWMY]", value))
    return bool(TEXT.fullmatch(value))


def is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True
