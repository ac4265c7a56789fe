"""`python -m training.pointing_game`: does the strongest place of a heatmap lie in the lesion, and does the map change
when the network has learnt nothing?

The pointing game (Zhang et al. 2016, arXiv:1608.00507): a hit is a maximum inside the truth. Masses are given to the
networks that judge one with their true box and outline, so that no other stage has a part in it; clusters likewise, and
a hit is a place no farther than 1 mm from a calcification. For the masking level
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
from pipeline.finding import Calcifications, Finding, Kind, MaskingLevel
from pipeline.geometry import Box, Points
from pipeline.heatmap import METHODS, OF_THE_IMAGE, on_canvas, question, relative
from pipeline.heatmap import cam as gradcam
from pipeline.heatmap import occluded as occlusion
from pipeline.mammogram import Mammogram
from pipeline.models import Models, load_models
from pipeline.preprocess import Prepared, preprocess
from training.datasets.base import data_root
from training.datasets.prepared import examples
from training.evaluation.analyses import Networks
from training.evaluation.patients import check_fold
from training.metrics import Estimate, bootstrap
from training.phantom import Density, Phantom, draw_phantom
from training.phantom.density import glandular_share
from training.phantom.values import Lesion
from training.split import split

Mask = NDArray[np.bool_]
FIRST_SEED = 920_000  # apart from phantoms that anything was trained or tuned on
SIZE = (1664, 1280)
DENSITIES = tuple(Density)
MODELS = ("pathology", "hybrid", "cancer", "masking", "microcalcification")
NEAR_SPOT_MM = 1.0
MAKERS = {"gradcam": gradcam, "occlusion": occlusion}
LEVELS = list(MaskingLevel)


@dataclasses.dataclass(frozen=True, eq=False)
class Case:
    """An image with the masses that are malignant, clusters, and dense tissue as truth."""

    patient: str
    mammogram: Mammogram
    prepared: Prepared
    findings: tuple[Finding, ...]
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
    found.add_argument(
        "--weights", type=Path, help="folder with cards/ and weights/, for inbreast such as left fold 0 out"
    )
    found.add_argument("--models", nargs="+", choices=MODELS, default=MODELS)
    found.add_argument("--methods", nargs="+", choices=METHODS, default=METHODS, help="occlusion takes its time")
    found.add_argument("--threads", type=int, default=2, help="of one network; 1 on a busy machine")
    options = found.parse_args(argv)
    if "inbreast" in options.sets:
        asked = set(options.models) - {"microcalcification"}  # of which phantoms alone are asked
        check_fold("inbreast", Networks(options.weights), 0, asked)
    models = load_models(options.weights, options.threads)
    print("| map | set | hits | 95 % interval | chance | likeness to shuffled | n |\n|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        shuffled = shuffled_models(Path(folder), options) if "gradcam" in options.methods else models
        for name in options.sets:
            cases = phantoms(options.phantoms, models) if name == "phantoms" else inbreast(options.data, models)
            report(name, shots(cases, options.models, options.methods, models, shuffled))
    return 0


def shuffled_models(folder: Path, options: argparse.Namespace) -> Models:
    """Those that are asked, their weights in random order; the detector and the segmenter as they are."""
    from training.shuffled import shuffle_weights  # brings TensorFlow with it

    for card in cards(options.weights):
        source, out = (options.weights or SHIPPED) / "weights" / card.file, folder / "weights" / card.file
        out.parent.mkdir(exist_ok=True)
        if card.task in MODELS:
            shuffle_weights(source, out)
        else:
            shutil.copy(source, out)
        write_card(dataclasses.replace(card, sha256=digest(out)), folder / "cards" / f"{card.name}.toml")
    return load_models(folder, options.threads)


def phantoms(count: int, models: Models) -> Iterator[Case]:
    """Each with one malignant mass, densities in turn."""
    for seed in range(FIRST_SEED, FIRST_SEED + count):
        phantom = draw_phantom(seed, size=SIZE, masses=1, clusters=1, malignant=True, density=DENSITIES[seed % 4])
        pixels = np.array(phantom.pixels / np.float32(phantom.white), np.float32)
        mammogram = Mammogram(pixels, spacing_mm=phantom.spacing_mm, grey_levels=4096)
        prepared = preprocess(mammogram, models.recipe)
        findings = tuple(map(finding_of, phantom.lesions))
        yield Case(str(seed), mammogram, prepared, findings, dense_of(phantom, prepared))


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
            mammogram = example.load()
            yield Case(example.patient, mammogram, preprocess(mammogram, models.recipe), masses)


def finding_of(lesion: Lesion) -> Finding:
    if lesion.spots is None:
        return mass_of(lesion.box, lesion.outline)
    spots = Calcifications(lesion.spots[:, :2], lesion.diameter_mm)
    return Finding(Kind.CALCIFICATION_CLUSTER, lesion.box, 1.0, lesion.outline, calcifications=spots)


def mass_of(box: Box, outline: Points) -> Finding:
    return Finding(Kind.MASS, box, 1.0, outline)


def shots(
    cases: Iterator[Case], names: Sequence[str], methods: Sequence[str], models: Models, shuffled: Models
) -> dict[tuple[str, str], list[Shot]]:
    fired: dict[tuple[str, str], list[Shot]] = defaultdict(list)
    for case in cases:
        for name in names:
            for method in methods:
                fired[name, method] += list(shots_at(case, name, method, models, shuffled))
    return fired


def shots_at(case: Case, name: str, method: str, models: Models, shuffled: Models) -> Iterator[Shot]:
    for number in numbers(case, name):
        try:
            map_, seen = map_of(case, name, method, models, number)
        except NoHeatmap:
            return
        truth = dense_truth(case, models, map_.shape) if name == "masking" else lesions_truth(case, number, map_.shape)
        if truth is None or not (truth & seen).any():
            continue
        other = map_of(case, name, method, shuffled, number)[0] if method == "gradcam" else None
        yield Shot(case.patient, hits(map_, seen, truth), float(truth[seen].mean()), likeness(map_, other, seen))


def numbers(case: Case, name: str) -> Sequence[int | None]:
    """Of the findings that the network judges; one None for those that judge the image."""
    if name in OF_THE_IMAGE:
        return [None]
    kind = Kind.CALCIFICATION_CLUSTER if name == "microcalcification" else Kind.MASS
    return [number for number, finding in enumerate(case.findings, 1) if finding.kind is kind]


def map_of(case: Case, name: str, method: str, models: Models, number: int | None) -> tuple[NDArray[np.float32], Mask]:
    asked = question(case.mammogram, case.prepared, case.findings, models, name, number)
    spread, seen = on_canvas(MAKERS[method](asked), asked, case.prepared)
    return relative(spread, seen), seen


def lesions_truth(case: Case, number: int | None, shape: tuple[int, ...]) -> Mask:
    """That finding; without a number every mass."""
    masses = tuple(finding for finding in case.findings if finding.kind is Kind.MASS)
    scale = np.array(shape[::-1]) / np.array(case.prepared.pixels.shape[::-1])
    truth = np.zeros(shape, np.uint8)
    for finding in masses if number is None else case.findings[number - 1 : number]:
        assert finding.outline is not None
        points = finding.outline if finding.calcifications is None else finding.calcifications.spots
        corners = np.round(case.prepared.transform.points_to_prepared(points) * scale - 0.5).astype(np.int32)
        if finding.calcifications is None:
            cv2.fillPoly(truth, [corners], 1)
        else:
            _draw_spots(truth, corners, case.prepared.spacing_mm, float(scale[0]))
    return truth.astype(np.bool_)


def _draw_spots(
    truth: NDArray[np.uint8], spots: NDArray[np.int32], spacing_mm: tuple[float, float] | None, scale: float
) -> None:
    assert spacing_mm is not None
    for x, y in spots:
        cv2.circle(truth, (int(x), int(y)), round(NEAR_SPOT_MM / spacing_mm[1] * scale), 1, cv2.FILLED)


def dense_truth(case: Case, models: Models, shape: tuple[int, ...]) -> Mask | None:
    """None unless the level said is high: only then do places speak for density."""
    asked = question(case.mammogram, case.prepared, (), models, "masking")
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
