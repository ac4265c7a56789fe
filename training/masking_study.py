"""`python -m training.masking_study`: does the masking map tell where a mass is missed, and where tissue is dense?

On phantoms, where both are known: masses of another kind than the map's own (training.phantom: ragged, mottled, 7 to
11 mm) are drawn into the image before anything else happens to it, and the whole way runs with them. On INbreast: does
the mean of the map rise with the density that radiologists gave? Validation patients alone.
"""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr
from sklearn.metrics import roc_auc_score

from pipeline.detect import detect
from pipeline.geometry import Box
from pipeline.mammogram import Mammogram
from pipeline.masking_map import OPERATING_POINT, masking_map
from pipeline.models import Models, load_models
from pipeline.preprocess import preprocess
from training.datasets.base import data_root
from training.datasets.prepared import examples
from training.evaluation.analyses import Networks
from training.evaluation.patients import check_fold
from training.metrics import Estimate, bootstrap
from training.phantom import Phantom, draw_phantom
from training.phantom.canvas import Canvas
from training.phantom.density import glandular_share
from training.phantom.lesions import MassPlan
from training.phantom.masses import add_mass
from training.phantom.values import Density, Margin
from training.split import split

Floats = NDArray[np.float64]
FIRST_SEED = 910_000  # apart from phantoms that anything was trained or tuned on
SIZE = (1664, 1280)
DENSITIES = tuple(Density)
CONTRASTS = (0.08, 0.24)  # brightness added, of the phantom's white
DIAMETERS_MM = (7.0, 11.0)
MARGINS = (Margin.INDISTINCT, Margin.SMOOTH, Margin.LOBULATED)
APART_MM = 36.0
COPIES, EACH = 3, 5  # images drawn of one phantom, masses in each
DENSE = 0.5  # glandular share from which a place counts as dense


@dataclasses.dataclass(frozen=True, eq=False)
class Probe:
    """One mass that was drawn: did the detector miss it, and what did the maps say there without it?"""

    phantom: str
    missed: bool
    dense: bool
    said: float  # the masking map
    bright: float  # local brightness, the simplest map there is


def main(argv: Sequence[str] | None = None) -> int:
    found = argparse.ArgumentParser(prog="python -m training.masking_study", description=__doc__)
    found.add_argument("--phantoms", type=int, default=32)
    found.add_argument("--first-seed", type=int, default=FIRST_SEED)
    found.add_argument("--data", type=Path, default=data_root(), help="folder that holds inbreast/")
    found.add_argument("--views", type=int, default=4, help="of each INbreast patient, at most; 0 leaves them out")
    found.add_argument(
        "--weights", type=Path, help="folder with cards/ and weights/ that left fold 0 out; the shipped if not named"
    )
    found.add_argument("--threads", type=int, default=2, help="of one network; 1 on a busy machine")
    options = found.parse_args(argv)
    if options.views:
        check_fold("inbreast", Networks(options.weights), 0, ("detector",))
    models = load_models(options.weights, options.threads)
    print("| figure | value | 95 % interval | n |\n|---|---|---|---|")
    if options.phantoms:
        on_phantoms(options.phantoms, options.first_seed, models)
    if options.views:
        on_inbreast(options.data, options.views, models)
    return 0


def on_phantoms(count: int, first_seed: int, models: Models) -> None:
    probes: list[Probe] = []
    means, densities = [], []
    for seed in range(first_seed, first_seed + count):
        phantom = draw_phantom(
            seed, size=SIZE, laterality="L", masses=0, clusters=0, density=DENSITIES[seed % 4], burnt_in=False
        )
        map_ = map_of(image_of(phantom), models)
        probes += probes_of(phantom, map_, models)
        means.append(float(map_[phantom.breast].mean()))
        densities.append(phantom.percent_density)
    names = [probe.phantom for probe in probes]
    for what, truth in (("missed", [p.missed for p in probes]), ("in dense tissue", [p.dense for p in probes])):
        say(f"phantoms: AUC of the map for masses {what}", auc(names, truth, [p.said for p in probes]))
        say(f"phantoms: AUC of local brightness for masses {what}", auc(names, truth, [p.bright for p in probes]))
    say("phantoms: rank correlation of the mean map with percent density", spearman(densities, means))
    for letter in range(4):
        chosen = [mean for i, mean in enumerate(means) if (first_seed + i) % 4 == letter]
        say(f"phantoms: mean map, density {'ABCD'[letter]}", mean_of(chosen))


def probes_of(phantom: Phantom, map_: NDArray[np.float32], models: Models) -> list[Probe]:
    glandular, canvas = glandular_share(phantom), Canvas.of_size(SIZE)
    rng, spacing = np.random.default_rng([phantom.seed, 1]), canvas.spacing_mm
    probes = []
    for _ in range(COPIES):
        pixels = image_of(phantom).pixels.copy()
        bare = pixels.copy()
        places = places_for(glandular, spacing, rng)
        lesions = [add_mass(pixels, plan(rng), np.array(at) * spacing, canvas, rng) for at in places]
        prepared = preprocess(mammogram(np.clip(pixels, 0, 1), spacing), models.recipe)
        marks = detect(prepared, models.detector, OPERATING_POINT)
        for (x, y), lesion in zip(places, lesions, strict=True):
            around = np.s_[int(y - 30) : int(y + 30), int(max(x - 30, 0)) : int(x + 30)]
            probes.append(
                Probe(
                    str(phantom.seed),
                    not any(holds_middle(mark.box, lesion.box) for mark in marks),
                    float(np.nanmean(glandular[around])) >= DENSE,
                    float(map_[int(y), int(x)]),
                    float(bare[around].mean()),
                )
            )
    return probes


def places_for(glandular: NDArray[np.float32], spacing: float, rng: np.random.Generator) -> list[tuple[float, float]]:
    """EACH places x, y in pixels, or fewer, in the breast and APART_MM from each other."""
    inside = np.isfinite(glandular)
    reach = int(9.0 / spacing)
    inside[: 3 * reach], inside[-3 * reach :], inside[:, :reach] = False, False, False
    rows, columns = np.nonzero(inside & np.roll(inside, -reach, axis=1) & np.roll(inside, reach, axis=0))
    chosen: list[tuple[float, float]] = []
    for i in rng.permutation(len(rows))[:200]:
        at = float(columns[i]), float(rows[i])
        if all(np.hypot(at[0] - x, at[1] - y) * spacing >= APART_MM for x, y in chosen) and len(chosen) < EACH:
            chosen.append(at)
    return chosen


def plan(rng: np.random.Generator) -> MassPlan:
    margin = MARGINS[int(rng.integers(len(MARGINS)))]
    return MassPlan(float(rng.uniform(*DIAMETERS_MM)), False, margin, float(rng.uniform(*CONTRASTS)))


def holds_middle(mark: Box, mass: Box) -> bool:
    """The middle of the mark lies on the mass."""
    x, y = mark.center
    return mass.x <= x < mass.right and mass.y <= y < mass.bottom


def on_inbreast(data: Path, most: int, models: Models) -> None:
    """The mean over the breast against density A, B, C and D as 0 to 3, by patient, of whom `most` views are asked."""
    _, validation = split(examples(data, "inbreast"))
    densities = density_of(data / "inbreast" / "inbreast.csv")
    rows: list[tuple[str, int, float]] = []
    for example in [e for e in validation if e.image_id in densities]:
        if [patient for patient, _, _ in rows].count(example.patient) == most:
            continue
        image = example.load()
        prepared = preprocess(image, models.recipe)
        map_ = masking_map(image, prepared, models.recipe, models.detector)
        rows.append((example.patient, densities[example.image_id], float(map_[map_ > 0].mean())))
    patients = sorted({patient for patient, _, _ in rows})
    by_patient = [
        (np.mean([d for p, d, _ in rows if p == q]), np.mean([m for p, _, m in rows if p == q])) for q in patients
    ]
    say(
        "INbreast, validation patients: rank correlation with density",
        spearman([float(d) for d, _ in by_patient], [float(m) for _, m in by_patient]),
    )
    for level in range(4):
        chosen = [(patient, mean) for patient, density, mean in rows if density == level]
        if chosen:
            say(f"INbreast: mean map, density {'ABCD'[level]}", mean_of([m for _, m in chosen], [p for p, _ in chosen]))


def density_of(table: Path) -> dict[str, int]:
    from training.datasets.prepared import rows

    return {row["image_id"]: int(float(row["density"])) - 1 for row in rows(table) if row["density"]}


def map_of(image: Mammogram, models: Models) -> NDArray[np.float32]:
    return masking_map(image, preprocess(image, models.recipe), models.recipe, models.detector)


def image_of(phantom: Phantom) -> Mammogram:
    return mammogram(np.asarray(phantom.pixels / np.float32(phantom.white), np.float32), phantom.spacing_mm[0])


def mammogram(pixels: NDArray[np.float32], spacing_mm: float) -> Mammogram:
    return Mammogram(np.array(pixels, np.float32), spacing_mm=(spacing_mm, spacing_mm), grey_levels=4096)


def auc(units: Sequence[str], truth: Sequence[bool], scores: Sequence[float]) -> Estimate:
    labels, values = np.asarray(truth), np.asarray(scores)

    def figure(rows: Sequence[int]) -> float:
        chosen = labels[list(rows)]
        both = chosen.any() and not chosen.all()
        return float(roc_auc_score(chosen, values[list(rows)])) if both else float("nan")

    return bootstrap(units, figure)


def spearman(first: Sequence[float], second: Sequence[float]) -> Estimate:
    one, other = np.asarray(first), np.asarray(second)

    def figure(rows: Sequence[int]) -> float:
        chosen = list(rows)
        flat = np.ptp(one[chosen]) == 0 or np.ptp(other[chosen]) == 0
        return float("nan") if flat else float(spearmanr(one[chosen], other[chosen])[0])

    return over_units(len(one), figure)


def mean_of(values: Sequence[float], units: Sequence[str] | None = None) -> Estimate:
    numbers = np.asarray(values)
    figure: Callable[[Sequence[int]], float] = lambda rows: float(numbers[list(rows)].mean())  # noqa: E731
    return bootstrap(units, figure) if units else over_units(len(numbers), figure)


def over_units(count: int, figure: Callable[[Sequence[int]], float]) -> Estimate:
    return bootstrap([str(i) for i in range(count)], figure)


def say(what: str, figure: Estimate) -> None:
    print(f"| {what} | {figure.value:.3f} | {figure.low:.3f} to {figure.high:.3f} | {figure.n} |", flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
