"""Masking level from density: A low, B medium, C and D high (F, G, D of MIAS likewise). A stand-in, and named so."""

from __future__ import annotations

import keras
import numpy as np

from models.export import export_model
from models.masking import build_masking
from pipeline.classify import squashed
from pipeline.finding import MaskingLevel
from pipeline.models import LiteRtMasking
from training.cache import PreparedExample
from training.datasets.prepared import examples
from training.fit import Schedule, fit
from training.judge import balanced_accuracy
from training.run import Run, Verdict, opened, write_verdict
from training.split import split
from training.whole_image import Labelled, balanced, labelled

DATASETS = ("inbreast", "mini_mias", "rsna_subset")
SCHEDULE = Schedule(epochs=12, steps_per_epoch=50, learning_rate=5e-4)
LEVELS = list(MaskingLevel)
LIMITS = (
    "Density stands in for masking: A low, B medium, C and D high; F, G, D of mini-MIAS likewise. No interval cancers "
    "were seen.",
    "RSNA densities come from one site only, and its images are squashed to a square.",
)


def train(run: Run) -> None:
    known = [example for example in examples(run.data, *DATASETS) if example.masking is not None]
    training, validation = split(known, run.held_out)
    model = build_masking(run.preset)  # type: ignore[arg-type]
    run.start_from_imagenet(model)
    _, height, width, _ = model.input_shape
    views = [_view(item, height, width) for item in run.prepared(training, 640)]
    schedule = SCHEDULE if run.epochs is None else Schedule(run.epochs, 50, SCHEDULE.learning_rate)
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    fit(model, balanced(views, 3, 16, smoothing=0.1), loss, schedule, run.out / run.name)
    export_model(model, run.weight_file)
    write_verdict(run, judge(run, run.prepared(validation, 640), height, width, len(views)))


def _view(item: PreparedExample, height: int, width: int) -> Labelled:
    assert item.example.masking is not None
    return labelled(item.pixels, LEVELS.index(item.example.masking), item.example.dataset, height, width)


def judge(run: Run, validation: list[PreparedExample], height: int, width: int, trained_on: int) -> Verdict:
    input = {"names": ["image"], "height": height, "width": width}
    network = LiteRtMasking(*opened(run, input))
    said = [int(np.argmax(network(squashed(item.pixels, height, width)))) for item in validation]
    metrics = {}
    for name in ("all", *DATASETS):
        rows = [i for i, item in enumerate(validation) if name in ("all", item.example.dataset)]
        patients = [validation[i].example.patient for i in rows]
        truth = [LEVELS.index(level) for i in rows if (level := validation[i].example.masking)]
        metrics[f"balanced_accuracy_{name}"] = balanced_accuracy(patients, truth, [said[i] for i in rows])
    return Verdict(
        architecture="MobileNetV2 (Sandler et al. 2018) over a squashed view, average pooling, three logits",
        input=input,
        data=f"{trained_on} views of {', '.join(DATASETS)}",
        datasets=DATASETS,
        metrics=metrics,
        limits=LIMITS,
        seed=SCHEDULE.seed,
    )
