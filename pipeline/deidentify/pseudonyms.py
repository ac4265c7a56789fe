"""Other UIDs, patient IDs and dates: the same for the same within one key, and never back without it."""

from __future__ import annotations

import base64
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydicom.uid import UID

REGISTERED = "1.2.840.10008."  # DICOM's own root: SOP classes, transfer syntaxes; they name no one
LONGEST_SHIFT_DAYS = 3650


@dataclass(frozen=True, repr=False)
class Pseudonyms:
    key: bytes  # secret; whoever has it can test guesses

    def uid(self, original: str) -> UID:
        """Under 2.25 (DICOM PS3.5 B.2); what DICOM itself registered stays."""
        if original.startswith(REGISTERED) and re.fullmatch(r"[0-9.]{1,64}", original):
            return UID(original)
        return UID(f"2.25.{int.from_bytes(self._digest('uid', original)[:16], 'big')}")

    def patient_id(self, original: str) -> str:
        """As in "P-7Q2MZ4XW6KLA"."""
        return "P-" + base64.b32encode(self._digest("patient", original))[:12].decode()

    def days(self, original: str) -> int:
        """By how many days this patient's dates go back: 1 to ten years."""
        return 1 + int.from_bytes(self._digest("days", original)[:8], "big") % LONGEST_SHIFT_DAYS

    def _digest(self, purpose: str, original: str) -> bytes:
        return hmac.digest(self.key, f"{purpose}\0{original}".encode(), "sha256")


def shifted(value: str, vr: str, days: int) -> str | None:
    """A DA or DT that many days earlier; TM as it is, since whole days do not move it. None where it is malformed."""
    if vr == "TM":
        return value if re.fullmatch(r"\d{2}(\d{2}(\d{2}(\.\d{1,6})?)?)?", value) else None
    found = re.fullmatch(r"(\d{8})((?:\d{2}){0,3}(?:\.\d{1,6})?([+-]\d{4})?)", value)
    if not found or (vr == "DA" and found.group(2)):
        return None
    try:
        moved = datetime.strptime(found.group(1), "%Y%m%d") - timedelta(days=days)
    except (ValueError, OverflowError):
        return None
    return f"{moved.year:04d}{moved.month:02d}{moved.day:02d}{found.group(2)}"
