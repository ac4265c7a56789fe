"""`mammoscope analyze PATH...`: one document for each file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from app.cli.networks import network_options, with_networks
from app.cli.spacing import Pair, spacing_option
from app.settings import DISCLAIMER, SettingError, Settings

STAND_INS = (
    "malignant: estimated with BI-RADS >= 4 standing in for malignancy. "
    "masking: breast density standing in for masking (A low, B medium, C and D high)."
)


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON document a line, in input order.")
@click.option(
    "--min-confidence", type=click.FloatRange(0, 1), default=0.3, show_default=True, help="Of the table only."
)
@spacing_option
@network_options
def analyze(
    paths: tuple[Path, ...],
    as_json: bool,
    min_confidence: float,
    spacing: Pair | None,
    models: Path | None,
    second_opinion: bool | None,
) -> None:
    """Analyse mammograms: DICOM, PNG, JPEG, TIFF, WebP or PGM; a folder, ZIP or DICOMDIR stands for its images.

    Exit status 1 when a file could not be read; the others are done all the same.
    """
    from app.cli import reading

    settings = with_networks(settings_or_exit(), models, second_opinion)
    reading.quiet()
    analyst, failed = reading.analyst(settings), False
    for source in reading.sources_in(paths):
        document = reading.document_of(source, source.name, analyst, settings.max_pixels, spacing)
        failed = failed or "error" in document
        click.echo(json.dumps(document) if as_json else table(document, min_confidence))
    if not as_json:
        click.echo(f"{STAND_INS}\n{DISCLAIMER}")
    raise SystemExit(1 if failed else 0)


def settings_or_exit() -> Settings:
    try:
        return Settings.from_environment()
    except SettingError as error:
        raise click.ClickException(str(error)) from None


def table(document: dict[str, Any], min_confidence: float) -> str:
    """What a person wants to see of one document; ends with an empty line."""
    if "error" in document:
        return f"{document['file']}\n  {document['error']['code']}: {document['error']['message']}\n"
    image = document["image"]
    sides = " ".join(part for part in (image["laterality"], image["view"]) if part)
    shown = [finding for finding in document["findings"] if finding["confidence"] >= min_confidence]
    lines = [
        f"{document['file']}  {image['width']} x {image['height']} pixels  {sides}".rstrip(),
        *(finding_line(finding) for finding in shown),
        *(["  no findings"] if not shown else []),
        f"  masking {masking_words(document['masking'])}; cancer {percent(document['cancer'], 'probability')}",
        *(f"  note: {warning}" for warning in document["warnings"]),
    ]
    return "\n".join(lines) + "\n"


def finding_line(finding: dict[str, Any]) -> str:
    box, size, second = finding["box"], finding["size_mm"], finding["second_opinion"]
    return (
        f"  {finding['id']:>3}  {finding['kind'].replace('_', ' '):<22} confidence {finding['confidence']:>4.0%}"
        f"  malignant {percent(finding['pathology'], 'malignant'):>7}"
        f"  at x {box['x']:.0f}, y {box['y']:.0f}, {box['width']:.0f} x {box['height']:.0f} pixels"
        + (f", {size['long_axis']:.1f} mm long" if size else "")
        + (f"; second opinion {second['malignant']:.0%}{', disagrees' * second['disagrees']}" if second else "")
    )


def percent(holder: dict[str, Any] | None, key: str) -> str:
    return "unknown" if holder is None or holder[key] is None else f"{holder[key]:.0%}"


def masking_words(masking: dict[str, Any] | None) -> str:
    if masking is None:
        return "unknown"
    return f"{masking['level']} ({masking['probabilities'][masking['level']]:.0%})"
