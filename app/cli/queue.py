"""`mammoscope queue`: what the network has brought, and how far it has come."""

from __future__ import annotations

import dataclasses
import json
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from app.network.inbox import Entry


@click.command()
@click.option("--data-dir", type=click.Path(path_type=Path), help="Where the queue is kept.  [MAMMOSCOPE_DATA_DIR]")
@click.option("--retry", is_flag=True, help="Results that could not be delivered get another series of tries.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def queue(data_dir: Path | None, retry: bool, as_json: bool) -> None:
    """Show received objects by the hash that names them in the log: state, tries, and the code of what went wrong."""
    from app.cli.listen import changed_settings
    from app.network.inbox import Inbox
    from app.network.intake import FOLDER

    folder = changed_settings(data_dir=data_dir).data_dir / FOLDER
    if not folder.is_dir():
        raise click.ClickException(f"There is no queue in {folder}: nothing was received yet.")
    inbox = Inbox(folder)
    if retry:
        inbox.revive()
    entries = inbox.entries()
    for entry in entries:
        click.echo(json.dumps(dataclasses.asdict(entry)) if as_json else line(entry))
    if not as_json:
        counts = Counter(entry.state for entry in entries)
        click.echo(", ".join(f"{count} {state}" for state, count in counts.items()) or "The queue is empty.")


def line(entry: Entry) -> str:
    """Hash, time of arrival (UTC), state, and why it waits or ended."""
    came = datetime.fromtimestamp(entry.created, UTC).strftime("%Y-%m-%d %H:%M:%S")
    again = f", next try in {entry.due - time.time():.0f} s" if entry.due > time.time() else ""
    why = f"  {entry.code}{f' after {entry.attempts} tries' if entry.attempts else ''}{again}" if entry.code else ""
    return f"{entry.key[:12]}  {came}  {entry.state:<9}{why}"
