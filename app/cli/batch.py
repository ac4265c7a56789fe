"""`mammoscope batch FOLDER --out DIR`: a whole folder into JSON lines and a table; stopped, it goes on where it was."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from app.cli.analyze import STAND_INS, settings_or_exit
from app.cli.networks import fingerprint, network_options, with_networks
from app.cli.spacing import Pair, spacing_option
from app.settings import DISCLAIMER, Settings

Json = dict[str, Any]
Key = tuple[str, str, tuple[float, ...], str]
RESULTS, PART, SUMMARY, NOTE = "results.jsonl", "results.jsonl.part", "summary.csv", "NOTE.txt"
COLUMNS = (
    "file",
    "laterality",
    "view",
    "findings",
    "highest_confidence",
    "highest_malignant",
    "masking",
    "cancer",
    "error",
)


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder for the results.")
@click.option(
    "--min-confidence", type=click.FloatRange(0, 1), default=0.3, show_default=True, help="Of the table only."
)
@spacing_option
@network_options
def batch(
    folder: Path,
    out: Path,
    min_confidence: float,
    spacing: Pair | None,
    models: Path | None,
    second_opinion: bool | None,
) -> None:
    """Analyse every file below FOLDER into results.jsonl and summary.csv in the --out folder.

    Run again it does what is new or changed. Exit status 1 when a file could not be read.
    """
    settings = with_networks(settings_or_exit(), models, second_opinion)
    out.mkdir(parents=True, exist_ok=True)
    part = out / PART
    known = {key_of(line): line for path in (out / RESULTS, part) for line in whole_lines(path)}
    lines = []
    write_lines(part, list(known.values()))  # without the half line that a stopped run may have left
    with part.open("a") as results:
        for line in analyzed(folder, out, known, spacing, settings):
            if known.get(key_of(line)) is not line:
                results.write(json.dumps(line) + "\n")
                results.flush()
            lines.append(line)
    write_lines(out / RESULTS, lines)
    part.unlink()
    write_summary(out / SUMMARY, lines, min_confidence)
    (out / NOTE).write_text(f"{DISCLAIMER}\n{STAND_INS}\n")
    failed = sum("error" in line for line in lines)
    click.echo(
        f"{len(lines)} files, {failed} of them not read. Results: {out / RESULTS}, {out / SUMMARY}\n{DISCLAIMER}"
    )
    raise SystemExit(1 if failed else 0)


def key_of(line: Json) -> Key:
    """What a result depends on: the file, its bytes, the spacing given by hand, and the networks."""
    return line["file"], line["sha256"], tuple(line.get("spacing_by_hand_mm") or ()), line.get("networks", "")


def analyzed(
    folder: Path, out: Path, known: dict[Key, Json], spacing: Pair | None, settings: Settings
) -> Iterator[Json]:
    """A line for each file, from the last run where the file is the same."""
    from app.cli import reading

    reading.quiet()
    analyst = reading.analyst(settings)
    by_hand: Json = {"spacing_by_hand_mm": list(spacing)} if spacing else {}
    by_hand["networks"] = fingerprint(settings)
    for source in reading.sources_in([folder]):
        path = Path(source.name)
        if path.is_relative_to(out):
            continue
        facts: Json = {"file": path.relative_to(folder).as_posix(), "sha256": sha256(path), **by_hand}
        if key_of(facts) in known:
            yield known[key_of(facts)]
        else:
            yield {**reading.document_of(source, facts["file"], analyst, settings.max_pixels, spacing), **facts}


def sha256(path: Path) -> str:
    """Empty where the file cannot be read; document_of() will say why."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def whole_lines(path: Path) -> Iterator[Json]:
    """Every line that is complete; the last may not be, where a run was stopped."""
    for line in path.read_text().splitlines() if path.exists() else ():
        try:
            yield json.loads(line)
        except json.JSONDecodeError:
            continue


def write_lines(path: Path, lines: list[Json]) -> None:
    """All at once, so that a reader never finds half a file."""
    whole = path.with_suffix(".tmp")
    whole.write_text("".join(json.dumps(line) + "\n" for line in lines))
    whole.replace(path)


def write_summary(path: Path, lines: list[Json], min_confidence: float) -> None:
    with path.open("w", newline="") as file:
        table = csv.DictWriter(file, COLUMNS)
        table.writeheader()
        table.writerows(row(line, min_confidence) for line in lines)


def row(line: Json, min_confidence: float) -> Json:
    """One row of the table; empty where a fact is unknown."""
    if "error" in line:
        return {"file": line["file"], "error": line["error"]["code"]}
    shown = [finding for finding in line["findings"] if finding["confidence"] >= min_confidence]
    malignant = [finding["pathology"]["malignant"] for finding in shown if finding["pathology"]]
    return {
        "file": line["file"],
        "laterality": line["image"]["laterality"],
        "view": line["image"]["view"],
        "findings": len(shown),
        "highest_confidence": max((finding["confidence"] for finding in shown), default=None),
        "highest_malignant": max(malignant, default=None),
        "masking": line["masking"] and line["masking"]["level"],
        "cancer": line["cancer"] and line["cancer"]["probability"],
    }
