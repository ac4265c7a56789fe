"""The report as one HTML file that needs nothing else, without script, for the screen and for paper."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable
from html import escape

from pipeline.document import DISCLAIMER
from training.evaluation import sheet
from training.evaluation.style import STYLE
from training.evaluation.values import Cell, Figure, Picture, Plot, Report, Section, SetReport, Table, Weights
from training.metrics import Estimate

STATUS_CLASS = {
    sheet.Status.MET: "met",
    sheet.Status.NOT_SURE: "open",
    sheet.Status.NOT_MET: "not-met",
    sheet.Status.NOT_MEASURED: "none",
    sheet.Status.TESTED: "none",
}


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
