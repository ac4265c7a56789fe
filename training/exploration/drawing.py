"""What all charts of trainings and data sets share. Agg draws them, no screen is needed."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from training.draws import Floats

COLOURS = ("#0b5cad", "#b4530a", "#2a7d4f", "#7a4fa3", "#8a8a8a")  # told apart by every common colour vision


def panels(count: int, width: float, height: float, columns: int | None = None) -> tuple[Any, list[Axes]]:
    """A figure with `count` axes, each so many inches wide and high."""
    across = columns or count
    down = -(-count // across)
    figure = Figure(figsize=(width * across, height * down), layout="constrained")
    FigureCanvasAgg(figure)
    return figure, [_axes(figure.add_subplot(down, across, i + 1)) for i in range(count)]


def _axes(axes: Any) -> Any:
    axes.grid(color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=8)
    return axes


def band(values: Floats) -> tuple[Floats, Floats]:
    """2.5th and 97.5th percentile of the draws, `values` (1 + draws, P) holding the figure itself first.

    nan where no draw has a value: nobody was called, so there is no predictive value.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        low, high = np.nanpercentile(values[1:], [2.5, 97.5], axis=0)
    return low, high


def png(figure: Any) -> bytes:
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=110, metadata={"Software": None})
    return file.getvalue()


def matrix(axes: Any, counts: Sequence[Sequence[int]], names: Sequence[str], title: str) -> None:
    """A confusion matrix: rows are the truth, shaded by their share of the row."""
    shares = [[cell / max(sum(row), 1) for cell in row] for row in counts]
    axes.grid(visible=False)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for i, row in enumerate(counts):
        for j, cell in enumerate(row):
            axes.text(j, i, str(cell), ha="center", va="center", color="white" if shares[i][j] > 0.55 else "black")
    axes.set_xticks(range(len(names)), names)
    axes.set_yticks(range(len(names)), names)
    axes.set_xlabel("said", fontsize=8)
    axes.set_ylabel("truth", fontsize=8)
    axes.set_title(title, fontsize=9)
