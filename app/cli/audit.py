"""`mammoscope audit`: the log of who saw, took out, sent or deleted what."""

from __future__ import annotations

import json
from pathlib import Path

import click

from app.audit import FILE, lines_of, verify
from app.settings import SettingError, Settings

data_dir_option = click.option(
    "--data-dir", type=click.Path(path_type=Path), help="Where results are kept.  [MAMMOSCOPE_DATA_DIR]"
)


@click.group()
def audit() -> None:
    """Who had analysed, saw, took out, sent or deleted what (docs/privacy.md)."""


@audit.command()
@data_dir_option
@click.option("--analysis", help="Only what concerns this id.")
@click.option("--json", "as_json", is_flag=True, help="The lines as they are stored.")
def show(data_dir: Path | None, analysis: str | None, as_json: bool) -> None:
    """Every line, oldest first."""
    for line in lines_of(_path(data_dir)):
        if analysis in (None, line.get("analysis")):
            words = (line.get(name) or "-" for name in ("at", "who", "what", "analysis", "part"))
            click.echo(json.dumps(line) if as_json else "  ".join(map(str, words)))


@audit.command(name="verify")
@data_dir_option
@click.option("--expect", help="A hash that an earlier run of this command gave; it must still be in the log.")
def check(data_dir: Path | None, expect: str | None) -> None:
    """Follow the chain of hashes. Exit status 1 when a line was changed, moved or taken out."""
    verdict = verify(_path(data_dir), expect)
    click.echo(f"{verdict.lines} lines in order. Last hash: {verdict.last}")
    if verdict.problem:
        click.echo(verdict.problem, err=True)
        raise SystemExit(1)
    click.echo("Note the hash elsewhere: with --expect it shows later whether lines were cut off at the end.")


def _path(data_dir: Path | None) -> Path:
    try:
        return (data_dir or Settings.from_environment().data_dir) / FILE
    except SettingError as error:
        raise click.ClickException(str(error)) from None
