"""What a tuning leaves behind: charts/*.png, tuning.json and tuning.html."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from models.masking import LEVELS
from pipeline.document import DISCLAIMER
from training.exploration import page
from training.metrics import Estimate
from training.sweep import charts
from training.sweep.comparison import Compared
from training.sweep.search import shown
from training.sweep.thresholds import SCREENING, Study
from training.sweep.values import Sweep, Taken, label

SCHEMA = "mammoscope/tuning/1"
MASKING = "Truth is density, a stand-in for masking: A low, B medium, C and D high; F, G, D of mini-MIAS likewise."


@dataclass(frozen=True)
class Told:
    """All that the report tells."""

    recipe: str  # name of the file that the sweep started from
    command: str
    sets: tuple[str, ...]
    folds: tuple[int, int]  # held out, inner validation
    found: Sweep
    compared: tuple[Compared, ...] = ()  # on held-out patients
    weighted: tuple[tuple[str, dict[str, Estimate]], ...] = ()  # held-out figures by class weights off and on
    study: Study | None = None


def write(told: Told, out: Path) -> Path:
    pictures = drawn(told)
    (out / "charts").mkdir(parents=True, exist_ok=True)
    for name, (png, _) in pictures.items():
        (out / "charts" / f"{name}.png").write_bytes(png)
    (out / "tuning.json").write_text(json.dumps(_plain(as_json(told)), indent=1, allow_nan=False), encoding="utf-8")
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


def as_json(told: Told) -> dict[str, Any]:
    found, study = told.found, told.study
    return {
        "schema": SCHEMA,
        "disclaimer": DISCLAIMER,
        "recipe": told.recipe,
        "command": told.command,
        "sets": told.sets,
        "folds": {"held_out": told.folds[0], "inner_validation": told.folds[1]},
        "objective": found.objective,
        "start": found.start.key,
        "chosen": {taken.step.setting: taken.chosen for taken in found.steps},
        "best": found.best.key,
        "steps": [_step_json(taken) for taken in found.steps],
        "trials": [asdict(trial) for trial in found.trials],
        "held_out": {
            "compared": [asdict(row) for row in told.compared],
            "class_weights": {name: _figures(figures) for name, figures in told.weighted},
            "thresholds": None if study is None else _study_json(study),
        },
    }


def _step_json(taken: Taken) -> dict[str, Any]:
    tried = [{"value": value, "trial": trial.key} for value, trial in taken.tried]
    return {"title": taken.step.title, "setting": taken.step.setting, "tried": tried, "chosen": taken.chosen}


def _figures(figures: Mapping[str, Estimate]) -> dict[str, Any]:
    return {name: asdict(figure) for name, figure in figures.items()}


def _study_json(study: Study) -> dict[str, Any]:
    return {
        "screening_prevalence": SCREENING,
        "cancer_share": {"inner_validation": study.shares[0], "held_out": study.shares[1]},
        "figures": _figures(study.figures),
        "cuts": [asdict(cut) for cut in study.cuts],
    }


def _plain(value: Any) -> Any:
    """JSON has no nan: an undefined figure is null."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def as_html(told: Told, pictures: Mapping[str, tuple[bytes, str]]) -> str:
    found = told.found
    body = [
        page.paragraph(
            f"Settings of {told.recipe} were tried one after the other on {', '.join(told.sets)}; each step kept the "
            f"best of the one before by {label(found.objective)} on fold {told.folds[1]}, patients carved "
            f"out of the training. Fold {told.folds[0]} was held out: no trial trained on it or was chosen by it."
        ),
        page.paragraph(
            "Differences smaller than the intervals may be chance, and the best of many trials looks better on the "
            "patients who chose it than it is. Brackets: 95 % interval over patients drawn with replacement.",
            small=True,
        ),
        page.paragraph(told.command, small=True),
        _chosen(found),
        page.chart(*pictures["course"]),
        *(_step(taken, pictures[name]) for taken, name in zip(found.steps, _steps(pictures), strict=True)),
    ]
    if found.best.confusion:
        body.append(page.chart(*pictures["confusion"]))
    if told.compared:
        body += [_comparison(told.compared), page.chart(*pictures["comparison"])]
    if told.weighted:
        body.append(_weighted(told.weighted))
    if told.study is not None:
        body += [_study(told.study), page.chart(*pictures["thresholds"])]
    return page.page(f"Tuning of {told.recipe}", *body)


def _steps(pictures: Mapping[str, object]) -> list[str]:
    return [name for name in pictures if name.startswith("step-")]


def _chosen(found: Sweep) -> str:
    rows = [(taken.step.title, taken.step.setting, shown(taken.chosen)) for taken in found.steps]
    figures = [(label(name), value) for name, value in found.best.figures.items()]
    return page.table("What was chosen", ("step", "setting", "value"), rows) + page.table(
        "The chosen trial on the inner validation patients", ("figure", "value"), figures
    )


def _step(taken: Taken, picture: tuple[bytes, str]) -> str:
    names = [name for name in charts.FIGURES if name in taken.best.figures] or list(taken.best.figures)
    rows = [
        (shown(value) + (" ← chosen" if value == taken.chosen else ""), *(trial.figures.get(name) for name in names))
        for value, trial in taken.tried
    ]
    head = (taken.step.title, *(label(name) for name in names))
    return page.heading(f"Step: {taken.step.title}") + page.chart(*picture) + page.table("", head, rows)


def _comparison(rows: Sequence[Compared]) -> str:
    names, sets = list(rows[0].figures), list(rows[0].recall_by_set)
    n = rows[0].figures["accuracy"].n
    head = ("network", *(label(name) for name in names), *(f"recall on {name}" for name in sets))
    body: list[tuple[page.Cell, ...]] = [
        (row.name, *(row.figures[name] for name in names), *(row.recall_by_set.get(one) for one in sets))
        for row in rows
    ]
    return (
        page.heading("On the held-out patients")
        + page.paragraph(f"Looked at once, after the sweep had chosen; {n} views. {MASKING} Chance recall is 0.333.")
        + page.table("", head, body)
        + page.listed(f"{row.name}: {row.note}." for row in rows if row.note)
        + page.beside(_confusion(row) for row in rows)
    )


def _confusion(row: Compared) -> str:
    body: list[tuple[page.Cell, ...]] = [(f"truly {LEVELS[i]}", *counts) for i, counts in enumerate(row.confusion)]
    return page.table(f"Confusion: {row.name}", ("", *(f"said {level}" for level in LEVELS)), body)


def _weighted(weighted: Sequence[tuple[str, Mapping[str, Estimate]]]) -> str:
    names = list(weighted[0][1])
    rows: list[tuple[page.Cell, ...]] = [(label, *(figures[name] for name in names)) for label, figures in weighted]
    head = ("class weights", *(label(name) for name in names))
    return page.heading("Class weights, on the held-out patients") + page.table(
        "The chosen recipe with and without them, nothing else changed", head, rows
    )


def _study(study: Study) -> str:
    inner, held = study.shares
    rows: list[tuple[page.Cell, ...]] = [
        (cut.rule, cut.threshold, cut.inner["sensitivity"], cut.inner["specificity"], *cut.held_out.values())
        for cut in study.cuts
    ]
    head = ("cut", "at", "sensitivity, inner", "specificity, inner")
    names = ("sensitivity", "specificity", "PPV, this set", f"PPV at {100 * SCREENING:g} % cancers", "F1")
    return (
        page.heading("Where to cut the probability of cancer")
        + page.paragraph(
            f"Every cut was chosen on the inner validation patients ({100 * inner:.0f} % cancer images) and told on "
            f"the held-out ones ({100 * held:.0f} %), by images, by the probability as the network says it. In "
            f"screening about {100 * SCREENING:g} % of women have cancer; the predictive value there follows by Bayes' "
            "rule."
        )
        + page.table("", ("figure", "held-out"), [(label(n), f) for n, f in study.figures.items()])
        + page.table("", (*head, *(f"{name}, held-out" for name in names)), rows)
    )
