"""Values -> TOML 1.0. The standard library only reads it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any


def dumped(entries: Mapping[str, Any]) -> str:
    """`entries` as a TOML document that tomllib reads back: plain values first, then tables, then arrays of tables.

    Holds str, bool, int, float (NumPy's too), sequences and mappings of these. Raises TypeError for anything else,
    None for one.
    """
    return "\n".join(_table(entries, ())).lstrip("\n") + "\n"


def _table(entries: Mapping[str, Any], name: tuple[str, ...]) -> list[str]:
    tables = {key: value for key, value in entries.items() if isinstance(value, Mapping)}
    arrays = {key: value for key, value in entries.items() if _is_array_of_tables(value)}
    lines = [f"{_key(key)} = {_value(entries[key])}" for key in entries if key not in tables | arrays]
    for key, table in tables.items():
        lines += ["", f"[{_dotted((*name, key))}]", *_table(table, (*name, key))]
    for key, array in arrays.items():
        for table in array:
            lines += ["", f"[[{_dotted((*name, key))}]]", *_table(table, (*name, key))]
    return lines


def _is_array_of_tables(value: Any) -> bool:
    return isinstance(value, list | tuple) and len(value) > 0 and all(isinstance(item, Mapping) for item in value)


def _dotted(name: tuple[str, ...]) -> str:
    return ".".join(map(_key, name))


def _key(key: str) -> str:
    bare = key and all(letter.isascii() and (letter.isalnum() or letter in "_-") for letter in key)
    return key if bare else _value(key)


def _value(value: Any) -> str:
    value = value.item() if hasattr(value, "item") else value  # a number of NumPy's
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")  # JSON escapes all else TOML wants
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(key)} = {_value(item)}" for key, item in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return "[" + ", ".join(map(_value, value)) + "]"
    raise TypeError(f"TOML holds no {type(value).__name__}: {value!r}")
