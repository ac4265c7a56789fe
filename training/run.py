"""What every training shares: where things lie, and how a finished network becomes a weight file with its card."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from models.imagenet import freeze_batch_norms, load_mobilenet_v2
from models.weights import Card, Metric, digest, write_card
from pipeline.inference import LiteRtModel, open_model
from pipeline.preprocess import Recipe
from training.cache import PreparedExample, prepared
from training.datasets.base import Example
from training.metrics import Estimate

IMAGENET = Path("weights/mobilenet_v2_1.0_224_imagenet.npz")  # below the data root
LICENCES = {
    "inbreast": "INbreast: research use on request (Moreira et al. 2012)",
    "mini_mias": "mini-MIAS: research use only (Suckling et al. 1994)",
    "rsna_subset": "RSNA 2022 challenge: research and education use",
    "imagenet": "start weights: MobileNetV2 trained on ImageNet, Apache-2.0",
}

PUBLISHED = {  # what the paper presets are; a verdict describes the compact one
    "detector": "RetinaNet of TensorFlow Model Garden (Lin et al. 2017), ResNet-50, pyramid of 256 channels",
    "segmenter": "U-Net 32-512, 8-layer vision transformer added at the bottleneck (after TransUNet, Chen et al. 2021)",
    "pathology": "three ResNet50 (He et al. 2016) over image, shape and margin, pooled, dense 512, one logit",
    "masking": "one convolution of 16, maximum pooling, three logits, over a squashed view",
    "cancer": "frozen ResNet50V2 (He et al. 2016) over a squashed view, average pooling, dense 128, one logit",
}


@dataclass(frozen=True)
class Run:
    """One call of `mammoscope train`."""

    task: str
    data: Path  # holds the data sets' folders
    out: Path  # weights/, cards/ and the run's own files go here
    preset: str = "compact"
    held_out: int = 0  # fold of patients that validate
    epochs: int | None = None  # None: the task's own schedule
    recipe: Recipe = field(default_factory=Recipe)

    @property
    def name(self) -> str:
        return f"{self.preset}-{self.task}"

    @property
    def command(self) -> str:
        """What to type to make these weights again."""
        chosen = {"--preset": self.preset, "--held-out": self.held_out, "--epochs": self.epochs}
        usual = {"--preset": "compact", "--held-out": 0, "--epochs": None}
        options = "".join(f" {name} {value}" for name, value in chosen.items() if value != usual[name])
        return f"mammoscope train {self.task} --data ROOT --out DIR{options}"

    @property
    def weight_file(self) -> Path:
        return self.out / "weights" / f"{self.name}.tflite"

    def prepared(self, examples: list[Example], longest: int) -> list[PreparedExample]:
        return prepared(examples, self.recipe, longest, self.out / "cache")

    @property
    def starts_from_imagenet(self) -> bool:
        """Whether a MobileNetV2 is in the network and the file to fill it with is at hand; never downloaded."""
        return self.preset == "compact" and self.task != "segmenter" and (self.data / IMAGENET).is_file()

    def start_from_imagenet(self, model: Any) -> bool:
        if self.starts_from_imagenet:
            load_mobilenet_v2(model, self.data / IMAGENET)
            freeze_batch_norms(model)
        return self.starts_from_imagenet


@dataclass(frozen=True)
class Verdict:
    """What a training says of its weights; everything measured on validation patients, through the served file."""

    architecture: str
    input: Mapping[str, Any]
    data: str
    datasets: tuple[str, ...]
    metrics: Mapping[str, Estimate]
    limits: tuple[str, ...]
    seed: int
    calibration: Mapping[str, Any] = field(default_factory=dict)
    operating_points: tuple[Mapping[str, Any], ...] = ()


def write_verdict(run: Run, verdict: Verdict) -> Card:
    """The card beside the exported file."""
    sources = (*verdict.datasets, "imagenet") if run.starts_from_imagenet else verdict.datasets
    card = Card(
        name=run.name,
        task=run.task,
        preset=run.preset,
        architecture=verdict.architecture if run.preset == "compact" else PUBLISHED[run.task],
        version=datetime.now(UTC).strftime("%Y.%m.%d"),
        file=run.weight_file.name,
        sha256=digest(run.weight_file),
        recipe=asdict(run.recipe),
        input=verdict.input,
        training={
            "data": verdict.data,
            "split": f"by patient; fold {run.held_out} of 5 by SHA-256 of the patient validates, the others train; "
            "no checkpoint was chosen, the schedule was fixed beforehand",
            "seed": verdict.seed,
            "command": run.command,
            "date": datetime.now(UTC).date().isoformat(),
            "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        },
        metrics={name: _rounded(figure) for name, figure in verdict.metrics.items()},
        calibration=verdict.calibration,
        operating_points=verdict.operating_points,
        limits=verdict.limits,
        data_licence="; ".join(LICENCES[name] for name in sources),
    )
    write_card(card, run.out / "cards" / f"{run.name}.toml")
    return card


def _rounded(figure: Estimate) -> Metric:
    return Metric(round(figure.value, 4), round(figure.low, 4), round(figure.high, 4), figure.n)


def opened(run: Run, input: Mapping[str, Any]) -> tuple[LiteRtModel, Card]:
    """The exported file as the pipeline opens it, with a card that says just enough to run it."""
    card = Card(run.name, run.task, run.preset, "", "", run.weight_file.name, digest(run.weight_file), "", input=input)
    return open_model(card, threads=2, directory=run.out), card
