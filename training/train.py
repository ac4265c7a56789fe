"""`mammoscope train RECIPE --data ROOT --out DIR`: weights and their card, made anew or resumed."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from training.datasets.base import data_root
from training.recipes import find, shipped
from training.recipes.read import RecipeError, entries_of, read_recipe
from training.recipes.values import TrainingRecipe
from training.run import Run
from training.split import FOLDS


def main(argv: list[str]) -> int:
    """0 when the weights and their card were written. Run again with the same --out, it goes on where it stopped."""
    try:
        run = run_of(argv)
        train(run)
    except (RecipeError, FileNotFoundError) as error:  # what a reader says of a folder is a FileNotFoundError
        print(f"mammoscope train: {error}", file=sys.stderr)
        return 1
    print(f"wrote {run.weight_file} and {run.out / 'cards' / f'{run.name}.toml'}")
    return 0


def train(run: Run[Any]) -> None:
    """Writes the weight file and its card into run.out."""
    import keras

    run.claim()
    keras.utils.set_random_seed(run.recipe.seed)  # the networks' first weights; the batches have a seed of their own
    import_module(f"training.tasks.{run.recipe.task}").train(run)


def run_of(argv: Sequence[str]) -> Run[Any]:
    """What was typed. Raises RecipeError; SystemExit for words that argparse does not know."""
    options = parser().parse_args(argv)
    path = find(options.recipe, options.preset)
    recipe = read(path).shortened(options.epochs, options.steps)
    if options.seed is not None:
        recipe = replace(recipe, seed=options.seed)
    if options.sets:
        recipe = recipe.with_sets(options.sets)
    named = path.name if Path(options.recipe) == path else options.recipe
    return Run(recipe, options.data, options.out, None if options.all else options.held_out, (named, *_words(options)))


def read(path: Path) -> TrainingRecipe:
    """Any recipe, as its task wants it. Raises RecipeError."""
    task = entries_of(path).get("task")
    if not isinstance(task, str) or not task.isidentifier() or find_spec(f"training.tasks.{task}") is None:
        raise RecipeError(f"{path.name}: task: expected the name of a module in training/tasks, found {task!r}")
    recipe: TrainingRecipe = read_recipe(path, import_module(f"training.tasks.{task}").RECIPE)
    return recipe


def _words(options: argparse.Namespace) -> list[str]:
    """What else decides which weights come out, as typed."""
    usual = parser().parse_args(["-"])
    words = []
    for name in ("preset", "sets", "held_out", "all", "epochs", "steps", "seed"):
        value = getattr(options, name)
        if value != getattr(usual, name):
            given = [] if value is True else map(str, value if isinstance(value, list) else [value])
            words += [f"--{name.replace('_', '-')}", *given]
    return words


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(
        prog="mammoscope train", description=__doc__, epilog=f"Shipped recipes: {', '.join(shipped())}."
    )
    found.add_argument("recipe", metavar="RECIPE", help="a shipped recipe, a model (its compact one) or a .toml file")
    found.add_argument("--data", type=Path, default=data_root(), help="folder that holds the data sets")
    found.add_argument("--out", type=Path, default=Path("runs/train"), help="weights/, cards/ and the run go here")
    found.add_argument("--preset", choices=("compact", "paper"), help="of the model that RECIPE names")
    found.add_argument("--sets", nargs="+", metavar="READER", help="data sets to use instead of the recipe's")
    who = found.add_mutually_exclusive_group()
    who.add_argument("--held-out", type=int, choices=range(FOLDS), default=0, help="fold of patients that validate")
    who.add_argument("--all", action="store_true", help="train on every patient: no figures then")
    length = found.add_mutually_exclusive_group()
    length.add_argument("--epochs", type=int, help="instead of the schedule's own")
    length.add_argument("--steps", type=int, help="batches in all, for a small run")
    found.add_argument("--seed", type=int, help="instead of the recipe's")
    return found
