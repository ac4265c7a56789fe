"""All that the report of a tuning tells, and the same as JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pipeline.document import DISCLAIMER
from training.metrics import Estimate
from training.sweep.comparison import Compared
from training.sweep.thresholds import SCREENING, Study
from training.sweep.values import Sweep, Taken

SCHEMA = "mammoscope/tuning/1"


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


def as_json(told: Told) -> dict[str, Any]:
    """JSON has no nan: an undefined figure is null."""
    found: dict[str, Any] = _plain(_as_json(told))
    return found


def _as_json(told: Told) -> dict[str, Any]:
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
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
