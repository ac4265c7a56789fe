"""`python -m training.pointing_game`: does the strongest place of a heatmap lie in the lesion, and does the map change
when the network has learnt nothing?

The pointing game (Zhang et al. 2016, arXiv:1608.00507): a hit is a maximum inside the truth. Masses are given to the
networks that judge one with their true box and outline, so that no other stage has a part in it. For the masking level
the truth is dense tissue, on phantoms that are said to be high. `chance` is the share of what the network saw that the
truth covers; `likeness` the mean rank correlation with the map of the same network with shuffled weights.
"""

from __future__ import annotations

import argparse
import dataclasses
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from models.weights import SHIPPED, cards, digest, write_card
from pipeline.errors import NoHeatmap
from pipeline.finding import Finding, Kind, MaskingLevel
from pipeline.geometry import Box, Points
from pipeline.heatmap import METHODS, on_canvas, question, relative
from pipeline.heatmap import cam as gradcam
from pipeline.heatmap import occluded as occlusion
from pipeline.mammogram import Mammogram
from pipeline.models import Models, load_models
from pipeline.preprocess import Prepared, preprocess
from training.datasets.base import data_root
from training.datasets.prepared import examples
from training.metrics import Estimate, bootstrap
from training.phantom import Phantom, draw_phantom
from training.phantom.density import glandular_share
from training.shuffled import shuffle_weights
from training.split import split

Mask = NDArray[np.bool_]
FIRST_SEED = 920_000  # apart from phantoms that anything was trained or tuned on
SIZE = (1664, 1280)
MODELS = ("pathology", "hybrid", "cancer", "masking")
MAKERS = {"gradcam": gradcam, "occlusion": occlusion}
LEVELS = list(MaskingLevel)


@dataclasses.dataclass(frozen=True, eq=False)
class Case:
    """An image with the masses that are malignant, or with dense tissue, as truth."""

    patient: str
    prepared: Prepared
    masses: tuple[Finding, ...]
    dense: Mask | None = None  # prepared frame


@dataclasses.dataclass(frozen=True)
class Shot:
    patient: str
    hit: bool
    chance: float
    likeness: float


def main(argv: Sequence[str] | None = None) -> int:
    found = argparse.ArgumentParser(prog="python -m training.pointing_game", description=__doc__)
    found.add_argument("--phantoms", type=int, default=30)
    found.add_argument("--data", type=Path, default=data_root(), help="folder that holds inbreast/")
    found.add_argument("--sets", nargs="+", choices=("phantoms", "inbreast"), default=("phantoms", "inbreast"))
    found.add_argument("--models", nargs="+", choices=MODELS, default=MODELS)
    options = found.parse_args(argv)
    models = load_models()
    print("| map | set | hits | 95 % interval | chance | likeness to shuffled | n |\n|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        shuffled = shuffled_models(Path(folder))
        for name in options.sets:
            cases = phantoms(options.phantoms, models) if name == "phantoms" else inbreast(options.data, models)
            report(name, shots(cases, options.models, models, shuffled))
    return 0


def shuffled_models(folder: Path) -> Models:
    """Those that ship, their weights in random order; the detector and the segmenter as they are."""
    for card in cards():
        source, out = SHIPPED / "weights" / card.file, folder / "weights" / card.file
        out.parent.mkdir(exist_ok=True)
        if card.task in MODELS:
            shuffle_weights(source, out)
        else:
            shutil.copy(source, out)
        write_card(dataclasses.replace(card, sha256=digest(out)), folder / "cards" / f"{card.name}.toml")
    return load_models(folder)


def phantoms(count: int, models: Models) -> Iterator[Case]:
    """Each with one malignant mass, densities in turn."""
    for seed in range(FIRST_SEED, FIRST_SEED + count):
        phantom = draw_phantom(seed, size=SIZE, masses=1, clusters=0, malignant=True, density="ABCD"[seed % 4])
        pixels = np.array(phantom.pixels / np.float32(phantom.white), np.float32)
        prepared = preprocess(Mammogram(pixels, spacing_mm=phantom.spacing_mm, grey_levels=4096), models.recipe)
        masses = tuple(mass_of(lesion.box, lesion.outline) for lesion in phantom.lesions)
        yield Case(str(seed), prepared, masses, dense_of(phantom, prepared))


def dense_of(phantom: Phantom, prepared: Prepared) -> Mask:
    share = cv2.GaussianBlur(np.nan_to_num(glandular_share(phantom)), (0, 0), 8)
    way, (rows, columns) = prepared.transform, prepared.pixels.shape
    turned = share[:, ::-1] if way.flipped else share
    return np.asarray(turned[round(way.top) :, round(way.left) :][:rows, :columns] >= 0.5)


def inbreast(data: Path, models: Models) -> Iterator[Case]:
    """Validation patients with a mass that BI-RADS 4 to 6 calls suspicious."""
    _, validation = split(examples(data, "inbreast"))
    for example in validation:
        suspicious = [mass for mass in example.masses or () if mass.malignant and mass.outline is not None]
        if suspicious:
            masses = tuple(mass_of(mass.box, mass.outline) for mass in suspicious if mass.outline is not None)
            yield Case(example.patient, preprocess(example.load(), models.recipe), masses)


def mass_of(box: Box, outline: Points) -> Finding:
    return Finding(Kind.MASS, box, 1.0, outline)


def shots(
    cases: Iterator[Case], names: Sequence[str], models: Models, shuffled: Models
) -> dict[tuple[str, str], list[Shot]]:
    fired: dict[tuple[str, str], list[Shot]] = defaultdict(list)
    for case in cases:
        for name in names:
            for method in METHODS:
                fired[name, method] += list(shots_at(case, name, method, models, shuffled))
    return fired


def shots_at(case: Case, name: str, method: str, models: Models, shuffled: Models) -> Iterator[Shot]:
    whole = name in ("cancer", "masking")
    for number in (None,) if whole else range(1, len(case.masses) + 1):
        try:
            map_, seen = map_of(case, name, method, models, number)
        except NoHeatmap:
            return
        truth = dense_truth(case, models, map_.shape) if name == "masking" else masses_truth(case, number, map_.shape)
        if truth is None or not (truth & seen).any():
            continue
        other = map_of(case, name, method, shuffled, number)[0] if method == "gradcam" else None
        yield Shot(case.patient, hits(map_, seen, truth), float(truth[seen].mean()), likeness(map_, other, seen))


def map_of(case: Case, name: str, method: str, models: Models, number: int | None) -> tuple[NDArray[np.float32], Mask]:
    asked = question(case.prepared, case.masses, models, name, number)
    spread, seen = on_canvas(MAKERS[method](asked), asked, case.prepared)
    return relative(spread, seen), seen


def masses_truth(case: Case, number: int | None, shape: tuple[int, ...]) -> Mask:
    chosen = case.masses if number is None else case.masses[number - 1 : number]
    scale = np.array(shape[::-1]) / np.array(case.prepared.pixels.shape[::-1])
    truth = np.zeros(shape, np.uint8)
    for mass in chosen:
        assert mass.outline is not None
        corners = case.prepared.transform.points_to_prepared(mass.outline) * scale - 0.5
        cv2.fillPoly(truth, [np.round(corners).astype(np.int32)], 1)
    return truth.astype(np.bool_)


def dense_truth(case: Case, models: Models, shape: tuple[int, ...]) -> Mask | None:
    """None unless the level said is high: only then do places speak for density."""
    asked = question(case.prepared, (), models, "masking", None)
    if case.dense is None or LEVELS[int(np.argmax(asked.network.logits(asked.picture)))] is not MaskingLevel.HIGH:
        return None
    return np.asarray(cv2.resize(case.dense.astype(np.uint8), shape[::-1]) > 0)


def hits(map_: NDArray[np.float32], seen: Mask, truth: Mask) -> bool:
    """A map without any place that stands out points nowhere."""
    return bool(map_.max() > 0 and truth[np.unravel_index(np.where(seen, map_, -1).argmax(), map_.shape)])


def likeness(map_: NDArray[np.float32], other: NDArray[np.float32] | None, seen: Mask) -> float:
    """nan where there is nothing to compare."""
    if other is None or not map_.max() > 0 or not other.max() > 0:
        return float("nan")
    return float(spearmanr(map_[seen], other[seen])[0])


def report(name: str, fired: dict[tuple[str, str], list[Shot]]) -> None:
    for (model, method), found in fired.items():
        if found:
            rate, chance = estimate(found, [shot.hit for shot in found]), np.mean([shot.chance for shot in found])
            alike = [shot.likeness for shot in found if np.isfinite(shot.likeness)]
            words = f"{np.mean(alike):.2f}" if alike else "–"
            print(
                f"| {model}, {method} | {name} | {rate.value:.2f} | {rate.low:.2f} to {rate.high:.2f} | {chance:.2f} | "
                f"{words} | {rate.n} |",
                flush=True,
            )


def estimate(found: Sequence[Shot], values: Sequence[bool]) -> Estimate:
    numbers = np.asarray(values, float)
    return bootstrap([shot.patient for shot in found], lambda rows: float(numbers[list(rows)].mean()))


if __name__ == "__main__":
    raise SystemExit(main())
