"""A recipe's TOML with one setting changed, found by its dotted name."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

from models.toml import dumped
from training.recipes.read import RecipeError
from training.sweep.values import Entries

# Defaults of the recipes' own values, by the last part of a setting's name, where a TOML may leave them out.
UNSAID = {"optimizer": "adamw", "widths": [16]}


def has(entries: Entries, setting: str) -> bool:
    """Whether the recipe writes it out; a default that is not written is not found."""
    found: Any = entries
    for name in setting.split("."):
        if not isinstance(found, Mapping) or name not in found:
            return False
        found = found[name]
    return True


def current(entries: Entries, setting: str) -> Any:
    """What a recipe has it at: what its TOML says, else the default."""
    found: Any = entries
    for name in setting.split("."):
        if not isinstance(found, Mapping) or name not in found:
            return UNSAID.get(setting.rpartition(".")[2])
        found = found[name]
    return found


def changed(entries: Entries, setting: str, value: Any) -> dict[str, Any]:
    """A copy with `setting` set to `value`. Raises RecipeError where the table it should stand in is missing."""
    copy = deepcopy(dict(entries))
    *tables, last = setting.split(".")
    place: Any = copy
    for name in tables:
        place = place.get(name)
        if not isinstance(place, dict):
            raise RecipeError(f"{setting}: the recipe has no table {name!r}")
    place[last] = value
    return copy


def value_from(text: str) -> Any:
    """What was typed, as TOML reads it: 1e-3, true, [16, 32]; any other word is a text."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def values_from(text: str) -> tuple[Any, ...]:
    """`1e-3,1e-4` or `[16],[16,32]`: split at the commas outside brackets."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter == "[") - (letter == "]")
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return tuple(value_from(part.strip()) for part in parts)


def with_sets(entries: Entries, readers: Sequence[str]) -> dict[str, Any]:
    """On other data sets, each in the folder of its reader's name unless the recipe knows better."""
    known = {source["reader"]: source for source in entries["data"]["sets"]}
    sets = [known.get(reader, {"reader": reader, "folder": reader}) for reader in readers]
    said = f"Tuned on {', '.join(readers)}; the recipe and its limits were written for {', '.join(known)}."
    return changed(changed(entries, "data.sets", sets), "limits", [said, *entries["limits"]])


def write(entries: Entries, path: Path, *comments: str) -> Path:
    """As a TOML recipe that `mammoscope train` takes."""
    head = "".join(f"# {line}\n" for line in comments)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{head}\n{dumped(entries)}" if head else dumped(entries), encoding="utf-8")
    return path
