"""`mammoscope train TASK --data ROOT --out DIR`: weights and their card, made anew or resumed."""

from __future__ import annotations

import argparse
from importlib import import_module
from pathlib import Path

import keras

from training.datasets.base import data_root
from training.run import Run

TASKS = ("detector", "segmenter", "pathology", "masking", "cancer")
SEED = 7


def main(argv: list[str]) -> int:
    """0 when the weights and their card were written. Run again with the same --out, it goes on where it stopped."""
    options = parser().parse_args(argv)
    run = Run(options.task, options.data, options.out, options.preset, options.held_out, options.epochs)
    run.out.mkdir(parents=True, exist_ok=True)
    keras.utils.set_random_seed(SEED)  # the networks' first weights; the batches have a seed of their own
    import_module(f"training.tasks.{options.task}").train(run)
    print(f"wrote {run.weight_file} and {run.out / 'cards' / f'{run.name}.toml'}")
    return 0


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(prog="mammoscope train", description=__doc__)
    found.add_argument("task", choices=TASKS)
    found.add_argument("--data", type=Path, default=data_root(), help="folder that holds the data sets")
    found.add_argument("--out", type=Path, default=Path("runs/train"), help="weights/, cards/ and the run go here")
    found.add_argument("--preset", choices=("compact", "paper"), default="compact")
    found.add_argument("--held-out", type=int, choices=range(5), default=0, help="fold of patients that validate")
    found.add_argument("--epochs", type=int, help="instead of the schedule's own")
    return found
