"""`mammoscope data`: what is in a data set's folder, and what should be."""

from __future__ import annotations

from pathlib import Path

import click

from app.settings import DISCLAIMER


@click.group()
def data() -> None:
    """Data sets to train and judge with; docs/data.md says how each is laid out and split."""


@data.command("list", epilog=DISCLAIMER)
def list_() -> None:
    """Name every data set that can be read, and what its folder holds."""
    from training.datasets.registry import DATASETS

    for found in DATASETS.values():
        click.echo(f"{found.name:<18} {found.holds}")


@data.command(epilog=DISCLAIMER)
@click.argument("name")
@click.argument("root", type=click.Path(path_type=Path))
def check(name: str, root: Path) -> None:
    """Count images, patients, masses, classes and official split of the data set NAME in ROOT.

    Exit status 1 where the folder is not as expected, with what was expected where.
    """
    from training.datasets.check import check as checked
    from training.datasets.registry import DATASETS

    if name not in DATASETS:
        raise click.UsageError(f"{name!r} is no data set; one of {', '.join(DATASETS)}")
    try:
        report = checked(name, root)
    except FileNotFoundError as error:
        raise click.ClickException(f"{error}\n{name} holds: {DATASETS[name].holds}") from None
    for line in report.lines:
        click.echo(line)
    for fault in report.faults:
        click.echo(f"Error: {fault}", err=True)
    raise SystemExit(1 if report.faults else 0)


@data.command(epilog=DISCLAIMER)
@click.argument("name")
@click.argument("root", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), default=Path("runs/explore"), show_default=True, help="Folder.")
def explore(name: str, root: Path, out: Path) -> None:
    """Report what the data set NAME in ROOT holds: what is missing, sites, machines, views, density, ages, classes,
    image sizes, and what in it a network could learn instead of medicine. Writes exploration.html, .json and charts.
    """
    from training.datasets.registry import DATASETS

    if name not in DATASETS:
        raise click.UsageError(f"{name!r} is no data set; one of {', '.join(DATASETS)}")
    try:
        from training.exploration.command import explore as explored

        click.echo(f"wrote {explored(name, root, out)}")
    except ModuleNotFoundError as error:
        raise click.ClickException(f"The package {error.name!r} is missing: make setup-dev installs it.") from None
    except (FileNotFoundError, ValueError) as error:
        raise click.ClickException(f"{error}\n{name} holds: {DATASETS[name].holds}") from None
