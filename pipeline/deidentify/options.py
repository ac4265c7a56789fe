"""What the sender chose, and the codes it is recorded with. DICOM PS3.15 E.3, PS3.16 CID 7050."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Dates(StrEnum):
    """What becomes of dates and times, birth dates aside, which always go. Values of (0028,0303)."""

    REMOVED = "REMOVED"
    SHIFTED = "MODIFIED"  # by whole days, the same for all of a patient's images in a run
    KEPT = "UNMODIFIED"


@dataclass(frozen=True)
class Options:
    dates: Dates = Dates.REMOVED
    retain_device: bool = False  # serial numbers, station name, detector
    retain_characteristics: bool = False  # sex, age, size, weight, ...
    clean_pixels: bool = False  # everything outside the breast becomes background

    def codes(self) -> tuple[tuple[str, str], ...]:
        """(Code Value, Code Meaning) in DCM, the profile first."""
        chosen = (
            (True, "113100", "Basic Application Confidentiality Profile"),
            (self.clean_pixels, "113101", "Clean Pixel Data Option"),
            (self.dates is Dates.KEPT, "113106", "Retain Longitudinal Temporal Information Full Dates Option"),
            (self.dates is Dates.SHIFTED, "113107", "Retain Longitudinal Temporal Information Modified Dates Option"),
            (self.retain_characteristics, "113108", "Retain Patient Characteristics Option"),
            (self.retain_device, "113109", "Retain Device Identity Option"),
        )
        return tuple((value, meaning) for is_chosen, value, meaning in chosen if is_chosen)
