"""`mammoscope train` and `mammoscope evaluate`: handed on to training/, which needs all of requirements.txt."""

from __future__ import annotations

import importlib

import click

ANYTHING = {"ignore_unknown_options": True, "help_option_names": ["-h"]}


@click.command(context_settings=ANYTHING, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def train(arguments: tuple[str, ...]) -> None:
    """Train a network from a recipe, shipped or your own; see `mammoscope train --help`."""
    hand_on("training.train", arguments)


@click.command(context_settings=ANYTHING, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def evaluate(arguments: tuple[str, ...]) -> None:
    """Measure weights on a split; see `mammoscope evaluate --help`."""
    hand_on("training.evaluate", arguments)


@click.command(context_settings=ANYTHING, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def convert(arguments: tuple[str, ...]) -> None:
    """Make a Keras, LiteRT or ONNX file of your own ready for analyses; see `mammoscope convert --help`."""
    hand_on("training.convert", arguments)


def hand_on(module: str, arguments: tuple[str, ...]) -> None:
    """Run `module`.main(arguments) and exit with what it returns."""
    try:
        main = importlib.import_module(module).main
    except ModuleNotFoundError as error:
        raise click.ClickException(
            f"The package {error.name!r} is missing. Training needs more than serving: make setup-dev installs it."
        ) from None
    raise SystemExit(main(list(arguments)))
