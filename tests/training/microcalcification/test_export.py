"""Committees of both presets become a file that answers and explains itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("tensorflow")

from models.layers import Preset
from models.microcalcification import SHEET, SIDE, build_microcalcification
from models.weights import Card, Metric, cards, digest, verify
from pipeline.committee import SheetCommittee
from pipeline.inference import open_model
from training.evaluation.patients import leaves_out
from training.recipes import find
from training.run import Run
from training.split import FOLDS
from training.tasks.microcalcification import MicrocalcificationRecipe, export, pair_of, write_pair
from training.train import read

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


def test_the_two_experts_who_never_saw_a_fold_have_a_card_that_says_so(tmp_path: Path) -> None:
    recipe = read(find("microcalcification"))
    assert isinstance(recipe, MicrocalcificationRecipe)
    run = Run(recipe, tmp_path, tmp_path)
    file = pair_of(run, 3).weight_file
    file.parent.mkdir(parents=True)
    file.write_bytes(b"two experts")
    whole = Card(run.name, "microcalcification", "compact", "", "1", file.name, "0" * 64, "INFN patches; INbreast",
                 training={"data": "views of INbreast"}, metrics={"patches_auc": Metric(0.9, 0.8, 1.0, 9)})  # fmt: skip
    write_pair(run, whole, 3)
    folder = run.folder / "fold-3"
    (card,) = cards(folder)
    assert verify(card, folder) == file
    assert not card.metrics
    assert [leaves_out(card, "inbreast", fold) for fold in range(FOLDS)] == [False, False, False, True, False]
