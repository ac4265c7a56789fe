"""A network that was trained before, to stand beside another one: what ships answers with the mean of both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras

from training.recipes.read import RecipeError, entries_of
from training.recipes.values import TrainingRecipe
from training.run import Run

NETWORK = "network.keras"  # in a run's folder: the network as it ships, alone


@dataclass(frozen=True, eq=False)
class Beside:
    """Of another run in the same --out."""

    network: Any
    readers: tuple[str, ...]  # of the data sets that taught it
    architecture: str
    start: str  # ImageNet weights that it started from


def beside(run: Run[TrainingRecipe], name: str, recipe: str, size: tuple[int, int]) -> Beside:
    """The network that the run `name` of `recipe` left, which must see pictures of `size` (height, width), as ours do.

    Raises RecipeError where it is missing, sees other pictures, or knows the patients who validate here.
    """
    folder = run.out / name
    if not (folder / NETWORK).is_file():
        raise RecipeError(
            f"expected a trained network in {folder}: run `mammoscope train {recipe}` first, with the same --out and "
            "the same patients held out, or leave `beside` empty"
        )
    kept = folder / "recipe.toml"
    if run.who_validates not in kept.read_text(encoding="utf-8").splitlines()[:1]:
        raise RecipeError(f"{kept}: expected {run.who_validates!r}; who validates must be unknown to both networks")
    network = keras.saving.load_model(folder / NETWORK, compile=False)
    if (seen := tuple(network.input.shape[1:3])) != size:
        raise RecipeError(f"{kept}: its views have {seen[0]} x {seen[1]} pixels, expected {size[0]} x {size[1]}")
    entries = entries_of(kept)
    readers = tuple(source["reader"] for source in entries["data"]["sets"])
    return Beside(network, readers, entries["architecture"], entries["start"])
