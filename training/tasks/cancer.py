"""Whole-image cancer from the RSNA subset: biopsy-proven, balanced within machines so that machines tell nothing."""

from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np

from models.cancer import build_cancer
from models.detector import PRESETS
from models.export import export_model
from pipeline.classify import squashed
from training import whole_image
from training.cache import PreparedExample
from training.cancer_head import export, features_of, fitted, trained_detector
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
OF_FEATURES = (
    "Its features were taught on masses by the compact detector; cancers that show as calcifications alone are "
    "hardly seen.",
)
OF_PAPER = ("Its frozen backbone holds random weights: no ImageNet file for ResNet50V2 is read.",)


def train(run: Run) -> None:
    training, validation = split(examples(run.data, *DATASETS), run.held_out)
    views = run.prepared(training, 640)
    height, width = _train_head(run, views) if run.preset == "compact" else _train_network(run, views)
    write_verdict(run, judge(run, run.prepared(validation, 640), height, width, len(views)))


def _train_head(run: Run, views: list[PreparedExample]) -> tuple[int, int]:
    """On top of the detector that the same --out holds."""
    detector, size = trained_detector(run), (PRESETS[run.preset].height, PRESETS[run.preset].width)
    truth, patients = [bool(view.example.cancer) for view in views], [view.example.patient for view in views]
    head = fitted(features_of(detector, views, *size), truth, patients)
    export(detector, head, *size, run.weight_file)
    return size


def _train_network(run: Run, views: list[PreparedExample]) -> tuple[int, int]:
    model = build_cancer(run.preset)  # type: ignore[arg-type]
    _, height, width, _ = model.input_shape
    labels = [_view(item, height, width) for item in views]
    schedule = SCHEDULE if run.epochs is None else Schedule(run.epochs, 80, SCHEDULE.learning_rate, average=0.99)
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    fit(model, balanced(labels, 2, BATCH, 0.1, RANGES), loss, schedule, run.out / run.name)
    export_model(model, run.weight_file)
    return height, width


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
        architecture="the compact detector's network over a squashed view, its features pooled, a linear head",
        input=input,
        data=f"{trained_on} views of the RSNA 2022 subset, {len(validation)} views validate",
        datasets=(*DATASETS, "inbreast", "mini_mias") if run.preset == "compact" else DATASETS,
        metrics={
            "auc": auc(patients, truth, logits),
            "auc_within_machine": auc_within(patients, truth, logits, machines),
        },
        limits=(*LIMITS, *(OF_FEATURES if run.preset == "compact" else OF_PAPER)),
        seed=SCHEDULE.seed,
        calibration=platt(logits, truth),
    )
