"""Prepared images on disk, named by what went in, so preparing is paid once."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.errors import PipelineError
from pipeline.geometry import Points, Transform
from pipeline.preprocess import Recipe, preprocess
from training.augment import ellipse
from training.datasets.base import Example

BAR = 40  # characters
Result = TypeVar("Result")


@dataclass(frozen=True, eq=False)
class PreparedExample:
    """An example with its prepared image, scaled down so that it is at most `longest` pixels high or wide."""

    example: Example
    pixels: NDArray[np.uint8]  # (rows, columns), chest wall on the left
    transform: Transform  # acquired <-> these pixels

    @property
    def outlines(self) -> tuple[Points, ...]:
        """Of its masses, in these pixels: the reader's, else an ellipse in the box."""
        masses = self.example.masses or ()
        acquired = [ellipse(mass.box) if mass.outline is None else mass.outline for mass in masses]
        return tuple(self.transform.points_to_prepared(points) for points in acquired)


def prepared(examples: list[Example], recipe: Recipe, longest: int, folder: Path) -> list[PreparedExample]:
    """All of them, in order; images in which no breast is found are left out and named on the console."""
    folder.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(2) as pool:
        prepare = partial(_prepared, recipe=recipe, longest=longest, folder=folder)
        found = list(_counted(pool.map(prepare, examples, chunksize=8), len(examples)))
    for example, result in zip(examples, found, strict=True):
        if result is None:
            print(f"left out: {example.dataset} {example.image_id}, no breast found")
    return [result for result in found if result is not None]


def _counted(results: Iterable[Result], total: int) -> Iterator[Result]:
    """The results as they come, with a line on the terminal that says how far they are; none in a log file."""
    for done, result in enumerate(results, start=1):
        if sys.stderr.isatty():
            bar = "#" * (BAR * done // total)
            end = "\n" if done == total else ""
            print(f"\rpreparing [{bar:<{BAR}}] {done}/{total}", end=end, file=sys.stderr, flush=True)
        yield result


def _prepared(example: Example, recipe: Recipe, longest: int, folder: Path) -> PreparedExample | None:
    data = example.path.read_bytes()
    key = sha256(data + json.dumps([asdict(recipe), longest], sort_keys=True).encode()).hexdigest()[:32]
    image, note = folder / f"{key}.png", folder / f"{key}.json"
    if not note.exists() and not _prepare_into(example, recipe, longest, image, note):
        return None
    pixels = cv2.imread(str(image), cv2.IMREAD_GRAYSCALE)
    return PreparedExample(example, np.asarray(pixels, np.uint8), Transform(**json.loads(note.read_text())))


def _prepare_into(example: Example, recipe: Recipe, longest: int, image: Path, note: Path) -> bool:
    try:
        result = preprocess(example.load(), recipe)
    except PipelineError:
        return False
    pixels = scaled_to(result.pixels, longest)
    scale_y, scale_x = (small / big for small, big in zip(pixels.shape, result.pixels.shape, strict=True))
    _, png = cv2.imencode(".png", pixels)
    _write_whole(image, png.tobytes())
    _write_whole(note, json.dumps(asdict(result.transform.resized(scale_x, scale_y))).encode())
    return True


def _write_whole(path: Path, content: bytes) -> None:
    """All of it or nothing, also when another training prepares the same image at the same moment."""
    with NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
    Path(file.name).replace(path)


def scaled_to(pixels: NDArray[np.uint8], longest: int) -> NDArray[np.uint8]:
    """Scaled down by area averaging so that no side is longer than `longest`; smaller images stay as they are."""
    scale = min(1.0, longest / max(pixels.shape))
    rows, columns = (max(1, round(side * scale)) for side in pixels.shape)
    return np.asarray(cv2.resize(pixels, (columns, rows), interpolation=cv2.INTER_AREA), np.uint8)
