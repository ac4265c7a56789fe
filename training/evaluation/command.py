"""`mammoscope evaluate`: the served analysis, file in and document out, on patients that no training saw."""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from pipeline.errors import PipelineError
from training.datasets.base import data_root
from training.datasets.registry import DATASETS
from training.draws import DRAWS, Draws
from training.evaluation import (
    classes,
    clusters,
    detection,
    endtoend,
    gallery,
    outlines,
    questions,
    runtime,
    sheet,
    subgroups,
)
from training.evaluation.analyses import Refused, analysed
from training.evaluation.numbers import as_json
from training.evaluation.page import as_html
from training.evaluation.patients import PATTERN, Chosen, NotHeldOut, tasks
from training.evaluation.values import Case, Judged, Report, Section, SetReport, Weights
from training.split import FOLDS

USUAL = ("inbreast", "mini_mias", "rsna_subset")


def main(argv: Sequence[str]) -> int:
    """Writes report.html and report.json below --out and prints the figures. 1 where nobody can be judged honestly."""
    options = parser().parse_args(argv)
    try:
        judged = [found for name in options.sets if (found := judge(name, options)) is not None]
    except (PipelineError, OSError) as error:
        print(f"mammoscope evaluate: {error}", file=sys.stderr)
        return 1
    if not judged:
        return 1
    sets = tuple(set_report(found, options) for found in judged)
    report = Report(
        made=datetime.now(UTC).date().isoformat(),
        command="mammoscope evaluate " + shlex.join(named(argv)),
        patients=_patients(options),
        draws=options.draws,
        seed=options.seed,
        weights=_weights(options),
        sets=sets,
    )
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "report.html").write_text(as_html(report), encoding="utf-8")
    (options.out / "report.json").write_text(
        json.dumps(as_json(report), indent=1, ensure_ascii=False), encoding="utf-8"
    )
    print(f"{table(sets)}\n\n{requirements(sets)}")
    print(f"wrote {options.out / 'report.html'} and report.json beside it")
    return 0


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(prog="mammoscope evaluate", description=__doc__)
    found.add_argument("--data", type=Path, default=data_root(), help="folder that holds the data sets")
    found.add_argument("--sets", nargs="+", choices=sorted(DATASETS), default=USUAL, metavar="SET")
    found.add_argument(
        "--weights", help=f"folder with cards/ and weights/, or DIR/{PATTERN} for one a fold; else the shipped"
    )
    found.add_argument("--models", type=Path, help="models.toml with other networks for some tasks")
    folds = [*map(str, range(FOLDS)), "all", "everybody"]
    found.add_argument(
        "--held-out",
        choices=folds,
        default="0",
        help="fold of patients to judge; all: every fold by its own weights; everybody: sets that no card learned from",
    )
    found.add_argument(
        "--official-test", action="store_true", help="the official test part of the sets instead of a fold"
    )
    found.add_argument("--out", type=Path, default=Path("runs/evaluate"), help="folder for the report and the analyses")
    found.add_argument("--no-pictures", action="store_true", help="no galleries: nothing of an image in the report")
    found.add_argument("--draws", type=int, default=DRAWS, help="bootstrap samples of patients, 1000 or more to quote")
    found.add_argument("--seed", type=int, default=0)
    found.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="analyses at once; 1 for honest times")
    return found


def judge(name: str, options: argparse.Namespace) -> Judged | None:
    """The analysed cases of one data set; None, and a line that says so, where nobody of it can be judged honestly."""
    found = list(DATASETS[name].read(options.data / name))
    try:
        planned = tasks(name, found, options.held_out, options.official_test, chosen(options))
    except NotHeldOut as error:
        print(f"{name} is not judged: {error}", file=sys.stderr)
        return None
    results = analysed(planned, options.out / "analyses", max(1, options.jobs), name)
    cases = tuple(result for result in results if isinstance(result, Case))
    refused = tuple(f"{result.image_id}: {result.code}" for result in results if isinstance(result, Refused))
    for line in refused:
        print(f"refused: {name} {line}")
    if not cases:
        print(f"{name}: no image to judge", file=sys.stderr)
        return None
    return Judged(name, cases, refused, Draws.of([case.patient for case in cases], options.draws, options.seed))


def chosen(options: argparse.Namespace) -> Chosen:
    return Chosen(options.weights, options.models)


def set_report(judged: Judged, options: argparse.Namespace) -> SetReport:
    patients = len({case.patient for case in judged.cases})
    return SetReport(judged.name, len(judged.cases), patients, judged.refused, tuple(sections(judged, options)))


def sections(judged: Judged, options: argparse.Namespace) -> list[Section]:
    found: list[Section | None] = []
    if judged.has_masses:
        pairs = questions.found_masses(judged)
        found += [detection.section(judged), outlines.section(pairs, judged), endtoend.section(judged)]
    found += [clusters.section(judged), *questions.sections(judged), classes.masking(judged)]
    found += [subgroups.section(judged), runtime.section(judged, options.jobs)]
    if not options.no_pictures:
        found += [gallery.section(judged), gallery.finds(judged)]
    return [section for section in found if section is not None]


def table(sets: Sequence[SetReport]) -> str:
    """The figures for the terminal, as Markdown."""
    lines = [
        f"| {found.name}: {section.title}: {figure.label} | {e.value:.3f} | {e.low:.3f}-{e.high:.3f} | {e.n} |"
        for found in sets
        for section in found.sections
        for figure in section.figures
        for e in [figure.estimate]
    ]
    return "\n".join(["| judged patients | value | 95 % interval | n |", "|---|---|---|---|", *lines])


def requirements(sets: Sequence[SetReport]) -> str:
    """The requirement sheet likewise."""
    told = sheet.table(sets)
    rows = (told.columns, ["---"] * len(told.columns), *told.rows)
    return "\n".join(f"| {' | '.join(map(str, row))} |" for row in rows)


def _patients(options: argparse.Namespace) -> str:
    if options.official_test:
        return "Patients of the official test parts, which no split by patient lets into training."
    if options.held_out == "all":
        return f"Every patient, judged by the weights of the fold of {FOLDS} that left her out; the folds are pooled."
    if options.held_out == "everybody":
        return "Every patient of sets that no card names among its data."
    return f"Patients of fold {options.held_out} of {FOLDS} (by SHA-256 of the patient), whom the weights never saw."


def _weights(options: argparse.Namespace) -> tuple[Weights, ...]:
    one_each = options.held_out == "all" and not options.official_test
    folds = range(FOLDS) if one_each else [int(options.held_out) if options.held_out.isdigit() else 0]
    return tuple(
        Weights(f"fold {fold}" if one_each else "all judged", card.task, card.name, card.version, card.sha256)
        for fold in folds
        for card in chosen(options).of(fold).cards
    )


def named(argv: Sequence[str]) -> list[str]:
    """The command without this machine's folders: the last part of every path, `--out=` and the like kept."""
    return [re.sub(r"[^=]*/", "", word.rstrip("/")) for word in argv]
