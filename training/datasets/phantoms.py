"""Mammograms we drew, as a data set: their masses are known exactly. Seeds from 100000 on are for training only."""

from __future__ import annotations

from pathlib import Path

from pipeline.finding import Kind
from training.datasets.base import Example, MassTruth
from training.phantom import draw_phantom, write_png

FIRST_SEED = 100_000


def phantoms(folder: Path, count: int, size: tuple[int, int] = (1024, 788)) -> list[Example]:
    """`count` phantoms, drawn into `folder` as 16-bit PNG where they are not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    return [_example(folder, FIRST_SEED + i, size) for i in range(count)]


def _example(folder: Path, seed: int, size: tuple[int, int]) -> Example:
    phantom = draw_phantom(seed, size=size)
    path = folder / f"{seed}-{size[0]}x{size[1]}.png"
    if not path.exists():
        write_png(phantom, path)
    masses = [lesion for lesion in phantom.lesions if lesion.kind is Kind.MASS]
    return Example(
        dataset="phantoms",
        image_id=str(seed),
        patient=str(seed),
        path=path,
        masses=tuple(MassTruth(lesion.box, lesion.outline, lesion.malignant) for lesion in masses),
        spacing_mm=phantom.spacing_mm,
    )
