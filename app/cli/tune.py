"""`mammoscope tune`: handed on to training/, which needs all of requirements.txt."""

from __future__ import annotations

import click

from app.cli.training import ANYTHING, hand_on


@click.command(context_settings=ANYTHING, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def tune(arguments: tuple[str, ...]) -> None:
    """Find a network's settings without its held-out patients; see `mammoscope tune --help`."""
    hand_on("training.sweep.command", arguments)
