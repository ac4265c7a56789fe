"""`mammoscope tune microcalcification --data ROOT --out DIR --fraction 0.25`: the published search of the hypermodel.

Bayesian search (Keras Tuner) over dim, depth and dropout on a share of the space, as S-calc did; unlike there, the
patches that choose are of other cases than those that train. Run again with the same --out, it goes on where it was.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from models.microcalcification import Hyper, build_microcalcification
from training.datasets.base import data_root
from training.fit import fit
from training.microcalcification.data import Patch, patches
from training.microcalcification.draws import Shares, batches
from training.microcalcification.losses import LOSSES
from training.recipes import find
from training.recipes.values import Schedule
from training.run import recipe_toml
from training.split import FOLDS
from training.tasks.microcalcification import MicrocalcificationRecipe
from training.train import read

SPACE: dict[str, tuple[float, ...]] = {"dim": (15, 20, 25), "depth": (1, 3, 5), "dropout": (0.0, 0.05, 0.1)}
SIZE = 27  # points of the space
PATCHES_ALONE = Shares(patches=32, spots=0, look_alikes=0, tissue=0, drawn=0)  # as published
COLUMNS = ("dim", "depth", "dropout", "auc", "parameters")


@dataclass(frozen=True)
class Search:
    """What one call of the command asks for."""

    data: Path
    out: Path
    fraction: float = 0.25  # of the 27 points
    held_out: int = 0  # fold of cases that chooses
    epochs: int | None = None  # instead of the recipe's
    seed: int = 7

    @property
    def trials(self) -> int:
        return max(1, min(SIZE, round(self.fraction * SIZE)))


def main(argv: list[str]) -> int:
    """0 when the table (search.csv) and the best recipe (best.toml) were written."""
    options = parser().parse_args(argv)
    if not 0 < options.fraction <= 1:
        parser().error("--fraction is a share of the space: more than 0, at most 1")
    rows = searched(Search(**vars(options)))
    print("\n".join(table(rows)))
    print(f"wrote {options.out / 'search.csv'} and {options.out / 'best.toml'}")
    return 0


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(prog="mammoscope tune microcalcification", description=__doc__)
    found.add_argument("--data", type=Path, default=data_root(), help="folder that holds the data sets")
    found.add_argument("--out", type=Path, default=Path("runs/tune-microcalcification"), help="the search goes here")
    found.add_argument("--fraction", type=float, default=0.25, help="share of the 27 points that is tried")
    found.add_argument("--held-out", type=int, choices=range(FOLDS), default=0, help="fold of cases that chooses")
    found.add_argument("--epochs", type=int, help="of each trial, instead of the recipe's")
    found.add_argument("--seed", type=int, default=7)
    return found


def searched(search: Search) -> list[dict[str, float]]:
    """The points that were tried, best first; writes the table and the best recipe."""
    recipe = read(find("microcalcification-paper", None)).shortened(search.epochs, None)
    assert isinstance(recipe, MicrocalcificationRecipe)
    known = [patch for patch in patches(search.data) if patch.fold >= 0]
    tuner = tuner_of(search, recipe.expert.schedule, known)
    tuner.search()
    trials = [trial for trial in tuner.oracle.trials.values() if trial.score is not None]
    rows = sorted((_row(trial) for trial in trials), key=lambda row: -row["auc"])
    _write(search.out / "search.csv", rows)
    expert = replace(recipe.expert, hyper=hyper_of(rows[0]))
    best_recipe = replace(recipe, expert=expert, name="microcalcification-tuned")
    (search.out / "best.toml").write_text(recipe_toml(best_recipe), encoding="utf-8")
    return rows


def tuner_of(search: Search, schedule: Schedule, known: Sequence[Patch]) -> Any:
    """Keras Tuner, which keeps its trials below --out and goes on with them."""
    import keras_tuner

    class Tuner(keras_tuner.BayesianOptimization):
        def run_trial(self, trial: Any, *args: Any, **kwargs: Any) -> dict[str, float]:
            values = trial.hyperparameters.values
            return tried(hyper_of(values), search, schedule, known)

    points = keras_tuner.HyperParameters()
    for name, choices in SPACE.items():
        points.Choice(name, list(choices))
    return Tuner(
        hyperparameters=points,
        objective=keras_tuner.Objective("auc", "max"),
        max_trials=search.trials,
        seed=search.seed,
        directory=str(search.out),
        project_name="trials",
        overwrite=False,
    )


def hyper_of(values: Mapping[str, Any]) -> Hyper:
    return Hyper(int(values["dim"]), int(values["depth"]), float(values["dropout"]))


def tried(hyper: Hyper, search: Search, schedule: Schedule, known: Sequence[Patch]) -> dict[str, float]:
    """One point: trained on the other folds' cases, judged on the held-out one's."""
    import keras

    keras.utils.set_random_seed(search.seed)
    model = build_microcalcification("paper", **asdict(hyper))
    learnt = [patch for patch in known if patch.fold != search.held_out]
    draw = batches(learnt, (), 1, PATCHES_ALONE)
    with tempfile.TemporaryDirectory() as folder:
        fit(model, draw, LOSSES, schedule.for_images(len(learnt), PATCHES_ALONE.patches), Path(folder), search.seed)
    held_out = [patch for patch in known if patch.fold == search.held_out]
    pixels = np.stack([patch.pixels for patch in held_out])[..., None].astype(np.float32) / np.float32(255)
    logits = keras.ops.convert_to_numpy(model(pixels, training=False)["calcified"])[:, 0]
    auc = roc_auc_score([patch.calcified for patch in held_out], logits)
    return {"auc": float(auc), "parameters": float(model.count_params())}


def _row(trial: Any) -> dict[str, float]:
    values = trial.hyperparameters.values
    parameters = trial.metrics.get_best_value("parameters")
    return {**{name: float(values[name]) for name in SPACE}, "auc": float(trial.score), "parameters": float(parameters)}


def _write(path: Path, rows: Sequence[dict[str, float]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)


def table(rows: Sequence[dict[str, float]]) -> list[str]:
    lines = [
        f"| {row['dim']:.0f} | {row['depth']:.0f} | {row['dropout']:g} | {row['parameters']:.0f} | {row['auc']:.4f} |"
        for row in rows
    ]
    return ["| dim | depth | dropout | parameters | AUC of the held-out cases |", "|---|---|---|---|---|", *lines]
