"""What a tuning leaves behind: charts/*.png, tuning.json and tuning.html."""

from __future__ import annotations

import json
from pathlib import Path

from training.sweep import charts
from training.sweep.page import as_html
from training.sweep.told import Told, as_json


def write(told: Told, out: Path) -> Path:
    pictures = drawn(told)
    (out / "charts").mkdir(parents=True, exist_ok=True)
    for name, (png, _) in pictures.items():
        (out / "charts" / f"{name}.png").write_bytes(png)
    (out / "tuning.json").write_text(json.dumps(as_json(told), indent=1, allow_nan=False), encoding="utf-8")
    path = out / "tuning.html"
    path.write_text(as_html(told, pictures), encoding="utf-8")
    return path


def drawn(told: Told) -> dict[str, tuple[bytes, str]]:
    """name -> (PNG, what it shows)"""
    found = told.found
    pictures = {"course": (charts.course(found), "All trials in their order, with patient-bootstrap intervals.")}
    for i, taken in enumerate(found.steps, start=1):
        name = f"step-{i}-{taken.step.title.replace(' ', '-')}"
        pictures[name] = (charts.step(taken, found.objective), f"Step {i}: {taken.step.title}.")
    if found.best.confusion:
        words = "Confusion of the chosen trial, inner validation patients."
        pictures["confusion"] = (charts.confusion(found.best.confusion, "chosen trial"), words)
    if told.compared:
        pictures["comparison"] = (charts.comparison(told.compared), "All networks on the held-out patients.")
    if told.study is not None:
        words = "What a cut gives; bands are 95 % patient-bootstrap intervals."
        pictures["thresholds"] = (charts.thresholds(told.study), words)
    return pictures
