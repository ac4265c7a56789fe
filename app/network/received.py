"""What a received DICOM file says of itself, from its header alone, and whether we take it in at all."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass

import pydicom
from pydicom import uid
from pydicom.uid import UID

from pipeline.read_quietly import quietly

# Storage classes a mammogram comes in; everything else is refused while the association is negotiated.
SOP_CLASSES: tuple[UID, ...] = (
    uid.DigitalMammographyXRayImageStorageForPresentation,
    uid.DigitalMammographyXRayImageStorageForProcessing,
    uid.ComputedRadiographyImageStorage,
    uid.DigitalXRayImageStorageForPresentation,
    uid.DigitalXRayImageStorageForProcessing,
    uid.SecondaryCaptureImageStorage,
)
IDENTITY = ["SOPClassUID", "SOPInstanceUID"]

# PS3.4 Table B.2-1 and PS3.7 Annex C: what a Storage SCP answers. The same numbers are STOW-RS failure reasons.
SUCCESS = 0x0000
NO_SUCH_SOP_CLASS = 0x0122
OUT_OF_RESOURCES = 0xA700
DATA_SET_DOES_NOT_MATCH = 0xA900
CANNOT_UNDERSTAND = 0xC000


class RefusedObject(Exception):
    """Not taken in. `status` is one of the above, for C-STORE and STOW-RS alike."""

    def __init__(self, status: int, sop_class: str = "", sop_instance: str = "") -> None:
        super().__init__(f"refused with status {status:04X}")
        self.status, self.sop_class, self.sop_instance = status, sop_class, sop_instance


@dataclass(frozen=True)
class Received:
    """A DICOM file (PS3.10) and whose it is."""

    data: bytes
    sop_class: str
    sop_instance: str

    @property
    def key(self) -> str:
        """32 hexadecimal digits that tell nothing of the patient: names the object in files and logs."""
        return key_of(self.sop_instance)


def key_of(sop_instance: str) -> str:
    return hashlib.sha256(sop_instance.encode()).hexdigest()[:32]


def received(data: bytes, sop_class: str | None = None, sop_instance: str | None = None) -> Received:
    """Look at the header. Given UIDs are those of the request, which the file must repeat. Raises RefusedObject."""
    said = sop_class or "", sop_instance or ""
    found = _identity(data, said)
    if not is_uid(found[0]) or not is_uid(found[1]):
        raise RefusedObject(CANNOT_UNDERSTAND, *said)
    if any(expected and expected != value for expected, value in zip(said, found, strict=True)):
        raise RefusedObject(DATA_SET_DOES_NOT_MATCH, *said)
    if found[0] not in SOP_CLASSES:
        raise RefusedObject(NO_SUCH_SOP_CLASS, *found)
    return Received(data, *found)


def _identity(data: bytes, said: tuple[str, str]) -> tuple[str, str]:
    try:
        with quietly():
            header = pydicom.dcmread(io.BytesIO(data), stop_before_pixels=True, specific_tags=IDENTITY)
            sop_class, sop_instance = (str(header.get(keyword) or "") for keyword in IDENTITY)
    except Exception:  # pydicom raises anything from KeyError to struct.error over damaged bytes
        raise RefusedObject(CANNOT_UNDERSTAND, *said) from None
    return sop_class, sop_instance


def is_uid(text: str) -> bool:
    """PS3.5 9.1, leniently: components with leading zeros occur."""
    return 0 < len(text) <= 64 and all(part.isdigit() for part in text.split("."))
