"""Which study and which patient an image belongs to: hashed with a key, so that the answer names nobody."""

from __future__ import annotations

import hashlib
import hmac
import io
import re
from dataclasses import dataclass, replace
from datetime import date

from pydicom import Dataset, dcmread

from pipeline.dicom_values import text
from pipeline.mammogram import Mammogram
from pipeline.read import kind_of
from pipeline.read_quietly import quietly

ASKED = ["StudyInstanceUID", "PatientID", "IssuerOfPatientID", "StudyDate", "AcquisitionDate"]
NOBODY = re.compile(r"ANON\w*|UNKNOWN|NONE|N/?A|NO ?NAME|NO ?ID|TEST|PATIENT|REMOVED|DE-?IDENTIFIED|[0X*?-]+", re.ASCII)


@dataclass(frozen=True)
class Belonging:
    """What is stored of an image beside its pixels. `study` and `patient` are HMAC-SHA-256 in hexadecimal digits."""

    study: str | None = None  # images with the same one are one study; None: a study of its own
    label: str | None = None  # what the study is called, if this is its first image; None: the name of the file
    patient: str | None = None  # studies with the same one are of the same patient; None where that is not known
    acquired: str | None = None  # YYYY-MM-DD: Study Date (0008,0020), else Acquisition Date (0008,0022)
    laterality: str | None = None
    view: str | None = None

    def seen(self, mammogram: Mammogram) -> Belonging:
        side = mammogram.laterality.value if mammogram.laterality else None
        return replace(self, laterality=side, view=mammogram.view)

    def sent_with(self, token: str, label: str | None, key: bytes) -> Belonging:
        """Several files of one upload are one study, unless their headers tell of another."""
        study = self.study or (hashed(key, "upload", token) if token else None)
        return replace(self, study=study, label=label)


def belonging_of(data: bytes, key: bytes) -> Belonging:
    """What the header of `data` tells; of anything but DICOM, nothing."""
    if kind_of(data) != "DICOM":
        return Belonging()
    try:
        with quietly():
            return _told(dcmread(io.BytesIO(data), stop_before_pixels=True, force=True, specific_tags=[*ASKED]), key)
    except Exception:  # a damaged header may make pydicom raise anything
        return Belonging()


def _told(dataset: Dataset, key: bytes) -> Belonging:
    study, patient = text(dataset, "StudyInstanceUID"), text(dataset, "PatientID")
    known = patient and not NOBODY.fullmatch(patient)
    return Belonging(
        study=hashed(key, "study", study) if study else None,
        patient=hashed(key, "patient", text(dataset, "IssuerOfPatientID"), patient) if known else None,
        acquired=day(text(dataset, "StudyDate")) or day(text(dataset, "AcquisitionDate")),
    )


def hashed(key: bytes, *words: str) -> str:
    """Keyed, so that nobody without the key can try out names; the first word keeps kinds of words apart."""
    said = "\0".join(words).encode("utf-8", "surrogatepass")  # half a pair, from a damaged header, is a word too
    return hmac.new(key, said, hashlib.sha256).hexdigest()


def day(written: str) -> str | None:
    """DICOM DA, also as ACR-NEMA wrote it -> YYYY-MM-DD; None for what is no day."""
    found = re.match(r"(\d{4})\.?(\d{2})\.?(\d{2})", written, re.ASCII)
    try:
        return date(*(int(part) for part in found.groups())).isoformat() if found else None
    except ValueError:
        return None
