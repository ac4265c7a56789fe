"""A data set -> the data set without what names anyone. Nothing of the original object is written through."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

from pydicom import DataElement, Dataset

from pipeline.deidentify.actions import Fate, fate, is_harmless
from pipeline.deidentify.identifiers import Identifiers, understood, values_of
from pipeline.deidentify.options import Options
from pipeline.deidentify.pseudonyms import Pseudonyms, shifted

METHOD = "Mammoscope: DICOM PS3.15 Annex E, options as coded"
SCHEMES = frozenset({"DCM", "SCT", "SRT", "SNM3", "LN", "UCUM", "RADLEX"})  # public: their codes name no one
MAMMOGRAPHY = frozenset({4014, 4015})  # context groups: views and their modifiers
CODE = re.compile(r"(RID)?\d{1,16}(-\d)?|[A-Z]-[0-9A-F]{5}")  # as SNOMED, LOINC, RadLex and DICOM write theirs


@dataclass(frozen=True)
class Rules:
    options: Options
    pseudonyms: Pseudonyms
    identifiers: Identifiers
    patient: str  # what the dates' shift and the new patient ID depend on

    def applied(self, original: Dataset) -> Dataset:
        """A new data set; `original` stays as it is."""
        made = Dataset()
        for element in understood(original):
            kept = self._kept(element)
            if kept is not None:
                made.add(kept)
        return made

    def _kept(self, element: DataElement) -> DataElement | None:
        match fate(element.tag, element.VR, self.options):
            case Fate.KEEP:
                return DataElement(element.tag, element.VR, element.value)
            case Fate.EMPTY:
                return DataElement(element.tag, element.VR, [] if element.VR == "SQ" else None)
            case Fate.DUMMY:
                return DataElement(element.tag, element.VR, self._dummy(element))
            case Fate.UID:
                return self._renamed(element)
            case Fate.SHIFT:
                return self._shifted(element)
            case Fate.ITEMS:
                return self._items(element)
            case Fate.CHECK:
                return self._checked(element)
        return None

    def _dummy(self, element: DataElement) -> str:
        return self.pseudonyms.patient_id(self.patient) if element.keyword == "PatientID" else "UNKNOWN"

    def _renamed(self, element: DataElement) -> DataElement:
        renamed = [self.pseudonyms.uid(value) for value in values_of(element)]
        return DataElement(element.tag, "UI", renamed if len(renamed) != 1 else renamed[0])

    def _shifted(self, element: DataElement) -> DataElement:
        days = self.pseudonyms.days(self.patient)
        moved = [shifted(value, element.VR, days) for value in values_of(element)]
        whole = None not in moved and moved
        return DataElement(element.tag, element.VR, moved if whole else None)

    def _items(self, element: DataElement) -> DataElement | None:
        items = [self._code(item) if _is_code(item) else self.applied(item) for item in element.value]
        left = [item for item in items if item is not None and len(item)]
        return DataElement(element.tag, "SQ", left) if left or not items else None

    def _code(self, item: Dataset) -> Dataset | None:
        """A code of a public scheme, with the meaning that the scheme gives it; others may say anything."""
        cleaned = self.applied(item)
        value, scheme = str(cleaned.get("CodeValue") or ""), str(cleaned.get("CodingSchemeDesignator") or "")
        meaning = meanings().get((scheme, value)) or (value if scheme in SCHEMES and CODE.fullmatch(value) else None)
        if meaning is None:
            return None
        cleaned.CodeMeaning = meaning
        return cleaned

    def _checked(self, element: DataElement) -> DataElement | None:
        values = values_of(element)
        if not all(is_harmless(element.keyword, element.VR, value) for value in values):
            return None
        if element.VR not in ("DS", "IS") and any(self.identifiers.stand_in(value) for value in values):
            return None
        return DataElement(element.tag, element.VR, element.value)


def _is_code(item: Dataset) -> bool:
    return "CodingSchemeDesignator" in item or "CodeMeaning" in item


@lru_cache(maxsize=1)
def meanings() -> dict[tuple[str, str], str]:
    """(scheme, value) -> meaning, of the context groups of DICOM PS3.16, and older values of the same concepts."""
    from pydicom.sr._concepts_dict import concepts
    from pydicom.sr._snomed_dict import mapping

    found: dict[tuple[str, str], tuple[bool, int, str]] = {}
    for scheme, by_keyword in cast("dict[str, dict[str, dict[str, tuple[str, list[int]]]]]", concepts).items():
        for value, (meaning, groups) in (pair for by_value in by_keyword.values() for pair in by_value.items()):
            worth = (not MAMMOGRAPHY.isdisjoint(groups), -len(meaning), meaning)
            found[scheme, value] = max(found.get((scheme, value), worth), worth)
    known = {code: meaning for code, (_, _, meaning) in found.items()}
    older = {("SRT", old): known["SCT", new] for old, new in mapping["SRT"].items() if ("SCT", new) in known}
    return {**older, **{("SNM3", value): meaning for (_, value), meaning in older.items()}, **known}
