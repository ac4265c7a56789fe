"""The command line: `mammoscope COMMAND`. Each command imports what it needs when it runs."""

from __future__ import annotations

import click

from app.cli.analyze import analyze
from app.cli.audit import audit
from app.cli.batch import batch
from app.cli.data import data
from app.cli.deidentify import deidentify
from app.cli.doctor import doctor
from app.cli.listen import listen
from app.cli.phantom import phantom
from app.cli.pull import pull
from app.cli.queue import queue
from app.cli.serve import serve
from app.cli.training import convert, evaluate, train
from app.cli.tune import tune
from app.settings import DISCLAIMER

__all__ = ["main"]

COMMANDS = (
    *(serve, listen, pull, queue, analyze, batch),
    *(phantom, data, convert, train, tune, evaluate, deidentify, audit, doctor),
)


@click.group(epilog=DISCLAIMER, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="mammoscope", message=f"%(prog)s %(version)s\n{DISCLAIMER}")
def main() -> None:
    """Mammoscope, an offline mammogram reading assistant."""


for command in COMMANDS:
    command.epilog = DISCLAIMER
    main.add_command(command)
