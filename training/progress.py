"""What a training says while it runs: a line an epoch, log.csv, TensorBoard's events and the curves as a picture."""

from __future__ import annotations

import csv
import math
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

Row = dict[str, float]
EVENTS = "tensorboard"


class Log:
    """The epochs of one run in `folder`; a resumed run's log goes on where the run does."""

    def __init__(self, folder: Path, epochs: int, say: Callable[[str], None] = print) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.epochs, self._say = folder, epochs, say
        self.rows = _rows(folder / "log.csv")
        self._writer: Any = None
        self._started, self._done_here = time.monotonic(), 0

    def go_on_at(self, epoch: int) -> None:
        """Epochs from `epoch` on (counted from 0) will be done again: a run may die between its log and its state."""
        self.rows = self.rows[:epoch]
        if 0 < epoch < self.epochs:
            self._say(f"going on after epoch {epoch} of {self.epochs}")
        self._started = time.monotonic()

    def add(self, values: Mapping[str, float], images: int, seconds: float) -> None:
        """The next epoch, which showed `images` in `seconds`."""
        self._done_here += 1
        self.rows.append({"epoch": float(len(self.rows) + 1), **values, "images_per_second": images / seconds})
        self._say(self._line(values))
        _write_csv(self.folder / "log.csv", self.rows)
        self._write_events(self.rows[-1])
        if len(self.rows) == self.epochs or seconds > 10:  # a picture takes a moment
            draw_curves(self.rows, self.folder / "curves.png")

    def _line(self, values: Mapping[str, float]) -> str:
        took = time.monotonic() - self._started
        left = took / self._done_here * (self.epochs - len(self.rows))
        said = "  ".join(f"{name} {value:.4g}" for name, value in values.items())
        speed = f"{self.rows[-1]['images_per_second']:.3g} images/s"
        return f"epoch {len(self.rows)}/{self.epochs}  {said}  {speed}  {_clock(took)} gone, {_clock(left)} to go"

    def _write_events(self, row: Row) -> None:
        """For TensorBoard, where TensorFlow is there to write them."""
        try:
            import tensorflow as tf
        except ModuleNotFoundError:  # another backend, installed alone
            return
        if self._writer is None:
            self._writer = tf.summary.create_file_writer(str(self.folder / EVENTS))
        scalar = tf.compat.v1.SummaryMetadata(plugin_data={"plugin_name": "scalars"}, data_class="DATA_CLASS_SCALAR")
        with self._writer.as_default(step=int(row["epoch"])):
            for name, value in row.items():
                if name != "epoch":  # as tf.summary.scalar, which would want TensorBoard installed to write for it
                    tf.summary.write(name, tf.constant(value), metadata=scalar)
        self._writer.flush()


def draw_curves(rows: list[Row], path: Path) -> None:
    """One small plot over the epochs for every column, stacked in one PNG."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    names = [name for name in _columns(rows) if name not in ("epoch", "images_per_second")]
    figure = Figure(figsize=(7, 2.2 * len(names)), layout="constrained")
    FigureCanvasAgg(figure)
    epochs = [row["epoch"] for row in rows]
    for i, name in enumerate(names):
        axes = figure.add_subplot(len(names), 1, i + 1)
        axes.plot(epochs, [row.get(name, math.nan) for row in rows], marker=".")
        axes.set(ylabel=name.replace("_", " "), xlabel="epoch" if i == len(names) - 1 else "")
        axes.grid(alpha=0.3)
    figure.savefig(path, dpi=100)


def _columns(rows: list[Row]) -> list[str]:
    """Of all rows: a run that goes on may have got or lost its choosing patients meanwhile."""
    return list(dict.fromkeys(name for row in rows for name in row))


def _rows(path: Path) -> list[Row]:
    if not path.is_file():
        return []
    with path.open(newline="") as lines:
        return [{name: float(value) for name, value in row.items() if value} for row in csv.DictReader(lines)]


def _write_csv(path: Path, rows: list[Row]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, _columns(rows))
        writer.writeheader()
        writer.writerows(rows)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
