"""Outlines of masses: INbreast's own contours, and phantoms, whose outlines are exact."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.export import export_model
from models.segmenter import build_segmenter
from pipeline.crop import crop_around
from pipeline.geometry import Box
from pipeline.models import UNetSegmenter
from pipeline.segment import filled, outline_of
from training.datasets.base import Example
from training.datasets.phantoms import phantoms
from training.datasets.prepared import examples
from training.fit import Schedule, fit
from training.losses import soft_iou_and_cross_entropy
from training.metrics import Estimate, bootstrap
from training.regions import Mass, masses_of, outlines
from training.run import Run, Verdict, opened, write_verdict
from training.split import split

SCHEDULE = Schedule(epochs=10, steps_per_epoch=50, learning_rate=1e-3)
SHARES = (6, 2)  # of a batch: INbreast, phantoms
LONGEST = 2048
PHANTOMS = 100
LIMITS = (
    "87 contoured masses of one hospital are all there is; spiculated margins are outlined as the radiologist drew "
    "them, without their spicules.",
    "Judged on squares around the true mass; after the detector the square is less well placed.",
)


def train(run: Run) -> None:
    training, validation = split(examples(run.data, "inbreast"), run.held_out)
    drawn = phantoms(run.out / "phantoms", PHANTOMS, size=(2048, 1576))
    real = _masses(run, training)
    model = build_segmenter(run.preset)  # type: ignore[arg-type]
    side = model.input_shape[1]
    schedule = SCHEDULE if run.epochs is None else Schedule(run.epochs, 50, SCHEDULE.learning_rate)
    draw = outlines((real, _masses(run, drawn)), SHARES, side)
    fit(model, draw, soft_iou_and_cross_entropy, schedule, run.out / run.name)
    export_model(model, run.weight_file)
    write_verdict(run, judge(run, _masses(run, validation), side, len(real)))


def _masses(run: Run, found: list[Example]) -> list[Mass]:
    return [mass for item in run.prepared([e for e in found if e.masses], LONGEST) for mass in masses_of(item)]


def judge(run: Run, masses: list[Mass], side: int, trained_on: int) -> Verdict:
    input = {"names": ["crop"], "side": side}
    network = UNetSegmenter(*opened(run, input))
    overlaps = [intersection_over_union(mass, network) for mass in masses]
    ious, dices = np.array(overlaps), np.array([2 * iou / (1 + iou) for iou in overlaps])
    patients = [mass.patient for mass in masses]
    return Verdict(
        architecture="U-Net 16-256 with a 4-layer vision transformer added at the bottleneck (after TransUNet, "
        "Chen et al. 2021)",
        input=input,
        data=f"{trained_on} masses of INbreast and those of {PHANTOMS} phantoms; {len(masses)} masses validate",
        datasets=("inbreast",),
        metrics={"iou_roi": _mean(patients, ious), "dice_roi": _mean(patients, dices)},
        limits=LIMITS,
        seed=SCHEDULE.seed,
    )


def intersection_over_union(mass: Mass, network: UNetSegmenter) -> float:
    """Of the served outline with the reader's, in the network's square around the true mass."""
    crop = crop_around(mass.pixels, Box.around(mass.outline), network.side)
    outline = outline_of(network(crop.pixels))
    truth = filled(mass.outline, crop)
    said = np.zeros_like(truth) if outline is None else filled(crop.to_prepared(outline), crop)
    return float((truth & said).sum() / (truth | said).sum())


def _mean(patients: list[str], values: NDArray[np.float64]) -> Estimate:
    return bootstrap(patients, lambda rows: float(values[list(rows)].mean()))
