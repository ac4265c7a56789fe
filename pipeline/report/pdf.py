"""The report as one A4 page of PDF. The same content gives the same bytes."""

from __future__ import annotations

import io
from collections.abc import Iterable
from html import escape
from typing import Any

from reportlab.lib.colors import HexColor, black, white
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Frame, KeepInFrame, Paragraph, Spacer, Table

from pipeline.overlay import COLOURS
from pipeline.report import words
from pipeline.report.content import Content, Row

# Bitstream Vera comes with reportlab and is embedded: the page prints the same everywhere.
REGULAR, BOLD = "Vera", "VeraBd"
GREY, LINE = HexColor("#555555"), HexColor("#999999")
MARGIN, WIDTH, HEIGHT = 15 * mm, A4[0] - 30 * mm, A4[1]
BAND = 7 * mm  # of the disclaimer
TOP = HEIGHT - 10 * mm - BAND  # below the upper disclaimer
PICTURE_HEIGHT, PICTURE_WIDTH = 88 * mm, 78 * mm
FOOT = 10 * mm + BAND  # above the lower disclaimer
SIGN_HEIGHT = 36 * mm
TEXT = ParagraphStyle("text", fontName=REGULAR, fontSize=8, leading=10.5)
HEADING = ParagraphStyle("heading", parent=TEXT, fontName=BOLD, fontSize=9, leading=12, spaceBefore=3, spaceAfter=1)
CELL = ParagraphStyle("cell", parent=TEXT, fontSize=7.5, leading=9)
SMALL = ParagraphStyle("small", parent=TEXT, fontSize=6.5, leading=8.2)
COLUMNS = (8 * mm, 30 * mm, 89 * mm, 14 * mm, 17 * mm, 22 * mm)


def report_pdf(content: Content) -> bytes:
    """Whatever does not fit at its size is set smaller, so that it stays one page."""
    _fonts()
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, pageCompression=1, invariant=1, lang="en")
    canvas.setTitle(words.TITLE)
    canvas.setAuthor("Mammoscope")
    canvas.setSubject(words.NOTICE)
    for bottom in (TOP, FOOT - BAND):
        _disclaimer(canvas, bottom)
    _head(canvas, content)
    picture_foot = TOP - 12 * mm - PICTURE_HEIGHT
    _picture(canvas, content, picture_foot)
    _flow(
        canvas, _facts(content), MARGIN + PICTURE_WIDTH + 5 * mm, picture_foot, WIDTH - PICTURE_WIDTH - 5 * mm, 62 * mm
    )
    _label_box(canvas, picture_foot + 64 * mm)
    _flow(canvas, _body(content), MARGIN, FOOT + SIGN_HEIGHT, WIDTH, picture_foot - 2 * mm - FOOT - SIGN_HEIGHT)
    _reader(canvas)
    canvas.save()
    return buffer.getvalue()


def _fonts() -> None:
    for name in (REGULAR, BOLD):
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, f"{name}.ttf"))


def _disclaimer(canvas: Any, bottom: float) -> None:
    canvas.setFillColor(black)
    canvas.rect(MARGIN, bottom, WIDTH, BAND, stroke=0, fill=1)
    canvas.setFillColor(white)
    canvas.setFont(BOLD, 9)
    canvas.drawCentredString(A4[0] / 2, bottom + 2.3 * mm, words.NOTICE)
    canvas.setFillColor(black)


def _head(canvas: Any, content: Content) -> None:
    canvas.setFont(BOLD, 14)
    canvas.drawString(MARGIN, TOP - 8 * mm, words.TITLE)
    canvas.setFont(REGULAR, 7)
    canvas.setFillColor(GREY)
    for line, text in enumerate((f"Analysis {content.reference}", f"Analysed {content.analysed}")):
        canvas.drawRightString(MARGIN + WIDTH, TOP - (4.5 + 3.5 * line) * mm, text)
    canvas.setFillColor(black)


def _picture(canvas: Any, content: Content, bottom: float) -> None:
    picture = content.picture
    scale = min(PICTURE_WIDTH / picture.width, PICTURE_HEIGHT / picture.height)
    width, height = picture.width * scale, picture.height * scale
    left = MARGIN
    canvas.drawImage(ImageReader(io.BytesIO(picture.jpeg)), left, bottom + PICTURE_HEIGHT - height, width, height)


def _label_box(canvas: Any, bottom: float) -> None:
    left, width, height = MARGIN + PICTURE_WIDTH + 5 * mm, WIDTH - PICTURE_WIDTH - 5 * mm, 24 * mm
    canvas.setStrokeColor(LINE)
    canvas.setDash(2, 2)
    canvas.rect(left, bottom, width, height)
    canvas.setDash()
    _flow(canvas, [_text(words.NO_PATIENT, SMALL)], left + 2 * mm, bottom, width - 4 * mm, height - 1 * mm)


def _facts(content: Content) -> list[Any]:
    parts = (
        ("Examination", content.examination),
        ("Whole picture", f"Masking level: {content.masking}."),
        ("", f"Cancer probability of this view: {content.cancer}."),
        ("Threshold", " ".join(filter(None, (content.threshold, content.left_out)))),
        ("Models", ""),
    )
    flow = [_text(text, style) for head, said in parts for text, style in ((head, HEADING), (said, TEXT)) if text]
    return flow + [_text(model, SMALL) for model in content.models]


def _body(content: Content) -> list[Any]:
    flow: list[Any] = [_text("Findings", HEADING)]
    flow.append(_table(content.rows) if content.rows else _text(words.NO_FINDING, TEXT))
    if content.warnings:
        flow += [_text("Warnings", HEADING), *_bullets(content.warnings, TEXT)]
    return [*flow, Spacer(1, 1 * mm), _text("What the numbers mean", HEADING), *_bullets(content.meanings, SMALL)]


def _table(rows: Iterable[Row]) -> Table:
    cells: list[list[Any]] = [[_text(head, SMALL) for head in words.HEADS]]
    style: list[tuple[Any, ...]] = [
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 1.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
        ("LEFTPADDING", (0, 0), (-1, -1), 3),
    ]
    for place, row in enumerate(rows, 1):
        said = (str(row.number), row.what, row.location, row.size, row.confidence, row.malignant)
        cells.append([_text(text or "–", CELL) for text in said])
        style.append(("LINEBEFORE", (0, place), (0, place), 3, HexColor("#" + bytes(COLOURS[row.kind]).hex())))
    return Table(cells, colWidths=COLUMNS, style=style, hAlign="LEFT")


def _reader(canvas: Any) -> None:
    """What only a person may fill in, with a pen."""
    canvas.setStrokeColor(LINE)
    canvas.line(MARGIN, FOOT + SIGN_HEIGHT, MARGIN + WIDTH, FOOT + SIGN_HEIGHT)
    line = FOOT + SIGN_HEIGHT - 5 * mm
    canvas.setFont(BOLD, 9)
    canvas.drawString(MARGIN, line, "Reader's assessment")
    canvas.setFont(REGULAR, 7)
    canvas.drawString(MARGIN + 42 * mm, line, words.FINAL)
    _boxes(canvas, MARGIN, line - 7 * mm, "Composition", words.COMPOSITION)
    _boxes(canvas, MARGIN + 68 * mm, line - 7 * mm, "BI-RADS", words.CATEGORIES)
    _blank(canvas, MARGIN, line - 15 * mm, "Comment", WIDTH)
    for left, name, width in ((0, "Name", 60), (64, "Signature", 70), (138, "Date", 42)):
        _blank(canvas, MARGIN + left * mm, FOOT + 5 * mm, name, width * mm)


def _boxes(canvas: Any, left: float, bottom: float, name: str, choices: Iterable[str]) -> None:
    canvas.setFont(REGULAR, 8)
    canvas.drawString(left, bottom, name)
    left += pdfmetrics.stringWidth(name, REGULAR, 8) + 3 * mm
    canvas.setStrokeColor(black)
    for choice in choices:
        canvas.rect(left, bottom - 0.5 * mm, 3 * mm, 3 * mm)
        canvas.drawString(left + 4 * mm, bottom, choice)
        left += 11 * mm


def _blank(canvas: Any, left: float, bottom: float, name: str, width: float) -> None:
    canvas.setFont(REGULAR, 7)
    canvas.setStrokeColor(black)
    canvas.line(left, bottom, left + width, bottom)
    canvas.drawString(left, bottom - 3 * mm, name)


def _flow(canvas: Any, flow: list[Any], left: float, bottom: float, width: float, height: float) -> None:
    kept = KeepInFrame(width, height, flow, mode="shrink")
    Frame(left, bottom, width, height, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0).addFromList(
        [kept], canvas
    )


def _bullets(texts: Iterable[str], style: ParagraphStyle) -> list[Paragraph]:
    return [_text(f"• {text}", style) for text in texts]


def _text(text: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(_drawable(text), quote=False), style)


def _drawable(text: str) -> str:
    """Letters that the font has; others would be empty boxes."""
    glyphs = pdfmetrics.getFont(REGULAR).face.charToGlyph
    return "".join(letter if ord(letter) in glyphs else "?" for letter in text)
