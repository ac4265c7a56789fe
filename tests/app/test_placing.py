"""Every finding of a stored document says where in the breast it lies."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from app.placing import with_places
from pipeline.mammogram import Laterality, Mammogram
from tests.app.stubs import COLUMNS, ROWS, breast

MAMMOGRAM = Mammogram(breast().astype(np.float32) / np.float32(255), Laterality.RIGHT, "MLO", (0.5, 0.5))
MASK = breast() > 0


def document(x: float, y: float) -> dict[str, Any]:
    return {"findings": [{"id": 1, "box": {"x": x - 4, "y": y - 4, "width": 8.0, "height": 8.0}}]}


def place(x: float, y: float) -> Any:
    return with_places(document(x, y), MAMMOGRAM, MASK)["findings"][0]["location"]


def test_a_finding_above_the_nipple_at_the_chest_wall_is_said_to_be_there() -> None:
    # nipple at about x = 30, y = 80; the chest wall at x = 120: 85 columns and 40 rows of 0.5 mm away
    said = place(115, 40)
    assert (said["region"], said["depth"], said["assumed"]) == ("upper", "posterior", True)
    assert said["nipple_mm"] == pytest.approx(np.hypot(85, 40) / 2, abs=1)


def test_below_and_close_to_the_nipple_is_lower_and_anterior() -> None:
    said = place(50, 115)
    assert (said["region"], said["depth"]) == ("lower", "anterior")


def test_without_a_breast_the_place_is_unknown() -> None:
    nothing = np.zeros((ROWS, COLUMNS), bool)
    assert with_places(document(60, 80), MAMMOGRAM, nothing)["findings"][0]["location"] is None
