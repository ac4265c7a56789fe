"""What every training shares: where things lie, and how a finished network becomes a weight file with its card."""

from __future__ import annotations

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
    def weight_file(self) -> Path:
        return self.out / "weights" / f"{self.name}.tflite"

    def prepared(self, examples: list[Example], longest: int) -> list[PreparedExample]:
        return prepared(examples, self.recipe, longest, self.out / "cache")

    def start_from_imagenet(self, model: Any) -> bool:
        """Fill the compact networks' MobileNetV2 where the weight file is at hand; never downloaded."""
        found = self.preset == "compact" and (self.data / IMAGENET).is_file()
        if found:
            load_mobilenet_v2(model, self.data / IMAGENET)
            freeze_batch_norms(model)
        return found


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
    card = Card(
        name=run.name,
        task=run.task,
        preset=run.preset,
        architecture=verdict.architecture,
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
            "command": f"mammoscope train {run.task} --data ROOT --out DIR",
            "date": datetime.now(UTC).date().isoformat(),
            "machine": f"{platform.machine()}, two cores, no GPU",
        },
        metrics={name: Metric(*(round(v, 4) for v in (e.value, e.low, e.high)), e.n) for name, e in verdict.metrics.items()},
        calibration=verdict.calibration,
        operating_points=verdict.operating_points,
        limits=verdict.limits,
        data_licence="; ".join(LICENCES[name] for name in (*verdict.datasets, "imagenet")),
    )
    write_card(card, run.out / "cards" / f"{run.name}.toml")
    return card


def opened(run: Run, input: Mapping[str, Any]) -> tuple[LiteRtModel, Card]:
    """The exported file as the pipeline opens it, with a card that says just enough to run it."""
    card = Card(
        run.name, run.task, run.preset, "", "", run.weight_file.name, digest(run.weight_file), "", input=input
    )
    return open_model(card, threads=2, directory=run.out), card
