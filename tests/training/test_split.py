"""Patients never stand on both sides, and never move."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.datasets.base import Example
from training.datasets.prepared import READERS, examples
from training.split import FOLDS, fold_of, split


def view(dataset: str, patient: str, number: int) -> Example:
    return Example(dataset, f"{patient}-{number}", patient, Path("nowhere.png"))


@pytest.mark.parametrize(
    ("dataset", "patient", "fold"),
    [
        ("inbreast", "a", 2),
        ("inbreast", "b", 4),
        ("inbreast", "1001", 3),
        ("mini_mias", "1001", 3),
        ("rsna_subset", "1001", 4),
        ("phantoms", "100000", 3),
        ("rsna_subset", "10042", 2),
    ],
)
def test_folds_are_these_for_ever(dataset: str, patient: str, fold: int) -> None:
    """Another answer here would put patients of the shipped weights' training into their validation."""
    assert fold_of(dataset, patient) == fold


@given(patients=st.lists(st.text(min_size=1), min_size=1, max_size=20), held_out=st.integers(0, FOLDS - 1))
def test_all_views_of_a_patient_stand_on_one_side(patients: list[str], held_out: int) -> None:
    views = [view("set", patient, i) for i, patient in enumerate(patients)]
    training, validation = split(views, held_out)
    assert sorted(e.image_id for e in [*training, *validation]) == sorted(e.image_id for e in views)
    assert not {e.patient for e in training} & {e.patient for e in validation}


def test_every_patient_validates_exactly_once_over_the_folds() -> None:
    views = [view("set", str(i), 0) for i in range(200)]
    held = [e.patient for fold in range(FOLDS) for e in split(views, fold)[1]]
    assert sorted(held) == sorted(e.patient for e in views)
    sizes = [len(split(views, fold)[1]) for fold in range(FOLDS)]
    assert min(sizes) > 20


def test_a_patient_of_another_set_is_another_person() -> None:
    assert {fold_of(name, "7") for name in map(str, range(30))} == set(range(FOLDS))


@pytest.mark.realdata
@pytest.mark.parametrize("name", READERS)
def test_no_real_patient_stands_on_both_sides(name: str, real_data: Path) -> None:
    training, validation = split(examples(real_data, name))
    assert not {e.patient for e in training} & {e.patient for e in validation}
    share = len(validation) / (len(training) + len(validation))
    assert 0.1 < share < 0.35
    assert all(e.path.is_file() for e in validation)
