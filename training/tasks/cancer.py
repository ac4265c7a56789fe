"""Whole-image cancer from the RSNA subset: biopsy-proven, balanced within machines so that machines tell nothing."""

from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np

from models.cancer import build_cancer
from models.export import export_model
from pipeline.classify import squashed
from training import whole_image
from training.cache import PreparedExample
from training.datasets.prepared import examples
from training.fit import Schedule, fit
from training.judge import auc, auc_within, platt
from training.run import Run, Verdict, opened, write_verdict
from training.split import split
from training.whole_image import Labelled, balanced, labelled

DATASETS = ("rsna_subset",)
SCHEDULE = Schedule(epochs=9, steps_per_epoch=80, learning_rate=2e-4, average=0.99)
BATCH = 16
RANGES = replace(whole_image.RANGES, gamma=(0.8, 1.25), contrast=(0.9, 1.1))  # a cancer may be faint
LIMITS = (
    "Trained and calibrated on an enriched set, 34 % cancer images; in screening about 0.5 % of women have cancer, "
    "so the probability is far too high there. Read it as a rank.",
    "Images of 512 x 512 pixels with JPEG artefacts: microcalcifications are mostly gone.",
    "The calibration was fitted on the same validation patients that the figures come from; AUC does not depend on it.",
)


def train(run: Run) -> None:
    training, validation = split(examples(run.data, *DATASETS), run.held_out)
    model = build_cancer(run.preset)  # type: ignore[arg-type]
    run.start_from_imagenet(model)
    _, height, width, _ = model.input_shape
    views = [_view(item, height, width) for item in run.prepared(training, 640)]
    schedule = SCHEDULE if run.epochs is None else Schedule(run.epochs, 80, SCHEDULE.learning_rate, average=0.99)
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    fit(model, balanced(views, 2, BATCH, 0.1, RANGES), loss, schedule, run.out / run.name)
    export_model(model, run.weight_file)
    write_verdict(run, judge(run, run.prepared(validation, 640), height, width, len(views)))


def _view(item: PreparedExample, height: int, width: int) -> Labelled:
    return labelled(item.pixels, int(bool(item.example.cancer)), str(item.example.machine), height, width)


def judge(run: Run, validation: list[PreparedExample], height: int, width: int, trained_on: int) -> Verdict:
    input = {"names": ["image"], "height": height, "width": width}
    model, _ = opened(run, input)
    views = [squashed(item.pixels, height, width)[None, :, :, None] for item in validation]
    logits = np.array([model(view)[0][0, 0] for view in views], np.float64)
    truth = [bool(item.example.cancer) for item in validation]
    patients = [item.example.patient for item in validation]
    machines = [str(item.example.machine) for item in validation]
    return Verdict(
        architecture="MobileNetV2 (Sandler et al. 2018) over a squashed view, average and maximum pooling, one logit",
        input=input,
        data=f"{trained_on} views of the RSNA 2022 subset, {len(validation)} views validate",
        datasets=DATASETS,
        metrics={
            "auc": auc(patients, truth, logits),
            "auc_within_machine": auc_within(patients, truth, logits, machines),
        },
        limits=LIMITS,
        seed=SCHEDULE.seed,
        calibration=platt(logits, truth),
    )
