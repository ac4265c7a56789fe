"""What a recipe file may say, and what it is told when it says something else."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

from training.recipes.read import RecipeError, read_recipe


@dataclass(frozen=True)
class Inner:
    rate: float
    kind: Literal["slow", "fast"] = "slow"

    def __post_init__(self) -> None:
        if self.rate <= 0:
            raise ValueError("expected a positive rate")


@dataclass(frozen=True)
class Outer:
    steps: int
    loud: bool
    inner: Inner
    pair: tuple[float, float]
    inners: tuple[Inner, ...] = ()
    other: Inner | None = None


GOOD = """
steps = 3
loud = true
pair = [1, 2.5]
[inner]
rate = 1
kind = "fast"
[[inners]]
rate = 0.5
"""


def read(folder: Path, text: str) -> Outer:
    path = folder / "mine.toml"
    path.write_text(text)
    return read_recipe(path, Outer)


def test_tables_become_values_of_the_stated_types(tmp_path: Path) -> None:
    found = read(tmp_path, GOOD)
    assert found == Outer(3, True, Inner(1.0, "fast"), (1.0, 2.5), (Inner(0.5),))
    assert type(found.inner.rate) is float
    assert read(tmp_path, GOOD + "[other]\nrate = 2\n").other == Inner(2.0)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("steps = 3\n", "", "mine.toml: missing steps (a whole number)"),
        ("rate = 1\n", "", "mine.toml: missing inner.rate (a number)"),
        ("steps = 3", "steps = 3.5", "mine.toml: steps: expected a whole number, found 3.5"),
        ("steps = 3", "steps = true", "mine.toml: steps: expected a whole number, found True"),
        ("loud = true", "loud = 1", "mine.toml: loud: expected true or false, found 1"),
        ('"fast"', '"faster"', "mine.toml: inner.kind: expected 'slow' or 'fast', found 'faster'"),
        ("[1, 2.5]", "[1]", "mine.toml: pair: expected a list of 2: a number, a number, found [1]"),
        ("rate = 0.5", 'rate = "x"', "mine.toml: inners[0].rate: expected a number, found 'x'"),
        ("rate = 1\n", "rate = -1\n", "mine.toml: inner: expected a positive rate"),
        ("rate = 1\n", "rate = 1\nspeed = 2\n", "mine.toml: unknown inner.speed; known here are rate, kind"),
        ('[inner]\nrate = 1\nkind = "fast"\n', "inner = 4\n", "mine.toml: inner: expected a table with rate, kind"),
        ("steps = 3", "steps = = 3", "mine.toml: does not read as TOML"),
    ],
)
def test_an_error_names_the_file_the_key_and_what_is_expected(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    with pytest.raises(RecipeError) as caught:
        read(tmp_path, GOOD.replace(old, new))
    assert str(caught.value).startswith(said)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"absent\.toml"):
        read_recipe(tmp_path / "absent.toml", Outer)
