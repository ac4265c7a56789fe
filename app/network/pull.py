"""Fetch the mammograms of a study from a PACS over DICOMweb."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.network.dicomweb import Attributes, DicomWeb, value
from app.network.errors import PeerAnswer
from app.network.received import SOP_CLASSES, is_uid

STUDY, SERIES, INSTANCE, SOP_CLASS, MODALITY = "0020000D", "0020000E", "00080018", "00080016", "00080060"
MODALITIES = ("MG", "CR", "DX")  # series of others hold no mammogram we take unasked


@dataclass(frozen=True)
class Reference:
    """Where an instance lies in the PACS."""

    study: str
    series: str
    instance: str


def studies(web: DicomWeb, **matching: str) -> list[str]:
    """Study Instance UIDs of QIDO-RS matches: PatientID, StudyDate (PS3.18 10.6). Raises PeerError."""
    return [_uid(found, STUDY) for found in web.find("/studies", **matching)]


def instances(web: DicomWeb, study: str) -> Iterator[Reference]:
    """The instances of a study that may be mammograms, in the PACS's order. Raises PeerError."""
    for series in web.find(f"/studies/{study}/series"):
        if value(series, MODALITY) not in MODALITIES:
            continue
        uid = _uid(series, SERIES)
        for found in web.find(f"/studies/{study}/series/{uid}/instances"):
            if value(found, SOP_CLASS) in ("", *SOP_CLASSES):
                yield Reference(study, uid, _uid(found, INSTANCE))


def _uid(found: Attributes, tag: str) -> str:
    """It becomes part of an address, so nothing but a UID will do."""
    text = value(found, tag)
    if not is_uid(text):
        raise PeerAnswer("The answer to a query lacks a UID.")
    return text
