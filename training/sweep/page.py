"""The report of a tuning as one HTML file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from models.masking import LEVELS
from training.exploration import page
from training.metrics import Estimate
from training.sweep import charts
from training.sweep.comparison import Compared
from training.sweep.search import shown
from training.sweep.thresholds import SCREENING, Study
from training.sweep.told import Told
from training.sweep.values import Sweep, Taken, label

MASKING = "Truth is density, a stand-in for masking: A low, B medium, C and D high; F, G, D of mini-MIAS likewise."


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
