"""Which patients a model may learn from. A patient's fold depends on nothing but the patient."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256

from training.datasets.base import Example

FOLDS = 5


def fold_of(dataset: str, patient: str, folds: int = FOLDS) -> int:
    """0..folds - 1, so new data never moves anyone. Patients of two data sets are different people."""
    return int.from_bytes(sha256(f"{dataset}/{patient}".encode()).digest()[:8], "big") % folds


def split(examples: Iterable[Example], held_out: int = 0, folds: int = FOLDS) -> tuple[list[Example], list[Example]]:
    """(to train on, to validate on): every image of a patient of fold `held_out` is in the second.

    A patient of whom any image is in an official test part is in neither; `official_test` gives those images.
    """
    known = list(examples)
    tested = {example.unit for example in known if example.official_split == "test"}
    training: list[Example] = []
    validation: list[Example] = []
    for example in known:
        if example.unit not in tested:
            held = fold_of(*example.unit, folds) == held_out
            (validation if held else training).append(example)
    return training, validation


def official_test(examples: Iterable[Example]) -> list[Example]:
    """The images that their data set was published with as test images, and no others of those patients."""
    return [example for example in examples if example.official_split == "test"]


def k_folds(examples: Iterable[Example], folds: int = FOLDS) -> Iterator[tuple[list[Example], list[Example]]]:
    """(to train on, to validate on) for each fold in turn: every patient outside official tests validates once."""
    known = list(examples)
    return (split(known, held_out, folds) for held_out in range(folds))
