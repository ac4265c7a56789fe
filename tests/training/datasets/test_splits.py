"""For every reader: nobody, no source image and no augmented copy stands on two sides of a split."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.training.datasets.cbis import PARTS
from tests.training.datasets.miniatures import MINIATURES, Whose
from training.datasets.base import Example
from training.datasets.cbis_ddsm import cbis_ddsm
from training.datasets.registry import DATASETS
from training.split import FOLDS, fold_of, k_folds, official_test, split

UNDIVIDED = {"cdd_cesm_cc"}  # whose women nobody knows


def women(examples: Iterable[Example], whose: Whose) -> set[str]:
    return {whose[example.path] for example in examples}


@pytest.fixture(params=MINIATURES)
def miniature(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, list[Example], Whose]:
    name: str = request.param
    whose = MINIATURES[name](tmp_path / name)
    return name, list(DATASETS[name].read(tmp_path / name)), whose


def test_there_is_a_miniature_of_every_data_set() -> None:
    assert set(MINIATURES) == set(DATASETS)


def test_nobody_crosses(miniature: tuple[str, list[Example], Whose]) -> None:
    name, examples, whose = miniature
    assert {example.path for example in examples} == set(whose)
    tested = women(official_test(examples), whose)
    validated: list[str] = []
    for training, validation in k_folds(examples):
        sides = women(training, whose), women(validation, whose), tested
        assert sum(map(len, sides)) == len(set.union(*sides)), name
        validated += sides[1]
        assert name in UNDIVIDED or sides[0]
    assert sorted(validated) == sorted(set(whose.values()) - tested)


def test_a_split_by_image_would_have_been_caught(miniature: tuple[str, list[Example], Whose]) -> None:
    """The miniatures are worth the proof: where a woman has several images, dividing these by image crosses."""
    name, examples, whose = miniature
    halves = examples[::2], examples[1::2]
    several = len(set(whose.values())) < len(whose)
    assert bool(women(halves[0], whose) & women(halves[1], whose)) is several
    assert several is (name not in {"csaw_m", "synthetic_csaw"})


@pytest.mark.parametrize("folds", [3, 10])
def test_nobody_crosses_in_other_numbers_of_folds(folds: int, tmp_path: Path) -> None:
    whose = MINIATURES["mass_collection"](tmp_path / "mass_collection")
    examples = list(DATASETS["mass_collection"].read(tmp_path / "mass_collection"))
    found = [(women(training, whose), women(validation, whose)) for training, validation in k_folds(examples, folds)]
    assert all(not training & validation for training, validation in found)
    assert sum(len(validation) for _, validation in found) == len(set(whose.values()))


def test_whom_either_test_part_of_cbis_holds_is_trained_and_validated_on_by_nobody(tmp_path: Path) -> None:
    whose = MINIATURES["cbis_ddsm"](tmp_path)
    examples = list(cbis_ddsm(tmp_path))
    training, validation = split(examples)
    seen = women([*training, *validation], whose)
    held = {f"P_{woman:05d}" for of in PARTS.values() for woman, part in of.items() if part == "Test"}
    assert held == {"P_00001", "P_00002", "P_00003", "P_00009"}
    assert seen == set(whose.values()) - held
    published = [example for example in examples if "-Test_" in example.image_id]
    assert official_test(examples) == published  # no more than was published, not even of these women


def test_official_training_patients_keep_their_fold(tmp_path: Path) -> None:
    MINIATURES["cbis_ddsm"](tmp_path)
    for held_out in range(FOLDS):
        _, validation = split(cbis_ddsm(tmp_path), held_out)
        assert all(fold_of("cbis_ddsm", example.patient) == held_out for example in validation)


def test_a_woman_of_two_data_sets_is_on_one_side(tmp_path: Path) -> None:
    """As released and as prepared, and in collections made from other sets: training on both leaks nothing."""
    pairs = [("inbreast_release", "inbreast"), ("rsna", "rsna_subset"), ("mini_mias_release", "mini_mias")]
    pairs += [("infn", "microcalc_patches"), ("mass_collection", "mini_mias"), ("mass_collection", "inbreast")]
    for one, other in pairs:
        MINIATURES[one](tmp_path / one)
        (example, *_) = (e for e in DATASETS[one].read(tmp_path / one) if e.unit[0] == other)
        assert fold_of(*example.unit) == fold_of(other, example.patient)


def test_without_inbreasts_own_names_its_copies_stay_on_one_side(tmp_path: Path) -> None:
    MINIATURES["mass_collection"](tmp_path / "mass_collection")
    (tmp_path / "inbreast" / "inbreast.csv").unlink()
    examples = list(DATASETS["mass_collection"].read(tmp_path / "mass_collection"))
    assert len({example.unit for example in examples if example.unit[0] == "inbreast"}) == 1
