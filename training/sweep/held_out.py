"""What the report says of held-out patients, by task: asked once, when everything is chosen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from training.cache import PreparedExample
from training.metrics import Estimate
from training.recipes.values import TrainingRecipe
from training.run import Run
from training.sweep.comparison import Compared, Files, compare
from training.sweep.settings import changed
from training.sweep.thresholds import Study, figures_at, study
from training.sweep.trial import Trials, cancer_answers
from training.sweep.values import Entries, Sweep

Weighted = tuple[tuple[str, dict[str, Estimate]], ...]


def on_held_out(trials: Trials, start: Entries, found: Sweep, files: Files) -> Mapping[str, Any]:
    """Fields of training.sweep.told.Told."""
    if start["task"] == "masking":
        return {"compared": _compared(trials, start, found, files)}
    if start["task"] == "cancer":
        held = _views_outside(trials, found)
        return {"study": _study(trials, found, held), "weighted": _class_weights(trials, found, held)}
    return {}


def _compared(trials: Trials, start: Entries, found: Sweep, files: Files) -> tuple[Compared, ...]:
    rows = compare(trials, start, found, files)
    for row in rows:
        print(f"held out, {row.name}: accuracy {row.figures['accuracy']}, macro F1 {row.figures['macro_f1']}")
    return rows


def _study(trials: Trials, found: Sweep, held: list[PreparedExample]) -> Study | None:
    """By the chosen trial's own network, whose inner validation patients it never learnt from."""
    run = trials.run(found.entries)
    told = study(cancer_answers(run, _views_of(run)), cancer_answers(run, held))
    for name, figure in (told.figures if told else {}).items():
        print(f"held out: {name} {figure}")
    return told


def _class_weights(trials: Trials, found: Sweep, held: list[PreparedExample]) -> Weighted:
    """The chosen recipe with and without class weights; empty where the sweep tried only one of them."""
    kinds = [(word, changed(found.entries, "view.class_weights", on)) for word, on in (("off", False), ("on", True))]
    if not all((trials.folder(entries) / "trial.json").is_file() for _, entries in kinds):
        return ()
    return tuple((word, figures_at(cancer_answers(trials.run(entries), held), 0.5)) for word, entries in kinds)


def _views_outside(trials: Trials, found: Sweep) -> list[PreparedExample]:
    recipe = trials.run(found.entries).recipe
    outside: Run[TrainingRecipe] = Run(recipe, trials.data, trials.out, trials.held_out)
    return _views_of(outside)


def _views_of(run: Run[TrainingRecipe]) -> list[PreparedExample]:
    """Of the patients who validate in that run, those of whom it is known whether it is cancer."""
    known = run.parts(run.examples()).validation
    return run.prepared([example for example in known if example.cancer is not None])
