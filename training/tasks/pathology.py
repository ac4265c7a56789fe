"""Malignancy of a mass. INbreast has no pathology: BI-RADS 4-6 stands in for it; mini-MIAS is biopsy-proven film."""

from __future__ import annotations

import keras
import numpy as np

from models.export import export_model
from models.pathology import INPUTS, build_pathology
from pipeline.classify import three_inputs
from pipeline.crop import crop_around
from pipeline.geometry import Box
from pipeline.segment import filled
from training.datasets.base import Example
from training.datasets.prepared import examples
from training.fit import Schedule, fit
from training.judge import auc, platt
from training.regions import Mass, masses_of, pathologies
from training.run import Run, Verdict, opened, write_verdict
from training.split import split

DATASETS = ("inbreast", "mini_mias")
SCHEDULE = Schedule(epochs=10, steps_per_epoch=30, learning_rate=2e-4, average=0.98)
BATCH = 16
LONGEST = 2048
LIMITS = (
    "On INbreast BI-RADS 4, 5 and 6 stand in for malignancy: the network partly learns how suspicious a mass looks, "
    "not what it is.",
    "Judged with the reader's own outline; after the segmenter the outline is less exact.",
    "The calibration was fitted on the same validation patients that the figures come from; AUC does not depend on it.",
)


def train(run: Run) -> None:
    training, validation = split(examples(run.data, *DATASETS), run.held_out)
    masses = _masses(run, training)
    model = build_pathology(run.preset)  # type: ignore[arg-type]
    run.start_from_imagenet(model)
    side = model.inputs[0].shape[1]
    schedule = SCHEDULE if run.epochs is None else Schedule(run.epochs, 30, SCHEDULE.learning_rate, average=0.98)
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    fit(model, pathologies(masses, BATCH, side, smoothing=0.25), loss, schedule, run.out / run.name)
    export_model(model, run.weight_file)
    write_verdict(run, judge(run, _masses(run, validation), side, len(masses)))


def _masses(run: Run, found: list[Example]) -> list[Mass]:
    return [mass for item in run.prepared([e for e in found if e.masses], LONGEST) for mass in masses_of(item)]


def judge(run: Run, masses: list[Mass], side: int, trained_on: int) -> Verdict:
    input = {"names": list(INPUTS), "side": side}
    model, _ = opened(run, input)
    logits = np.array([_logit(model, mass, side) for mass in masses])
    metrics = {}
    for name in ("all", *DATASETS):
        rows = [i for i, mass in enumerate(masses) if name in ("all", mass.dataset)]
        chosen = [masses[i] for i in rows]
        metrics[f"auc_{name}"] = auc([m.patient for m in chosen], [m.malignant for m in chosen], logits[rows])
    return Verdict(
        architecture="one MobileNetV2 (Sandler et al. 2018) over image, shape and margin, pooled, one logit",
        input=input,
        data=f"{trained_on} masses of {', '.join(DATASETS)}; {len(masses)} masses validate",
        datasets=DATASETS,
        metrics=metrics,
        limits=LIMITS,
        seed=SCHEDULE.seed,
        calibration=platt(logits, [mass.malignant for mass in masses]),
    )


def _logit(model: object, mass: Mass, side: int) -> float:
    crop = crop_around(mass.pixels, Box.around(mass.outline), side)
    parts = three_inputs(crop.pixels, filled(mass.outline, crop))
    (logits,) = model(*(part[None, :, :, None] for part in parts))  # type: ignore[operator]
    return float(logits[0, 0])
