"""`mammoscope tune MODEL --data ROOT --out DIR`: settings tried in turn, never on held-out patients; resumable."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from training.datasets.base import data_root
from training.recipes import find, shipped
from training.recipes.read import RecipeError, entries_of
from training.split import FOLDS
from training.sweep import published, report, vgg16
from training.sweep.comparison import Files
from training.sweep.held_out import on_held_out
from training.sweep.plans import OBJECTIVES, default_plan, step_from
from training.sweep.search import Say, clock, sweep, trials_of
from training.sweep.settings import changed, has, with_sets, write
from training.sweep.told import Told
from training.sweep.trial import Trials
from training.sweep.values import Entries, Step, Sweep

ELSEWHERE = {"microcalcification": "training.microcalcification.tuning"}  # has a search of its own
PAPER = ("masking", "cancer")  # their sweep and study are of the published networks


def main(argv: list[str]) -> int:
    """0 when the report and the best recipe were written. Run again with the same --out, it goes on."""
    if argv and argv[0].partition("-")[0] in ELSEWHERE:
        return int(import_module(ELSEWHERE[argv[0].partition("-")[0]]).main(argv[1:]))
    options = parser().parse_args(argv)
    try:
        written = tune(options, argv)
    except (RecipeError, FileNotFoundError) as error:
        print(f"mammoscope tune: {error}", file=sys.stderr)
        return 1
    print(f"wrote {written} and {options.out / 'best.toml'}")
    return 0


def tune(options: argparse.Namespace, argv: Sequence[str]) -> Path:
    path, start = start_of(options)
    plan = tuple(map(step_from, options.step)) if options.step else default_plan(start)
    trials = Trials(options.data, options.out, options.held_out, tuple(dict.fromkeys(step.setting for step in plan)))
    files = files_of(options)
    command = shlex.join(["mammoscope", "tune", *argv])
    _claim(options.out, start, plan, options.held_out)
    say = Say(trials_of(start, plan))
    print(f"at most {say.total} trials, judged by fold {trials.inner}; fold {trials.held_out} is held out")
    objectives = (options.objective,) if options.objective else OBJECTIVES.get(start["task"], ())
    found = sweep(start, plan, trials, objectives, say)
    write_best(found, options.out, path.name)
    print(f"chosen after {clock(sum(trial.seconds for trial in found.trials))} of trials")
    held = {} if options.no_held_out else on_held_out(trials, start, found, files)
    sets = tuple(source["reader"] for source in start["data"]["sets"])
    told = Told(path.name, command, sets, (trials.held_out, trials.inner), found, **held)
    return report.write(told, options.out)


def start_of(options: argparse.Namespace) -> tuple[Path, dict[str, Any]]:
    """The recipe that the sweep starts from. Raises RecipeError."""
    preset = options.preset or ("paper" if options.model in PAPER else None)
    path = find(options.model, preset)
    start = entries_of(path)
    if options.sets:
        start = with_sets(start, options.sets)
    for setting, value in (("epochs", options.epochs), ("steps_per_epoch", options.steps_per_epoch)):
        if value is not None:
            table = "view.schedule" if has(start, "view") else "schedule"
            start = changed(start, f"{table}.{setting}", value)
    for words in options.set:
        step = step_from(words)
        start = changed(start, step.setting, step.values[0])
    return path, start


def _claim(out: Path, start: Entries, plan: Sequence[Step], held_out: int) -> None:
    """Keep the start beside the trials. Raises RecipeError where the folder holds patients another tuning held out."""
    kept = out / "start.toml"
    first = f"fold {held_out} of {FOLDS} is held out"
    if kept.is_file() and first not in kept.read_text(encoding="utf-8").splitlines()[0]:
        raise RecipeError(f"{kept} held out another fold: choose another --out, or delete its folder")
    write(start, kept, first, *(f"{step.setting}: {', '.join(map(str, step.values))}" for step in plan))


def write_best(found: Sweep, out: Path, started_from: str) -> Path:
    known = found.entries.get("name") or f"{found.entries['preset']}-{found.entries['task']}"
    figure = found.best.figures[found.objective]
    words = (
        f"Found by `mammoscope tune` from {started_from}: {found.objective} {figure} on inner validation patients.",
        "",
        "  mammoscope train best.toml --data ROOT --out DIR",
    )
    return write({**found.entries, "name": f"tuned-{known}"}, out / "best.toml", *words)


def files_of(options: argparse.Namespace) -> Files:
    """Weights of others: as named, else where they usually lie. Raises RecipeError where a named one is missing."""
    found = []
    for named, usual in ((options.vgg16, vgg16.FILE), (options.published, published.FILE)):
        if named is not None and not named.is_file():
            raise RecipeError(f"expected a file at {named}")
        path = named or options.data / usual
        found.append(path if path.is_file() else None)
    return Files(found[0], found[1], options.comparator == "vgg16", options.vgg16_views)


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(
        prog="mammoscope tune",
        description=__doc__,
        epilog=f"Recipes: {', '.join(shipped())}; microcalcification has a search and options of its own.",
    )
    found.add_argument("model", metavar="MODEL", help="masking, cancer, any recipe as `mammoscope train` takes it")
    found.add_argument("--data", type=Path, default=data_root(), help="folder that holds the data sets")
    found.add_argument("--out", type=Path, default=Path("runs/tune"), help="trials, charts, tuning.html, best.toml")
    found.add_argument("--preset", choices=("compact", "paper"), help="of the model that MODEL names")
    found.add_argument("--sets", nargs="+", metavar="READER", help="data sets to use instead of the recipe's")
    found.add_argument("--held-out", type=int, choices=range(FOLDS), default=0, help="fold that no trial sees")
    found.add_argument(
        "--step",
        action="append",
        default=[],
        metavar="SETTING=V,V",
        help="tried in this order instead of learning rate, optimiser, batch, epochs, layers",
    )
    found.add_argument("--set", action="append", default=[], metavar="SETTING=V", help="changed in the start")
    found.add_argument("--epochs", type=int, help="of the start")
    found.add_argument("--steps-per-epoch", type=int, help="of the start, for a small run")
    found.add_argument("--objective", metavar="FIGURE", help="the figure that chooses, of those a card has")
    found.add_argument("--no-held-out", action="store_true", help="leave the held-out patients alone at the end too")
    found.add_argument("--comparator", choices=("vgg16", "none"), default="vgg16", help="of masking")
    found.add_argument("--vgg16", type=Path, metavar="FILE", help=f"its ImageNet weights, else ROOT/{vgg16.FILE}")
    found.add_argument("--vgg16-views", type=int, metavar="N", help="it learns from so many training views at most")
    found.add_argument("--published", type=Path, metavar="FILE", help=f"of S-masking, else ROOT/{published.FILE}")
    return found
