"""`mammoscope phantom`: drawn mammograms with exact truth."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import click


class Size(click.ParamType[tuple[int, int]]):
    """ROWSxCOLUMNS -> (rows, columns)."""

    name = "ROWSxCOLUMNS"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        rows, _, columns = str(value).partition("x")
        if not (rows.isdigit() and columns.isdigit() and int(rows) and int(columns)):
            self.fail(f"{value!r} is not ROWSxCOLUMNS, as in 2294x1914", param, ctx)
        return int(rows), int(columns)


@click.command()
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder to write to.")
@click.option("--count", type=click.IntRange(1), required=True, help="How many; each four are one patient's views.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="The same seed draws the same.")
@click.option("--format", "format_", type=click.Choice(["dicom", "png"]), default="dicom", show_default=True)
@click.option("--size", type=Size(), help="Rows and columns.  [default: as large as a real one]")
@click.option(
    "--photometric", type=click.Choice(["MONOCHROME1", "MONOCHROME2"]), help="Of DICOM.  [default: MONOCHROME2]"
)
@click.option("--bits", type=click.Choice(["8", "16"]), help="Of PNG.  [default: 16]")
@click.option("--labels/--no-labels", default=True, help="Burn a view label into the picture.  [default: labels]")
def phantom(
    out: Path,
    count: int,
    seed: int,
    format_: Literal["dicom", "png"],
    size: tuple[int, int] | None,
    photometric: str | None,
    bits: str | None,
    labels: bool,
) -> None:
    """Draw mammograms (no patient data) and write what they show as truth JSON beside them."""
    from training.phantom.command import run

    asked = {"size": size, "photometric": photometric, "bits": bits and int(bits)}
    given: dict[str, Any] = {name: value for name, value in asked.items() if value is not None}
    run(out, count, seed=seed, format=format_, burnt_in=labels, progress=click.echo, **given)
