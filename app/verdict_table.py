"""Verdicts as a table for reader studies: a row for each mark, each drawn shape and each finding left untouched."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.records import Record
from app.settings import DISCLAIMER
from app.verdicts import Verdict, Version

Row = dict[str, Any]

COLUMNS = (
    *("study", "analysis", "laterality", "view", "reader", "opened_at", "revealed_at", "saved_at"),
    *("row", "finding", "kind", "confidence", "malignant", "verdict", "decided_at", "reveal"),
    *("x", "y", "width", "height", "birads", "density", "birads_before_reveal", "density_before_reveal"),
    *("slider", "text", "note"),
)
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")  # what makes a spreadsheet compute a cell; OWASP, CSV Injection


@dataclass(frozen=True)
class Judged:
    """A finished analysis and every version of what one reader said of it, oldest first."""

    record: Record
    versions: Sequence[Version]


def table(judged: Iterable[Judged]) -> str:
    """CSV as RFC 4180 has it, with a header line."""
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, COLUMNS, restval="")
    writer.writeheader()
    for one in judged:
        writer.writerows({name: cell(value) for name, value in row.items()} for row in rows(one))
    return stream.getvalue()


def cell(value: Any) -> Any:
    """Nothing for null; text that a spreadsheet would take for a formula gets an apostrophe before it."""
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return "" if value is None else value


def rows(judged: Judged) -> Iterator[Row]:
    verdict, document = judged.versions[-1].verdict, judged.record.document or {"findings": []}
    whole = _whole(judged)
    marks = {mark["finding"]: mark for mark in verdict["marks"]}
    for finding in document["findings"]:
        yield {**whole, **_of_the_finding(finding), **_judged(marks.get(finding["id"]), verdict)}
    for shape in verdict["drawn"]:
        yield {**whole, "row": "drawn", "kind": shape["shape"], **_decided(shape["at"], verdict), **_around(shape)}


def _whole(judged: Judged) -> Row:
    """What every row of an analysis says."""
    record, latest = judged.record, judged.versions[-1]
    before = _before_reveal(judged.versions)
    copied = ("reader", "opened_at", "revealed_at", "birads", "density", "slider", "text")
    return {
        "study": record.study,
        "analysis": record.id,
        "laterality": record.laterality,
        "view": record.view,
        "saved_at": latest.saved,
        **{name: latest.verdict[name] for name in copied},
        "birads_before_reveal": before and before["birads"],
        "density_before_reveal": before and before["density"],
        "note": DISCLAIMER,
    }


def _before_reveal(versions: Sequence[Version]) -> Verdict | None:
    """The last that was saved before the marks were shown."""
    return next((one.verdict for one in reversed(versions) if one.verdict["revealed_at"] is None), None)


def _of_the_finding(finding: dict[str, Any]) -> Row:
    pathology = finding["pathology"] or {}
    copied = {"finding": finding["id"], "kind": finding["kind"], "confidence": finding["confidence"]}
    return {**copied, "malignant": pathology.get("malignant"), **finding["box"]}


def _judged(mark: dict[str, Any] | None, verdict: Verdict) -> Row:
    if mark is None:
        return {"row": "untouched"}
    return {"row": "mark", "verdict": mark["verdict"], **_decided(mark["at"], verdict)}


def _decided(at: str, verdict: Verdict) -> Row:
    """`reveal`: whether it was decided before or after the marks were shown."""
    revealed = verdict["revealed_at"]
    before = revealed is None or datetime.fromisoformat(at) < datetime.fromisoformat(revealed)
    return {"decided_at": at, "reveal": "before" if before else "after"}


def _around(shape: dict[str, Any]) -> Row:
    """The smallest box around the points."""
    (left, right), (top, bottom) = ((min(side), max(side)) for side in zip(*shape["points"], strict=True))
    return {"x": left, "y": top, "width": right - left, "height": bottom - top}
