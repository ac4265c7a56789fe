"""Plots of the report, as SVG text: a line for what was measured, a band for its 95 % interval."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from training.evaluation.values import Plot
from training.figures import Floats, Operating, binned, bins_for, equal_mass_bins

COLOURS = ("#0b5cad", "#b4530a", "#2a7d4f")  # told apart by every common colour vision, dark enough for print
DASHES = ("-", "--", ":")  # lines that lie on each other stay visible
STYLE: Any = {"font.size": 9, "font.family": "sans-serif", "svg.fonttype": "none", "svg.hashsalt": "mammoscope"}
SIZE = (4.4, 3.5)  # inches
RATES = np.linspace(0, 1, 51)


@dataclass(frozen=True, eq=False)
class Line:
    label: str
    x: Floats  # (P,)
    y: Floats  # (draws, P), the measured line first


def froc(lines: Sequence[Line], title: str) -> Plot:
    axes = _axes("false marks an image", "sensitivity")
    for line, colour, dashes in zip(lines, COLOURS, DASHES, strict=False):
        _draw(axes, line, colour, dashes)
    axes.set_xscale("log", base=2)
    axes.set_xticks([0.125, 0.25, 0.5, 1, 2, 4, 8], ["1/8", "1/4", "1/2", "1", "2", "4", "8"])
    axes.set_xlim(1 / 16, 8)
    axes.set_ylim(0, 1.02)
    axes.legend(loc="lower right", frameon=False)
    return _finished(axes, title)


def roc(curve: Operating, title: str) -> Plot:
    axes = _axes("1 - specificity", "sensitivity")
    axes.plot([0, 1], [0, 1], color="#999999", linewidth=0.8, linestyle="--")
    low, high = _band(curve.roc(RATES))
    axes.fill_between(RATES, low, high, step="post", color=COLOURS[0], alpha=0.18, linewidth=0)
    x = np.concatenate([[0], curve.false_positive_rate[0], [1]])
    axes.plot(x, np.concatenate([[0], curve.sensitivity[0], [1]]), color=COLOURS[0], linewidth=1.6)
    axes.set_xlim(-0.01, 1.01)
    axes.set_ylim(0, 1.02)
    return _finished(axes, title)


def precision_recall(curve: Operating, title: str) -> Plot:
    axes = _axes("sensitivity (recall)", "precision")
    share = float(curve.positives[0] / (curve.positives[0] + curve.negatives[0]))
    axes.axhline(share, color="#999999", linewidth=0.8, linestyle="--")
    recall, precision = (np.insert(part[0], 0, start) for part, start in ((curve.sensitivity, 0), (curve.precision, 1)))
    precision[0] = precision[1]
    axes.plot(recall, precision, color=COLOURS[0], linewidth=1.6, drawstyle="steps-pre")
    axes.set_xlim(0, 1.01)
    axes.set_ylim(0, 1.02)
    return _finished(axes, title)


def reliability(probabilities: Floats, truth: Floats, weights: Floats, title: str) -> Plot:
    """Bins of equal mass: mean probability against the share that was true, with its interval."""
    bins = equal_mass_bins(probabilities, bins_for(len(probabilities)))
    said, true, _ = binned(probabilities, truth, weights, bins)
    low, high = _band(true)
    axes = _axes("said probability, mean of a bin", "share that was true")
    axes.plot([0, 1], [0, 1], color="#999999", linewidth=0.8, linestyle="--")
    errors = np.clip([true[0] - low, high - true[0]], 0, 1)
    axes.errorbar(said[0], true[0], yerr=errors, color=COLOURS[0], marker="o", markersize=4, linewidth=1.2, capsize=2)
    axes.set_xlim(-0.01, 1.01)
    axes.set_ylim(-0.02, 1.02)
    return _finished(axes, title)


def _axes(x: str, y: str) -> Axes:
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=SIZE, layout="constrained")
        axes = figure.add_subplot()
        axes.set_xlabel(x)
        axes.set_ylabel(y)
        axes.grid(color="#dddddd", linewidth=0.6)
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
    return axes


def _draw(axes: Axes, line: Line, colour: str, dashes: str) -> None:
    low, high = _band(line.y)
    axes.fill_between(line.x, low, high, step="post", color=colour, alpha=0.15, linewidth=0)
    axes.plot(line.x, line.y[0], dashes, color=colour, linewidth=1.6, drawstyle="steps-post", label=line.label)


def _band(values: Floats) -> tuple[Floats, Floats]:
    """2.5th and 97.5th percentile of the draws; nan where no draw has a value."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # columns of nan are meant
        low, high = np.nanpercentile(values[1:], [2.5, 97.5], axis=0)
    return low, high


def _finished(axes: Axes, title: str) -> Plot:
    text = io.StringIO()
    with mpl.rc_context(STYLE):
        figure = axes.get_figure(root=True)
        if figure is None:
            raise ValueError("these axes belong to no figure")
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    return Plot(title, text.getvalue())
