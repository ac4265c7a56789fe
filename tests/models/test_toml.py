"""What we write as TOML, the standard library reads back."""

from __future__ import annotations

import tomllib
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from models.toml import dumped

values = some.recursive(
    some.text(some.characters(exclude_categories=["Cs"]))
    | some.booleans()
    | some.integers()
    | some.floats(allow_nan=False),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


@given(some.dictionaries(some.text(some.characters(exclude_categories=["Cs"]), max_size=8), values, max_size=5))
def test_any_mapping_of_plain_values_survives(entries: dict[str, Any]) -> None:
    assert tomllib.loads(dumped(entries)) == entries


def test_tables_are_written_as_a_person_would() -> None:
    text = dumped({"points": [{"at": 0.5}, {"at": 1.0}], "name": "a", "inner": {"deep key": {"x": 1}}})
    expected = 'name = "a"\n\n[inner]\n\n[inner."deep key"]\nx = 1\n\n[[points]]\nat = 0.5\n\n[[points]]\nat = 1.0\n'
    assert text == expected


def test_numpy_numbers_are_written_as_numbers() -> None:
    assert dumped({"a": np.float64(0.25), "b": np.int64(3), "c": np.bool_(True)}) == "a = 0.25\nb = 3\nc = true\n"


@pytest.mark.parametrize("value", [None, b"bytes", {"set"}])
def test_what_toml_cannot_hold_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match=type(value).__name__):
        dumped({"key": [value]})
