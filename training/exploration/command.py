"""`mammoscope data explore NAME ROOT --out DIR`: exploration.html, exploration.json and charts/*.png."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pipeline.document import DISCLAIMER
from training.exploration import charts, page
from training.exploration.facts import Facts, facts
from training.exploration.summary import Field, Summary, capital, summary
from training.exploration.traps import traps

SCHEMA = "mammoscope/exploration/1"


def explore(name: str, root: Path, out: Path) -> Path:
    """The page's path. Raises WrongLayout where the folder is not as expected, ValueError where it holds no image."""
    rows = facts(name, root)
    found = summary(name, rows)
    warned, pictures = traps(found, rows), drawn(found, rows)
    (out / "charts").mkdir(parents=True, exist_ok=True)
    for key, (png, _) in pictures.items():
        (out / "charts" / f"{key}.png").write_bytes(png)
    told = {"schema": SCHEMA, "disclaimer": DISCLAIMER, **asdict(found), "traps": warned}
    (out / "exploration.json").write_text(json.dumps(_plain(told), indent=1, allow_nan=False), encoding="utf-8")
    path = out / "exploration.html"
    path.write_text(as_html(found, warned, pictures), encoding="utf-8")
    return path


def drawn(found: Summary, rows: Sequence[Facts]) -> dict[str, tuple[bytes, str]]:
    """name -> (PNG, what it shows)"""
    pictures = {"missing": (charts.missing(found), "What is unknown, field by field.")}
    for field in found.fields:
        if len(field.values) > 1:
            words = f"Images by {field.name}, and the share of positives among them."
            pictures[_key(field)] = (charts.field(found, field), words)
    if found.ages:
        pictures["ages"] = (charts.ages(rows), "Ages in each class.")
    if found.sizes:
        pictures["sizes"] = (charts.sizes(rows), "Image sizes in pixels; the larger the circle, the commoner.")
    return pictures


def _key(field: Field) -> str:
    return "field-" + "".join(letter if letter.isalnum() else "-" for letter in field.name.lower()).strip("-")


def as_html(found: Summary, warned: Sequence[str], pictures: Mapping[str, tuple[bytes, str]]) -> str:
    body = [
        page.paragraph(
            "Positive is cancer, or what the data set offers in its place (docs/data.md); for patches, calcified."
        ),
        _overview(found),
        page.heading("What to beware of"),
        page.listed(warned) if warned else page.paragraph("Nothing of what this report looks for."),
        page.heading("What is missing"),
        page.chart(*pictures["missing"]),
        *(part for field in found.fields if field.values for part in _field(found, field, pictures)),
    ]
    if found.ages:
        rows = [(a.group, a.images, a.mean, a.deviation, *a.quartiles) for a in found.ages]
        head = ("images", "", "mean", "deviation", "1st quartile", "median", "3rd quartile")
        body += [page.heading("Age in years"), page.chart(*pictures["ages"]), page.table("", head, rows)]
    if found.sizes:
        body += [page.heading("Image sizes"), page.chart(*pictures["sizes"])]
        body.append(page.table("The commonest", ("columns x rows", "images"), found.sizes[:12]))
    return page.page(f"Exploration of {found.name}", *body)


def _overview(found: Summary) -> str:
    fewest, mean, most = found.images_a_patient
    rows: list[tuple[page.Cell, ...]] = [
        ("images", found.images),
        ("patients, or groups that are split together", found.patients),
        ("images a patient: fewest, mean, most", f"{fewest}, {mean:.2f}, {most}"),
        ("images judged positive or negative", found.judged),
        ("positive images", found.positive),
        ("share of positive images", found.positive / found.judged if found.judged else None),
        ("patients with a positive image", found.positive_patients),
    ]
    return page.table("", ("", ""), rows)


def _field(found: Summary, field: Field, pictures: Mapping[str, tuple[bytes, str]]) -> list[str]:
    rows: list[tuple[page.Cell, ...]] = [
        (value.value, value.images, value.patients, value.judged, value.positive, value.share) for value in field.values
    ]
    words = f"AUC of {field.name} alone, cross-fitted over patients: {field.alone}." if field.alone else ""
    head = (field.name, "images", "patients", "judged", "positive", "share of positives")
    parts = [page.heading(capital(field.name)), page.table("", head, rows), page.paragraph(words, small=True)]
    return [*parts, page.chart(*pictures[_key(field)])] if _key(field) in pictures else parts


def _plain(value: Any) -> Any:
    """JSON has no nan: an undefined figure is null."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
