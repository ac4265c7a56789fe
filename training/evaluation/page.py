"""The report as one HTML file that needs nothing else, without script, for the screen and for paper; and as JSON."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from html import escape
from typing import Any

from pipeline.document import DISCLAIMER
from training.evaluation import sheet
from training.evaluation.values import Cell, Figure, Picture, Plot, Section, SetReport, Table
from training.metrics import Estimate

Json = dict[str, Any]

SCHEMA = "mammoscope/evaluation/1"
STYLE = """
@page { size: A4; margin: 12mm; }
:root { color-scheme: light; }
body { font: 15px/1.45 sans-serif; color: #1a1a1a; background: #fff; max-width: 1100px; margin: 0 auto;
  padding: 0 16px 48px; }
.notice { background: #000; color: #fff; font-weight: 700; text-align: center; padding: 6px; margin: 0 -16px 16px;
  print-color-adjust: exact; -webkit-print-color-adjust: exact; }
h1 { font-size: 26px; margin: 12px 0 4px; }
h2 { font-size: 21px; border-bottom: 2px solid #0b5cad; margin: 36px 0 8px; }
h3 { font-size: 16px; margin: 24px 0 4px; } h4 { font-size: 14px; margin: 12px 0 4px; } p { margin: 4px 0 8px; }
.small, figcaption { font-size: 13px; color: #444; } code { font-size: 13px; overflow-wrap: anywhere; }
nav a { margin-right: 16px; } a { color: #0b5cad; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: 8px 0 12px; font-size: 14px; }
caption { text-align: left; font-weight: 600; padding: 4px 0; }
th, td { text-align: left; vertical-align: top; padding: 4px 12px 4px 0; border-bottom: 1px solid #ddd; }
th { font-weight: 400; font-size: 13px; color: #444; border-bottom: 1px solid #888; }
td.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; } td .range { color: #555; }
td.met { background: #e3f2e6; } td.not-met { background: #fbe3df; } td.open { background: #f3f0dc; }
td.none { color: #555; } td.met, td.not-met, td.open, td.none { padding-left: 8px;
  print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.beside { display: flex; flex-wrap: wrap; gap: 0 24px; align-items: flex-start; }
.plots, .pictures { display: flex; flex-wrap: wrap; gap: 12px; margin: 8px 0; }
figure { margin: 0; } .plots figure, .plots img { width: 340px; height: auto; } .pictures figure { width: 260px; }
.pictures img { max-width: 260px; max-height: 300px; display: block; background: #000; }
@media print {
  body { font-size: 9.5pt; max-width: none; padding: 0; } table { font-size: 8.5pt; }
  .plots figure, .plots img { width: 58mm; }
  .wide { overflow: visible; } h2 { break-before: page; } h2.first { break-before: auto; }
  h3 { break-after: avoid; } tr, figure { break-inside: avoid; }
  .pictures figure { width: 42mm; } .pictures img { max-width: 42mm; max-height: 50mm; } }
"""
STATUS_CLASS = {
    sheet.Status.MET: "met",
    sheet.Status.NOT_SURE: "open",
    sheet.Status.NOT_MET: "not-met",
    sheet.Status.NOT_MEASURED: "none",
    sheet.Status.TESTED: "none",
}


@dataclass(frozen=True)
class Weights:
    """One weight file that was judged, as its card names it."""

    fold: str
    task: str
    name: str
    version: str
    sha256: str


@dataclass(frozen=True)
class Report:
    made: str  # date
    command: str
    patients: str  # which were judged, in words
    draws: int
    seed: int
    weights: tuple[Weights, ...]
    sets: tuple[SetReport, ...]


def as_json(report: Report) -> Json:
    """Figures by data set and key, tables as they are shown, the requirement sheet; no plots and no pictures."""
    return {
        "schema": SCHEMA,
        "disclaimer": DISCLAIMER,
        "made": report.made,
        "command": report.command,
        "patients": report.patients,
        "bootstrap": {"draws": report.draws, "seed": report.seed, "interval": 0.95, "unit": "patient"},
        "weights": [asdict(weights) for weights in report.weights],
        "requirements": {
            found.name: [_answer(answer) for answer in sheet.answers(found.figures)] for found in report.sets
        },
        "sets": {found.name: _set_json(found) for found in report.sets},
    }


def _answer(answer: sheet.Answer) -> Json:
    requirement = answer.requirement
    return {
        "number": requirement.number,
        "requirement": requirement.words,
        "required": requirement.required,
        "status": answer.status.value,
        "measured": _plain(answer.estimate),
        "tests": list(requirement.tests),
    }


def _set_json(found: SetReport) -> Json:
    tables = [table for section in found.sections for table in section.tables]
    return {
        "images": found.images,
        "patients": found.patients,
        "refused": list(found.refused),
        "figures": {
            figure.key: {"section": section.title, "label": figure.label, **_plain(figure.estimate)}
            for section in found.sections
            for figure in section.figures
        },
        "tables": [
            {"title": t.title, "columns": list(t.columns), "rows": [[_plain(cell) for cell in row] for row in t.rows]}
            for t in tables
        ],
    }


def _plain(cell: Cell) -> Any:
    """JSON has no nan: an undefined figure is null."""
    if isinstance(cell, Estimate):
        return {key: _plain(value) for key, value in asdict(cell).items()}
    return None if isinstance(cell, float) and not math.isfinite(cell) else cell


def as_html(report: Report) -> str:
    links = "".join(f'<a href="#{escape(found.name)}">{escape(found.name)}</a>' for found in report.sets)
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Mammoscope: evaluation</title><style>{STYLE}</style></head><body>
<p class="notice">{escape(DISCLAIMER)}</p>
<h1>Evaluation of the served analysis</h1>
<p>{escape(report.patients)}</p>
<p class="small">{escape(report.made)} · <code>{escape(report.command)}</code></p>
<p class="small">Brackets: 95 % interval, from {report.draws} samples of patients drawn with replacement
(seed {report.seed}); n counts what a figure rests on: masses, images or outlines. An interval without width comes
of few patients who all answered alike, not of certainty.</p>
<nav>{links}<a href="#weights">weights</a></nav>
<h2 class="first">Requirement sheet</h2>
<p class="small">What the published pipeline asked of itself. A coloured field was measured: green where the whole
interval meets the requirement, yellow where the figure does and the interval reaches past it, red where it does
not.</p>
{_sheet(report.sets)}
{"".join(_set_html(found) for found in report.sets)}
<h2 id="weights">Weights</h2>
{_table(_weights(report.weights))}
</body></html>
"""


def _sheet(sets: Iterable[SetReport]) -> str:
    named = tuple(sets)
    told = [sheet.answers(found.figures) for found in named]
    heads = "".join(f"<th>{escape(words)}</th>" for words in ("", "requirement", "required", *(s.name for s in named)))
    rows = "".join(
        _sheet_row(requirement, [answer[row] for answer in told]) for row, requirement in enumerate(sheet.REQUIREMENTS)
    )
    return f'<div class="wide"><table><tr>{heads}</tr>{rows}</table></div>'


def _sheet_row(requirement: sheet.Requirement, told: list[sheet.Answer]) -> str:
    first = f"<td>{requirement.number}</td><td>{escape(requirement.words)}</td><td>{escape(requirement.required)}</td>"
    if requirement.tests:
        tests = "<br>".join(f"<code>{escape(test)}</code>" for test in requirement.tests)
        return f'<tr>{first}<td colspan="{len(told)}">{tests}</td></tr>'
    return f"<tr>{first}{''.join(_sheet_cell(answer) for answer in told)}</tr>"


def _sheet_cell(answer: sheet.Answer) -> str:
    words = "" if answer.estimate is None else f"{_number(answer.estimate)}<br>"
    return f'<td class="{STATUS_CLASS[answer.status]}">{words}{escape(answer.status.value)}</td>'


def _set_html(found: SetReport) -> str:
    refused = f" Refused by the pipeline: {', '.join(found.refused)}." if found.refused else ""
    return (
        f'<h2 id="{escape(found.name)}">{escape(found.name)}</h2>'
        f"<p>{found.images} images of {found.patients} patients.{escape(refused)}</p>"
        f"{''.join(map(_section, found.sections))}"
    )


def _section(section: Section) -> str:
    note = f'<p class="small">{escape(section.note)}</p>' if section.note else ""
    listed = tuple(figure for figure in section.figures if figure.listed)
    figures = _table(_of_figures(listed)) if listed else ""
    tables = "".join(map(_table, section.tables))
    plots = "".join(map(_plot, section.plots))
    return (
        f'<section><h3>{escape(section.title)}</h3>{note}<div class="beside">{figures}'
        f"{f'<div class=plots>{plots}</div>' if plots else ''}</div>{tables}{_gallery(section.pictures)}</section>"
    )


def _gallery(pictures: tuple[Picture, ...]) -> str:
    kinds = dict.fromkeys(picture.kind for picture in pictures)
    return "".join(
        f"<h4>{escape(kind)}</h4><div class=pictures>{''.join(_picture(p) for p in pictures if p.kind == kind)}</div>"
        for kind in kinds
    )


def _of_figures(figures: tuple[Figure, ...]) -> Table:
    return Table("", ("", "value and interval"), tuple((figure.label, figure.estimate) for figure in figures))


def _weights(weights: tuple[Weights, ...]) -> Table:
    rows = tuple((w.fold, w.task, w.name, w.version, w.sha256[:16]) for w in weights)
    return Table("", ("validates", "task", "card", "version", "SHA-256 of the file"), rows)


def _table(table: Table) -> str:
    caption = f"<caption>{escape(table.title)}</caption>" if table.title else ""
    heads = "".join(f"<th>{escape(column)}</th>" for column in table.columns)
    rows = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in table.rows)
    return f'<div class="wide"><table>{caption}<tr>{heads}</tr>{rows}</table></div>'


def _cell(cell: Cell) -> str:
    if isinstance(cell, str):
        return f"<td>{escape(cell)}</td>"
    return f'<td class="number">{"–" if cell is None else _number(cell)}</td>'


def _number(cell: int | float | Estimate) -> str:
    if isinstance(cell, Estimate):
        if math.isnan(cell.value):
            return f"– (n = {cell.n})"
        return (
            f'{_digits(cell.value)} <span class="range">({_digits(cell.low)}–{_digits(cell.high)})</span> n = {cell.n}'
        )
    return f"{cell:g}"


def _digits(value: float) -> str:
    """Three decimals of a share, one of seconds, none of milliseconds."""
    return f"{value:.{3 if abs(value) < 2 else 1 if abs(value) < 100 else 0}f}"


def _plot(plot: Plot) -> str:
    data = base64.b64encode(plot.svg.encode()).decode()
    title = escape(plot.title)
    return (
        f'<figure><img alt="{title}" src="data:image/svg+xml;base64,{data}"><figcaption>{title}</figcaption></figure>'
    )


def _picture(picture: Picture) -> str:
    data = base64.b64encode(picture.jpeg).decode()
    words = escape(picture.caption)
    return f'<figure><img alt="{words}" src="data:image/jpeg;base64,{data}"><figcaption>{words}</figcaption></figure>'
