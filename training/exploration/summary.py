"""A data set in numbers: what is missing, how the classes lie over every field, and what a network could cheat by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from training.draws import Draws
from training.exploration.facts import Facts
from training.figures import share
from training.judge import auc_within
from training.metrics import Estimate
from training.split import FOLDS, fold_of

UNKNOWN = "unknown"
MOST_VALUES = 24  # of a field that is worth a table; image numbers and dates have more
FEWEST = 20  # images below which a value is no trap, only rare


@dataclass(frozen=True)
class Value:
    """Images that have one value in one field."""

    value: str
    images: int
    patients: int
    positive: int  # images
    judged: int  # images of which it is known whether they are positive
    share: Estimate | None  # of positive images, over patients; None where none is judged


@dataclass(frozen=True)
class Field:
    name: str
    missing: int
    values: tuple[Value, ...]
    alone: Estimate | None  # AUC of whoever sees nothing but this field; None where it cannot be said


@dataclass(frozen=True)
class Ages:
    """Of images whose patient's age is known, in years."""

    group: str
    images: int
    mean: float
    deviation: float
    quartiles: tuple[float, float, float]


@dataclass(frozen=True)
class Summary:
    name: str
    images: int
    patients: int
    positive: int
    judged: int
    positive_patients: int
    images_a_patient: tuple[int, float, int]  # fewest, mean, most
    fields: tuple[Field, ...]
    ages: tuple[Ages, ...]
    sizes: tuple[tuple[str, int], ...]  # "columns x rows", commonest first
    unread: int  # files that are missing or do not open

    def field(self, name: str) -> Field | None:
        return next((field for field in self.fields if field.name == name), None)


def summary(name: str, rows: Sequence[Facts]) -> Summary:
    """Raises ValueError without an image."""
    if not rows:
        raise ValueError(f"{name} holds no image")
    counts = Counter(row.patient for row in rows)
    judged = [row for row in rows if row.positive is not None]
    names = list(dict.fromkeys(field for row in rows for field in row.fields))
    sizes = Counter(f"{row.size[0]} x {row.size[1]}" for row in rows if row.size)
    return Summary(
        name,
        len(rows),
        len(counts),
        sum(bool(row.positive) for row in judged),
        len(judged),
        len({row.patient for row in judged if row.positive}),
        (min(counts.values()), len(rows) / len(counts), max(counts.values())),
        tuple(_field(field, rows) for field in names),
        tuple(_ages(rows)),
        tuple(sizes.most_common()),
        sum(row.size is None for row in rows),
    )


def capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def value_of(row: Facts, field: str) -> str:
    return row.fields.get(field) or UNKNOWN


def _field(name: str, rows: Sequence[Facts]) -> Field:
    said = [value_of(row, name) for row in rows]
    found = sorted(set(said), key=_in_order)
    missing = said.count(UNKNOWN)
    if len(found) > MOST_VALUES:
        return Field(name, missing, (), None)
    draws = Draws.of(row.patient for row in rows)
    values = tuple(_value(value, [row for row in rows if value_of(row, name) == value], draws) for value in found)
    return Field(name, missing, values, _alone(name, rows) if len(found) > 1 else None)


def _in_order(value: str) -> tuple[bool, float, str]:
    """Numbers by size, words by letter, what is unknown last."""
    number = float(value) if value.replace(".", "", 1).isdigit() else 0.0
    return value == UNKNOWN, number, value


def _value(value: str, rows: Sequence[Facts], draws: Draws) -> Value:
    judged = [row for row in rows if row.positive is not None]
    truth = np.array([bool(row.positive) for row in judged], np.float64)
    weights = draws.weights([row.patient for row in judged]) if judged else None
    found = None if weights is None else draws.estimate(share(weights @ truth, weights.sum(axis=1)), len(judged))
    return Value(value, len(rows), len({row.patient for row in rows}), int(truth.sum()), len(judged), found)


def _alone(name: str, rows: Sequence[Facts]) -> Estimate | None:
    """Each image scored by the share of positives among images with its value in the other folds of patients.

    Only pairs of one fold are compared: a fold with many positives lowers the shares of the others, which would count
    against every field.
    """
    judged = [row for row in rows if row.positive is not None]
    truth = np.array([bool(row.positive) for row in judged])
    if len(set(truth.tolist())) < 2:
        return None
    folds = np.array([fold_of(*_unit(row.patient)) for row in judged])
    values = np.array([value_of(row, name) for row in judged])
    scores = np.full(len(judged), truth.mean())
    for fold in range(FOLDS):
        for value in set(values.tolist()):
            others = (folds != fold) & (values == value)
            if others.any():
                overall = truth[folds != fold].mean()  # counts as one more image, so that rare values say little
                scores[(folds == fold) & (values == value)] = (truth[others].sum() + overall) / (others.sum() + 1)
    return auc_within([row.patient for row in judged], truth.tolist(), scores, [str(fold) for fold in folds])


def _unit(patient: str) -> tuple[str, str]:
    dataset, _, name = patient.partition("/")
    return dataset, name


def _ages(rows: Sequence[Facts]) -> Iterable[Ages]:
    groups = (
        ("all", rows),
        ("positive", [r for r in rows if r.positive]),
        ("negative", [r for r in rows if r.positive is False]),
    )
    for group, members in groups:
        ages = np.array([row.age for row in members if row.age is not None])
        if len(ages):
            low, middle, high = (float(q) for q in np.percentile(ages, [25, 50, 75]))
            yield Ages(group, len(ages), float(ages.mean()), float(ages.std()), (low, middle, high))
