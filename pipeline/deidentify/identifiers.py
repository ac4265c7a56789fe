"""The words that name the patient and the people around: looked for once more in what was kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pydicom import Dataset
from pydicom.dataelem import DataElement

# Somebody's own; places and descriptions are left out, their words ("MEDICAL", "BREAST") occur everywhere.
IDENTIFYING = frozenset((
    "AccessionNumber", "AdmissionID", "FillerOrderNumberImagingServiceRequest", "MedicalRecordLocator",
    "OtherPatientIDs", "PatientAddress", "PatientID", "PatientTelephoneNumbers",
    "PlacerOrderNumberImagingServiceRequest",
))  # fmt: skip
# Words that patient IDs of research sets contain and that name no one; they stand in views, sides and body parts.
COMMON = frozenset((
    "ANON", "ANONYMIZED", "ANONYMOUS", "BREAST", "CALC", "DERIVED", "DICOM", "FEMALE", "FULL", "IMAGE", "IMAGES",
    "LEFT", "LMO", "MALE", "MAMMO", "MAMMOGRAPHY", "MASS", "MLO", "NONE", "ORIGINAL", "PATIENT", "PHANTOM",
    "PRESENTATION", "PRIMARY", "PROCESSING", "RIGHT", "STUDY", "TEST", "TRAINING", "UNKNOWN", "XCC", "XCCL",
    "XCCM", "YES",
))  # fmt: skip
SHORTEST_WORD = 3  # as a whole word of a kept value
SHORTEST_IN_BYTES = 6  # anywhere in the bytes; digits alone might stand in a number by chance below
SHORTEST_DIGITS = 8


@dataclass(frozen=True, repr=False)
class Identifiers:
    words: frozenset[str]  # in capitals

    def stand_in(self, text: str) -> bool:
        """Is one of them a word of `text`?"""
        return not self.words.isdisjoint(_words(text))

    def stand_in_bytes(self, data: bytes, shortest: int = SHORTEST_IN_BYTES) -> bool:
        """Does one of them occur in `data`, whatever stands around it?"""
        capitals = data.upper()
        return any(
            spelt in capitals for word in self.words if _is_telling(word, shortest) for spelt in _spellings(word)
        )


def _is_telling(word: str, shortest: int) -> bool:
    return len(word) >= (max(SHORTEST_DIGITS, shortest) if word.isdigit() else shortest)


def _spellings(word: str) -> Iterator[bytes]:
    for coding in ("utf-8", "latin-1", "utf-16-le"):
        try:
            yield word.encode(coding)
        except UnicodeEncodeError:
            continue


def identifiers_of(dataset: Dataset) -> Identifiers:
    """Of every person name and every attribute above, at any depth, private ones included."""
    return Identifiers(frozenset(word for text in _texts(dataset) for word in _words(text)))


def _texts(dataset: Dataset) -> Iterator[str]:
    for element in understood(dataset):
        if element.VR == "SQ":
            for item in element.value:
                yield from _texts(item)
        elif element.VR == "PN" or element.keyword in IDENTIFYING:
            yield from values_of(element)


def understood(dataset: Dataset) -> Iterator[DataElement]:
    """The elements whose values can be had; pydicom raises anything for damaged ones."""
    for tag in dataset.keys():  # noqa: SIM118  # a Dataset iterates over elements, and may raise
        try:
            yield dataset[tag]
        except Exception:
            continue


def values_of(element: DataElement) -> tuple[str, ...]:
    """Every value of it as text."""
    value = element.value
    if value is None or value == "":
        return ()
    many = value if element.VM > 1 else [value]
    return tuple(str(one) for one in many)


def _words(text: str) -> set[str]:
    return {word for word in re.split(r"[^\w]+|_", text.upper()) if len(word) >= SHORTEST_WORD} - COMMON
