"""Six women a fold, drawn: each with one view of a breast that is fatty, mixed or dense, with or without cancer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.training.test_datasets import rsna_row, table
from training.datasets.base import Example
from training.datasets.prepared import rsna_subset
from training.phantom import draw_phantom, write_png
from training.split import FOLDS, fold_of

DENSITIES = ("A", "B", "D")
A_FOLD = 6
WORDS = ["masking", "--sets", "rsna_subset", "--epochs", "1", "--steps-per-epoch", "2", "--comparator", "none"]
STEPS = ["--step", "view.schedule.learning_rate=1e-3,1e-4", "--step", "view.batch=8,32", "--step", "widths=[2],[16]"]


def women() -> list[str]:
    """`A_FOLD` of every fold."""
    names = [f"woman {i}" for i in range(200)]
    return [name for fold in range(FOLDS) for name in [n for n in names if fold_of("rsna_subset", n) == fold][:A_FOLD]]


def draw(root: Path) -> Path:
    """A folder as --data takes it."""
    folder = root / "rsna_subset"
    (folder / "images").mkdir(parents=True)
    rows: list[dict[str, Any]] = []
    for i, woman in enumerate(women()):
        density = DENSITIES[i % 3]
        write_png(draw_phantom(i, size=(208, 160), view="CC", density=density, masses=0), image(folder, i), bits=8)  # type: ignore[arg-type]
        rows.append(rsna_row(str(i), woman, view="CC", density=density, cancer=str(i // 3 % 2)))
    table(folder / "rsna_subset.csv", *rows)
    return root


def image(folder: Path, number: int) -> Path:
    return folder / "images" / f"{number}.png"


@dataclass(frozen=True, eq=False)
class Counted(Example):
    """Writes down whose image is looked at, whatever process looks."""

    def load(self) -> Any:
        with (self.path.parent.parent / "looked-at.txt").open("a") as log:
            log.write(f"{self.patient}\n")
        return super().load()


def counting(root: Path) -> Any:
    return (Counted(**vars(example)) for example in rsna_subset(root))


def looked_at(root: Path) -> set[str]:
    return set((root / "rsna_subset" / "looked-at.txt").read_text().splitlines())
