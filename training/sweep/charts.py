"""The sweep in pictures: every step, all trials, the comparison, and what a threshold gives. PNG bytes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from models.masking import LEVELS
from training.exploration.drawing import COLOURS, band, matrix, panels, png
from training.metrics import Estimate
from training.sweep.comparison import Compared
from training.sweep.search import shown
from training.sweep.thresholds import SCREENING, Curves, Study
from training.sweep.values import Sweep, Taken, label

FIGURES = ("macro_f1", "accuracy", "macro_precision", "macro_recall")


def step(taken: Taken, objective: str) -> bytes:
    """Left: the figures of every value with their intervals; right: how each value's loss fell."""
    figure, (left, right) = panels(2, 5.2, 3.4)
    names = [objective, *(name for name in ("accuracy",) if name in taken.best.figures and name != objective)]
    words = [shown(value) for value, _ in taken.tried]
    for i, name in enumerate(names):
        found = [trial.figures.get(name) for _, trial in taken.tried]
        _points(left, np.arange(len(words)) + 0.12 * i, found, COLOURS[i], label(name))
    left.set_xticks(range(len(words)), words)
    left.axvspan(*_around(words.index(shown(taken.chosen))), color="#fff3c9", zorder=0)
    left.set(xlabel=f"{taken.step.title} (shaded: chosen)", ylabel="inner validation patients")
    left.legend(fontsize=8, frameon=False)
    for i, (value, trial) in enumerate(taken.tried):
        epochs = range(1, len(trial.losses) + 1)
        right.plot(epochs, trial.losses, marker=".", color=COLOURS[i % len(COLOURS)], label=shown(value))
    right.set(xlabel="epoch", ylabel="loss of the training")
    right.xaxis.set_major_locator(MaxNLocator(integer=True))
    right.legend(fontsize=8, frameon=False, title=taken.step.title, title_fontsize=8)
    return png(figure)


def course(found: Sweep) -> bytes:
    """Every trial in its order, and the best so far."""
    figure, (axes,) = panels(1, 10.4, 3.2)
    values = [trial.figures.get(found.objective) for trial in found.trials]
    _points(axes, np.arange(len(values)), values, COLOURS[0], "trial")
    best = np.maximum.accumulate([-np.inf if value is None else value.value for value in values])
    axes.plot(range(len(values)), best, drawstyle="steps-post", color=COLOURS[1], label="best so far")
    axes.set_xticks(range(len(values)), [str(i + 1) for i in range(len(values))])
    axes.set(xlabel="trial", ylabel=f"{label(found.objective)}, inner validation")
    axes.legend(fontsize=8, frameon=False)
    return png(figure)


def confusion(counts: Sequence[Sequence[int]], title: str) -> bytes:
    figure, (axes,) = panels(1, 3.4, 3.2)
    matrix(axes, counts, LEVELS, title)
    return png(figure)


def comparison(rows: Sequence[Compared]) -> bytes:
    """Figures of all networks on the held-out patients, and below them their confusion matrices."""
    figure, axes = panels(1 + len(rows), 3.1, 3.2, columns=len(rows))
    figure.delaxes(axes[-1])
    for left in axes[:-1]:
        figure.delaxes(left)
    bars = figure.add_subplot(2, 1, 1)
    for i, name in enumerate(FIGURES):
        at = np.arange(len(rows)) + 0.14 * (i - 1.5)
        _points(bars, at, [row.figures.get(name) for row in rows], COLOURS[i], label(name))
    bars.set_xticks(range(len(rows)), [row.name for row in rows])
    bars.set(ylabel="held-out patients", ylim=(0, 1.02))
    bars.legend(fontsize=8, frameon=False, ncols=4, loc="upper right")
    for i, row in enumerate(rows):
        matrix(figure.add_subplot(2, len(rows), len(rows) + i + 1), row.confusion, LEVELS, row.name)
    return png(figure)


def thresholds(study: Study) -> bytes:
    """What every cut gives, on those who chose it and on the held-out patients."""
    figure, axes = panels(2, 5.4, 3.8)
    sides: tuple[tuple[str, Curves], ...] = (("inner validation", study.inner), ("held-out", study.held_out))
    lines = ("sensitivity", "specificity", "ppv", "f1", "ppv_screening")
    labels = ("sensitivity", "specificity", "PPV, this set", "F1", f"PPV at {100 * SCREENING:g} % cancers")
    for at, (title, curves) in zip(axes, sides, strict=True):
        for name, words, colour in zip(lines, labels, COLOURS, strict=True):
            values = getattr(curves, name)
            low, high = band(values)
            at.fill_between(curves.thresholds, low, high, color=colour, alpha=0.15, linewidth=0)
            at.plot(curves.thresholds, values[0], color=colour, linewidth=1.4, label=words)
        for cut in study.cuts:
            at.axvline(cut.threshold, color="#555555", linewidth=0.8, linestyle=":")
        at.set(xlabel="cut (dotted: those of the table)", ylim=(0, 1.02), title=f"{title} patients")
        at.set_xlim(curves.thresholds.min(), max(curves.thresholds.max(), 0.51))
    axes[0].legend(fontsize=8, frameon=False)
    return png(figure)


def _points(axes: Any, x: Any, found: Sequence[Estimate | None], colour: str, label: str) -> None:
    known = [(place, figure) for place, figure in zip(x, found, strict=True) if figure is not None]
    places, values = [place for place, _ in known], [figure.value for _, figure in known]
    below = [max(0.0, figure.value - figure.low) for _, figure in known]
    above = [max(0.0, figure.high - figure.value) for _, figure in known]
    axes.errorbar(places, values, yerr=[below, above], fmt="o", markersize=4, capsize=2, color=colour, label=label)


def _around(place: int) -> tuple[float, float]:
    return place - 0.4, place + 0.5
