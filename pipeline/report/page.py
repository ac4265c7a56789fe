"""The report as one HTML file that needs nothing else: styles and picture are inside, there is no script."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from html import escape

from pipeline.finding import Kind
from pipeline.overlay import COLOURS
from pipeline.report import words
from pipeline.report.content import Content, Row

STYLE = """
@page { size: A4; margin: 10mm 15mm; }
:root { color-scheme: light; }
body { font: 8.5pt/1.25 sans-serif; color: #000; background: #fff; max-width: 180mm; margin: 4mm auto; }
@media print { body { margin: 0; } }
.notice { background: #000; color: #fff; font-weight: 700; text-align: center; padding: 1.5mm; margin: 0;
  print-color-adjust: exact; -webkit-print-color-adjust: exact; }
header { display: flex; justify-content: space-between; align-items: baseline; }
h1 { font-size: 15pt; margin: 2mm 0; } h2 { font-size: 10pt; margin: 2.5mm 0 0.5mm; }
p, ul { margin: 0; } ul { padding-left: 4mm; }
.small { font-size: 7pt; line-height: 1.25; color: #333; }
.top { display: grid; grid-template-columns: 78mm 1fr; gap: 5mm; }
.top img { max-width: 78mm; max-height: 88mm; width: auto; height: auto; display: block; }
.label { border: 1px dashed #777; height: 18mm; padding: 1mm 2mm; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; border-bottom: 1px solid #999; padding: 0.7mm 1.5mm; }
td:not(:nth-child(3)) { white-space: nowrap; } .crowded td, .crowded li { font-size: 7.5pt; line-height: 1.15; }
.crowded td { padding: 0.3mm 1.5mm; } .crowded h2 { margin-top: 1.5mm; }
th { font-weight: 400; font-size: 7pt; color: #333; }
tr.mass td:first-child { border-left: 1mm solid MASS; }
tr.calcification_cluster td:first-child { border-left: 1mm solid CLUSTER; }
.reader { border-top: 1px solid #777; margin-top: 3mm; padding-top: 1mm; break-inside: avoid; }
.boxes { display: flex; gap: 4mm; flex-wrap: wrap; margin: 1.5mm 0; }
.boxes i { display: inline-block; width: 3mm; height: 3mm; border: 1px solid #000; margin-right: 1mm; }
.lines { display: grid; grid-template-columns: 2fr 2fr 1fr; gap: 4mm; margin: 0 0 2mm; }
.lines span { border-top: 1px solid #000; margin-top: 7mm; font-size: 7pt; }
.lines .comment { grid-column: 1 / -1; }
"""
for _kind, _word in ((Kind.MASS, "MASS"), (Kind.CALCIFICATION_CLUSTER, "CLUSTER")):
    STYLE = STYLE.replace(_word, "#" + bytes(COLOURS[_kind]).hex())
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()  # for a content security policy
CROWDED = 8  # findings and warnings on a page; with more, the letters are smaller


def report_html(content: Content) -> str:
    """The page; A4 when printed."""
    notice = f'<p class="notice">{escape(words.NOTICE)}</p>'
    findings = _table(content.rows) if content.rows else f"<p>{escape(words.NO_FINDING)}</p>"
    warnings = f"<h2>Warnings</h2>{_list(content.warnings)}" if content.warnings else ""
    crowded = ' class="crowded"' if len(content.rows) + len(content.warnings) > CROWDED else ""
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{escape(words.TITLE)}</title><style>{STYLE}</style></head>
<body{crowded}>
{notice}
<header><h1>{escape(words.TITLE)}</h1>
<p class="small">Analysis {escape(content.reference)}<br>Analysed {escape(content.analysed)}</p></header>
<div class="top">{_picture(content)}<div>
<p class="label small">{escape(words.NO_PATIENT)}</p>
{_facts(content)}</div></div>
<h2>Findings</h2>
{findings}
{warnings}
<h2>What the numbers mean</h2>
{_list(content.meanings, "small")}
{_reader()}
{notice}
</body></html>
"""


def _picture(content: Content) -> str:
    data = base64.b64encode(content.picture.jpeg).decode()
    shown = f"The mammogram with {len(content.rows)} numbered marks"
    size = f'width="{content.picture.width}" height="{content.picture.height}"'
    return f'<div><img alt="{shown}" {size} src="data:image/jpeg;base64,{data}"></div>'


def _facts(content: Content) -> str:
    models = "<br>".join(map(escape, content.models))
    parts = (
        ("Examination", f"<p>{escape(content.examination)}</p>"),
        ("Whole picture", f"<p>Masking level: {escape(content.masking)}.</p>"),
        ("", f"<p>Cancer probability of this view: {escape(content.cancer)}.</p>"),
        ("Threshold", f"<p>{escape(content.threshold)} {escape(content.left_out)}</p>"),
        ("Models", f'<p class="small">{models}</p>'),
    )
    return "\n".join(f"<h2>{head}</h2>{said}" if head else said for head, said in parts)


def _table(rows: Iterable[Row]) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in words.HEADS)
    body = "".join(_row(row) for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _row(row: Row) -> str:
    said = (str(row.number), row.what, row.location, row.size, row.confidence, row.malignant)
    cells = "".join(f"<td>{escape(text) or '–'}</td>" for text in said)
    return f'<tr class="{row.kind.value}">{cells}</tr>'


def _list(texts: Iterable[str], kind: str = "") -> str:
    items = "".join(f"<li>{escape(text)}</li>" for text in texts)
    return f'<ul class="{kind}">{items}</ul>'


def _reader() -> str:
    """What only a person may fill in, with a pen."""

    def boxes(name: str, choices: Iterable[str]) -> str:
        return f"<span>{name}</span>" + "".join(f"<span><i></i>{choice}</span>" for choice in choices)

    return f"""<section class="reader"><h2>Reader's assessment</h2><p class="small">{escape(words.FINAL)}</p>
<div class="boxes">{boxes("Composition", words.COMPOSITION)} {boxes("BI-RADS", words.CATEGORIES)}</div>
<div class="lines"><span class="comment">Comment</span><span>Name</span><span>Signature</span><span>Date</span></div>
</section>"""
