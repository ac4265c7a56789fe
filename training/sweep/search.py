"""The sequential sweep: one setting after the other, each kept at its best value before the next is tried."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from training.recipes.read import RecipeError
from training.sweep.settings import changed, current
from training.sweep.values import Entries, Step, Sweep, Taken, Trial, label

RunTrial = Callable[[Entries], Trial]


def sweep(start: Entries, plan: Sequence[Step], run: RunTrial, objectives: Sequence[str], say: Say) -> Sweep:
    """`run` trains a recipe and judges it on the inner validation patients.

    The first of `objectives` that the start has chooses; a value has to beat the one before it, so that of equals the
    setting stays as it was. Raises RecipeError where the start has none of them.
    """
    first = run(start)
    objective = next((name for name in objectives if name in first.figures), None)
    if objective is None:
        raise RecipeError(f"a trial gives {', '.join(first.figures) or 'no figure'}: none of {', '.join(objectives)}")
    say.trial("start", first, objective)
    entries, steps = start, list[Taken]()
    for step in plan:
        taken = _taken(entries, step, run, objective, say)
        if taken.chosen != current(entries, step.setting):
            entries = changed(entries, step.setting, taken.chosen)
        say.line(f"chosen: {step.title} {shown(taken.chosen)}")
        steps.append(taken)
    return Sweep(objective, first, tuple(steps), entries)


def _taken(entries: Entries, step: Step, run: RunTrial, objective: str, say: Say) -> Taken:
    now = current(entries, step.setting)
    tried = []
    for value in with_current(step, now):
        trial = run(entries if value == now else changed(entries, step.setting, value))
        tried.append((value, trial))
        if value != now:
            say.trial(f"{step.title} {shown(value)}", trial, objective)
    before = next(trial for value, trial in tried if value == now)
    chosen, best = now, before.figure(objective)
    for value, trial in tried:
        if trial.figures.get(objective) is not None and trial.figure(objective) > best:
            chosen, best = value, trial.figure(objective)
    return Taken(step, tuple(tried), chosen)


def with_current(step: Step, now: Any) -> tuple[Any, ...]:
    """The values of a step, and the one that the setting has now, which is the yardstick."""
    return step.values if now in step.values else (now, *step.values)


def trials_of(start: Entries, plan: Sequence[Step]) -> int:
    """How many different trainings the sweep will take at most."""
    return 1 + sum(len({str(value) for value in step.values if value != current(start, step.setting)}) for step in plan)


def shown(value: Any) -> str:
    """A value as a reader would type it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, list | tuple):
        return "-".join(map(shown, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


@dataclass
class Say:
    """A line a trial, with how long the rest will take."""

    total: int
    write: Callable[[str], None] = print
    seconds: list[float] = field(default_factory=list)  # of the trials so far, also of those that lay there already

    def line(self, words: str) -> None:
        self.write(words)

    def trial(self, what: str, trial: Trial, objective: str) -> None:
        self.seconds.append(trial.seconds)
        done = len(self.seconds)
        left = sum(self.seconds) / done * (self.total - done)
        names = (name for name in dict.fromkeys((objective, "accuracy")) if name in trial.figures)
        found = "  ".join(f"{label(name)} {trial.figure(name):.3f}" for name in names)
        self.write(f"trial {done}/{self.total}  {what}: {found}  {clock(trial.seconds)}, {clock(left)} to go")


def clock(seconds: float) -> str:
    """1:05, 2:00:07"""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
