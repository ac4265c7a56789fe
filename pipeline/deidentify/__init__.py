"""De-identification of mammograms: DICOM PS3.15 Annex E, Basic Application Level Confidentiality Profile.

What it does and what it leaves: docs/privacy.md. Start reading at deidentify().
"""

from __future__ import annotations

from pipeline.deidentify.headers import deidentified_headers, without_surroundings
from pipeline.deidentify.options import Dates, Options
from pipeline.deidentify.run import Deidentified, StillIdentifying, deidentify

__all__ = [
    "Dates",
    "Deidentified",
    "Options",
    "StillIdentifying",
    "deidentified_headers",
    "deidentify",
    "without_surroundings",
]
