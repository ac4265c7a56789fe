"""A data set in pictures, as PNG bytes: what is missing, shares of cancer, ages, sizes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from training.exploration.drawing import COLOURS, panels, png
from training.exploration.facts import Facts
from training.exploration.summary import Field, Summary


def missing(found: Summary) -> bytes:
    figure, (axes,) = panels(1, 7, 0.8 + 0.26 * len(found.fields))
    names = [field.name for field in found.fields][::-1]
    shares = [100 * field.missing / found.images for field in found.fields][::-1]
    bars = axes.barh(names, shares, color=COLOURS[0])
    axes.bar_label(bars, [f"{share:.0f} %" for share in shares], fontsize=8, padding=2)
    axes.set(xlim=(0, 112), xlabel="images of which it is unknown, %")
    return png(figure)


def field(found: Summary, shown: Field) -> bytes:
    """Left: how many images of each value; right: the share of positives among them, with its interval."""
    known = [value for value in shown.values if value.share is not None]
    figure, axes = panels(2 if known else 1, 5.2, 3.2)
    names, counts = [value.value for value in shown.values], [value.images for value in shown.values]
    axes[0].bar(names, counts, color=COLOURS[4], label="all")
    axes[0].bar(names, [value.positive for value in shown.values], color=COLOURS[1], label="positive")
    axes[0].set(xlabel=shown.name, ylabel="images")
    axes[0].set_ylim(0, 1.25 * max(counts))  # room for the legend
    axes[0].legend(fontsize=8, frameon=False, ncols=2)
    _turned(axes[0], names)
    if known:
        _shares(axes[1], found, shown, known)
    return png(figure)


def _shares(axes: Any, found: Summary, shown: Field, known: Sequence[Any]) -> None:
    names = [value.value for value in known]
    at = np.array([value.share.value for value in known])
    low, high = (np.array([getattr(value.share, side) for value in known]) for side in ("low", "high"))
    errors = np.nan_to_num([np.clip(at - low, 0, 1), np.clip(high - at, 0, 1)])
    axes.errorbar(names, at, yerr=errors, fmt="o", capsize=3, color=COLOURS[0])
    axes.axhline(found.positive / found.judged, color=COLOURS[4], linestyle="--", linewidth=0.9, label="all images")
    axes.set_xlim(-0.6, len(names) - 0.4)
    axes.set(xlabel=shown.name, ylabel="share of positives", ylim=(0, max(0.05, min(1.02, np.nanmax(high) * 1.15))))
    axes.legend(fontsize=8, frameon=False)
    _turned(axes, names)


def _turned(axes: Any, names: Sequence[str]) -> None:
    if sum(map(len, names)) > 36:
        axes.tick_params(axis="x", labelrotation=45)


def ages(rows: Sequence[Facts]) -> bytes:
    figure, (axes,) = panels(1, 7, 3.2)
    bins = [float(year) for year in range(20, 101, 5)]
    for truth, colour, label in ((False, COLOURS[0], "negative"), (True, COLOURS[1], "positive")):
        known = [row.age for row in rows if row.age is not None and row.positive is truth]
        if known:
            weights = np.full(len(known), 100 / len(known))
            axes.hist(known, bins, weights=weights, histtype="step", linewidth=1.6, color=colour, label=label)
    axes.set(xlabel="age in years", ylabel="% of the class's images")
    axes.legend(fontsize=8, frameon=False)
    return png(figure)


def sizes(rows: Sequence[Facts]) -> bytes:
    """One circle a size, as large as it is common."""
    figure, (axes,) = panels(1, 4.6, 4.2)
    counts = Counter(row.size for row in rows if row.size)
    columns, lines = zip(*counts, strict=True)
    areas = [20 + 400 * count / max(counts.values()) for count in counts.values()]
    axes.scatter(columns, lines, areas, alpha=0.5, color=COLOURS[0], edgecolors="none")
    side = 1.15 * max(*columns, *lines)
    axes.plot([0, side], [0, side], color=COLOURS[4], linewidth=0.8, linestyle="--")
    axes.set(xlim=(0, side), ylim=(0, side), xlabel="columns", ylabel="rows")
    return png(figure)
