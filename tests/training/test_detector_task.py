"""What a detector recipe draws its batches from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("official")

from pipeline.geometry import Box
from tests.training.pictures import disc, prepared_example
from training.cache import PreparedExample
from training.datasets.base import MassTruth
from training.recipes import find
from training.recipes.read import RecipeError
from training.run import Run
from training.tasks.detector import Share, pools
from training.train import read

PIXELS = disc(64, 48, (20, 30), 8)


def run(*readers: str) -> Run[Any]:
    recipe = read(find("detector"))
    return Run(recipe.with_sets(readers) if readers else recipe, Path("data"), Path("out"))


def view(dataset: str, masses: bool) -> PreparedExample:
    truth = (MassTruth(Box(12, 22, 16, 16)),) if masses else ()
    return prepared_example(np.array(PIXELS), *truth, dataset=dataset)


def test_every_share_is_drawn_from_its_own_images() -> None:
    known = [view("inbreast", True), view("mini_mias", True), view("phantoms", True), view("mini_mias", False)]
    found = pools(run(), [*known, view("inbreast", False), view("inbreast", True)])
    assert found.shares == (3, 1, 1, 2, 1)
    assert [len(group) for group in found.scenes] == [2, 1, 1, 1, 1]
    assert len(found.patches) == 3  # none of a phantom


def test_on_other_sets_places_of_certain_sets_are_for_any() -> None:
    assert run("cbis_ddsm").recipe.batch == (Share(4, True), Share(1, True, "phantoms"), Share(3, False))


def test_where_every_image_has_a_mass_those_take_all_places(capsys: pytest.CaptureFixture[str]) -> None:
    found = pools(run("cbis_ddsm"), [view("cbis_ddsm", True), view("phantoms", True)])
    assert found.shares == (7, 1)
    assert "3 places" in capsys.readouterr().out


def test_without_a_mass_there_is_nothing_to_learn() -> None:
    with pytest.raises(RecipeError, match="no image with a mass to train on in inbreast"):
        pools(run(), [view("inbreast", False)])
