"""Which patients a model may learn from. A patient's fold depends on nothing but the patient."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from training.datasets.base import Example

FOLDS = 5


def fold_of(dataset: str, patient: str, folds: int = FOLDS) -> int:
    """0..folds - 1, so new data never moves anyone. Patients of two data sets are different people."""
    return int.from_bytes(sha256(f"{dataset}/{patient}".encode()).digest()[:8], "big") % folds


def split(examples: Iterable[Example], held_out: int = 0) -> tuple[list[Example], list[Example]]:
    """(to train on, to validate on): every image of a patient of fold `held_out` is in the second."""
    training: list[Example] = []
    validation: list[Example] = []
    for example in examples:
        held = fold_of(example.dataset, example.patient) == held_out
        (validation if held else training).append(example)
    return training, validation
