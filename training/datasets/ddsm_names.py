"""Cases of DDSM by the file names that other collections gave their films."""

from __future__ import annotations

import re

from pipeline.mammogram import Laterality

# D1_A_1177_1.RIGHT_CC (3), A_0040_1.RIGHT_MLO_LI: density, volume, case, digitiser, side, view, copy
NAME = re.compile(r"(?:D\d_)?(?P<case>[A-D]_\d{4})_\d\.(?P<side>LEFT|RIGHT)_(?P<view>CC|MLO)")


def case_of(name: str) -> str | None:
    """`A_1177` of `D1_A_1177_1.RIGHT_CC (3)`: volume and number of the woman's case; None for other names."""
    match = NAME.search(name)
    return match["case"] if match else None


def side_and_view(name: str) -> tuple[Laterality | None, str | None]:
    match = NAME.search(name)
    return (Laterality(match["side"][0]), match["view"]) if match else (None, None)
