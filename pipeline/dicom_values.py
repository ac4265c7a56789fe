"""Attributes of a DICOM data set as plain values; nothing, and never an exception, where they cannot be understood."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from pydicom import Dataset
from pydicom.multival import MultiValue

LONGEST = 64  # characters of a coded value that may be repeated in a message; a Code Meaning has at most 64


def values_of(dataset: Dataset, keyword: str) -> tuple[Any, ...]:
    """All values of an attribute, none where it is absent, empty or malformed."""
    try:
        value = dataset.get(keyword)
    except Exception:  # pydicom converts on access and raises whatever the bytes lead to
        return ()
    if value is None or (isinstance(value, str | bytes | Sequence) and len(value) == 0):
        return ()
    return tuple(value) if isinstance(value, MultiValue | list | tuple) else (value,)


def text(dataset: Dataset, keyword: str) -> str:
    """The first value in capitals, printable and short enough for a message; "" where there is none."""
    first = next(iter(values_of(dataset, keyword)), "")
    return "".join(letter for letter in str(first).upper() if letter.isprintable()).strip()[:LONGEST]


def numbers(dataset: Dataset, keyword: str) -> tuple[float, ...]:
    """All values as finite floats; none at all where one of them is not a number."""
    try:
        found = tuple(float(value) for value in values_of(dataset, keyword))
    except (TypeError, ValueError, OverflowError):
        return ()
    return found if all(math.isfinite(value) for value in found) else ()


def number(dataset: Dataset, keyword: str) -> float | None:
    return next(iter(numbers(dataset, keyword)), None)


def integer(dataset: Dataset, keyword: str, default: int = 0) -> int:
    found = number(dataset, keyword)
    return default if found is None else int(found)


def items(dataset: Dataset, keyword: str) -> tuple[Dataset, ...]:
    """The items of a sequence."""
    try:
        found = dataset.get(keyword)
        return tuple(found) if found is not None else ()
    except Exception:  # a damaged item, or not a sequence at all
        return ()
