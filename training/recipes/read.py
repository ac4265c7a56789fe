"""TOML -> frozen dataclasses, with errors that name the file, the key and what is expected there."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

R = TypeVar("R")
WORDS = {int: "a whole number", float: "a number", bool: "true or false", str: "a text"}


class RecipeError(ValueError):
    """A recipe does not exist, does not read, or asks for what does not go together."""


def entries_of(path: Path) -> dict[str, Any]:
    """Raises RecipeError where the file is missing or no TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RecipeError(f"{path.name}: does not read as TOML: {error}") from error


def read_recipe(path: Path, kind: type[R]) -> R:
    """`kind` is a frozen dataclass of plain values, tuples and further dataclasses.

    A field with a default is optional. Raises RecipeError.
    """
    found: R = _value(kind, entries_of(path), path.name, "")
    return found


def _value(kind: Any, given: Any, file: str, key: str) -> Any:
    """`given`, as TOML holds it, as a value of the type `kind`."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return _value(next(part for part in parts if part is not NoneType), given, file, key)
    if is_dataclass(kind):
        return _built(kind, given, file, key)
    if origin is tuple and isinstance(given, list):
        return _tuple(kind, given, file, key)
    if origin is Literal and given in parts:
        return given
    if kind is float and isinstance(given, int) and not isinstance(given, bool):
        return float(given)
    if kind in WORDS and type(given) is kind:
        return given
    raise RecipeError(f"{file}: {key}: expected {_words(kind)}, found {given!r}")


def _tuple(kind: Any, given: list[Any], file: str, key: str) -> tuple[Any, ...]:
    parts = get_args(kind)
    if parts[-1] is Ellipsis:
        return tuple(_value(parts[0], item, file, f"{key}[{i}]") for i, item in enumerate(given))
    if len(parts) != len(given):
        raise RecipeError(f"{file}: {key}: expected {_words(kind)}, found {given!r}")
    return tuple(_value(part, item, file, key) for part, item in zip(parts, given, strict=True))


def _built(kind: Any, given: Any, file: str, key: str) -> Any:
    if not isinstance(given, Mapping):
        raise RecipeError(f"{file}: {key}: expected {_words(kind)}, found {given!r}")
    types, known = get_type_hints(kind), {field.name: field for field in fields(kind)}
    place = f"{key}." if key else ""
    if missing := [name for name, field in known.items() if _is_required(field) and name not in given]:
        expected = ", ".join(f"{place}{name} ({_words(types[name])})" for name in missing)
        raise RecipeError(f"{file}: missing {expected}")
    if unknown := [name for name in given if name not in known]:
        raise RecipeError(f"{file}: unknown {', '.join(place + n for n in unknown)}; known here are {', '.join(known)}")
    values = {name: _value(types[name], item, file, place + name) for name, item in given.items()}
    try:
        return kind(**values)
    except ValueError as error:
        raise RecipeError(f"{file}: {key or 'recipe'}: {error}") from error


def _is_required(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _words(kind: Any) -> str:
    """What a reader should write there."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return _words(next(part for part in parts if part is not NoneType))
    if origin is Literal:
        return " or ".join(repr(part) for part in parts)
    if origin is tuple and parts[-1] is Ellipsis:
        return f"a list, each {_words(parts[0])}"
    if origin is tuple:
        return f"a list of {len(parts)}: {', '.join(_words(part) for part in parts)}"
    if is_dataclass(kind):
        return f"a table with {', '.join(field.name for field in fields(kind))}"
    return WORDS.get(kind, str(kind))
