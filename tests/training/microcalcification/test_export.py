"""Committees of both presets become a file that answers and explains itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("tensorflow")

from models.layers import Preset
from models.microcalcification import SHEET, SIDE, build_microcalcification
from models.weights import Card, digest
from pipeline.committee import SheetCommittee
from pipeline.inference import open_model
from training.tasks.microcalcification import export

INPUT = {"names": ["patches"], "height": SHEET * SIDE, "width": SHEET * SIDE, "patch": SIDE, "spacing_mm": 0.1}


@pytest.mark.slow
@pytest.mark.parametrize("preset", ["compact", "paper"])
def test_a_committee_ships_with_its_heatmap(preset: Preset, tmp_path: Path) -> None:
    (tmp_path / "weights").mkdir()
    path = tmp_path / "weights" / "c.tflite"
    export([build_microcalcification(preset) for _ in range(2)], np.array([0.25, 0.75]), path)
    card = Card("c", "microcalcification", preset, "", "", path.name, digest(path), "", input=INPUT)
    committee = SheetCommittee(open_model(card, threads=1, directory=tmp_path), card)
    patches = np.random.default_rng(0).random((3, SIDE, SIDE), np.float32)
    calcified, _ = committee(patches)
    assert calcified.shape == (3,)
    cams = committee.cams(patches)
    assert len(cams) == 3
    assert np.isfinite(cams).all()
    assert cams.any()
