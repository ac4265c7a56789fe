"""Reports of trainings and data sets as one HTML file that needs nothing else, with the charts inside."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable, Sequence
from html import escape

from pipeline.document import DISCLAIMER
from training.evaluation.style import STYLE
from training.metrics import Estimate

Cell = str | int | float | Estimate | None
WIDE = ".charts img { max-width: 100%; height: auto; } .charts figure { margin: 8px 0; }"


def page(title: str, *body: str) -> str:
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Mammoscope: {escape(title)}</title><style>{STYLE}{WIDE}</style></head><body>
<p class="notice">{escape(DISCLAIMER)}</p>
<h1>{escape(title)}</h1>
{"".join(body)}
</body></html>
"""


def heading(words: str) -> str:
    return f"<h2>{escape(words)}</h2>"


def paragraph(words: str, small: bool = False) -> str:
    return f"<p class=small>{escape(words)}</p>" if small else f"<p>{escape(words)}</p>"


def listed(sentences: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(sentence)}</li>' for sentence in sentences)}</ul>"


def beside(parts: Iterable[str]) -> str:
    return f'<div class="beside">{"".join(parts)}</div>'


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    heads = "".join(f"<th>{escape(words)}</th>" for words in head)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    return f'<div class="wide"><table><caption>{escape(caption)}</caption><tr>{heads}</tr>{body}</table></div>'


def chart(png: bytes, words: str) -> str:
    data = base64.b64encode(png).decode()
    image = f'<img alt="{escape(words)}" src="data:image/png;base64,{data}">'
    return f'<div class="charts"><figure>{image}<figcaption>{escape(words)}</figcaption></figure></div>'


def _cell(cell: Cell) -> str:
    if isinstance(cell, str):
        return f"<td>{escape(cell)}</td>"
    return f'<td class="number">{_number(cell)}</td>'


def _number(cell: int | float | Estimate | None) -> str:
    if isinstance(cell, Estimate):
        if not math.isfinite(cell.value):
            return "–"
        return f'{cell.value:.3f} <span class="range">({cell.low:.3f}–{cell.high:.3f})</span>'
    if cell is None or (isinstance(cell, float) and not math.isfinite(cell)):
        return "–"
    return str(cell) if isinstance(cell, int) else f"{cell:.3f}"
