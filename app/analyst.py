"""The pipeline as the service uses it: models loaded once, on first use, by whoever needs them first."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from app.settings import Settings
from pipeline.finding import Analysis, Finding
from pipeline.mammogram import Mammogram
from pipeline.preprocess import Prepared, mask_in_frame, preprocess

if TYPE_CHECKING:
    from pipeline.models import Models

    LoadModels = Callable[[], Models]

Progress = Callable[[str], None]
VERIFY_EVERY_S = 30.0  # readiness is asked for every few seconds; the weights do not change that often


class Analyst:
    """Thread-safe. Raises ModelUnavailable from either method when the weights cannot be used."""

    def __init__(self, load: LoadModels, ask_second: bool = True) -> None:
        self.ask_second = ask_second  # whether analyses that do not say so themselves have a second opinion
        self._load, self._models, self._lock = load, None, threading.Lock()  # type: LoadModels, Models | None, threading.Lock

    @property
    def models(self) -> Models:
        with self._lock:
            if self._models is None:
                self._models = self._load()
            return self._models

    def analyze(self, mammogram: Mammogram, progress: Progress, ask_second: bool | None = None) -> Analysis:
        from pipeline.analyze import analyze

        return analyze(mammogram, self.models, progress, self.ask_second if ask_second is None else ask_second)

    def prepare(self, mammogram: Mammogram) -> Prepared:
        """What the detector looks at, for people to look at as well."""
        return preprocess(mammogram, self.models.recipe)

    def mask(self, mammogram: Mammogram) -> NDArray[np.bool_]:
        """Where the breast is, in the frame of the sent image."""
        return mask_in_frame(mammogram, self.models.recipe)

    def heatmap(
        self,
        mammogram: Mammogram,
        prepared: Prepared,
        findings: Sequence[Finding],
        model: str,
        method: str,
        finding: int | None,
    ) -> NDArray[np.float32]:
        """Which places an answer comes from: pipeline/heatmap.py. Raises NoHeatmap."""
        from pipeline.heatmap import heatmap

        return heatmap(mammogram, prepared, findings, self.models, model, method, finding)

    def masking_map(self, mammogram: Mammogram, prepared: Prepared) -> NDArray[np.float32]:
        """Where a mass could hide: pipeline/masking_map.py."""
        from pipeline.masking_map import masking_map

        return masking_map(mammogram, prepared, self.models.recipe, self.models.detector)


def shipped_models(settings: Settings) -> LoadModels:
    def load() -> Models:
        from pipeline.models import load_models

        return load_models(settings.weights_dir, settings.inference_threads, settings.models)

    return load


def shipped_weights_problems(settings: Settings) -> Callable[[], list[str]]:
    def check() -> list[str]:
        return weights_problems(settings.weights_dir, settings.models)

    return Remembered(check, VERIFY_EVERY_S)


def weights_problems(directory: Path | None, choice: Path | None = None) -> list[str]:
    """What is wrong with the weights, a sentence each. `directory` holds cards/ and weights/; None: what ships."""
    from pipeline.errors import ModelUnavailable
    from pipeline.model_choice import chosen_networks

    try:
        found = chosen_networks(directory, choice)
    except ModelUnavailable as error:
        return [str(error)]
    problems = [] if found else ["No weight cards were found."]
    for network in found.values():
        try:
            network.verified()
        except ModelUnavailable as error:
            problems.append(f"{network.card.name}: {error}")
    return problems


@dataclass
class Remembered:
    """The answer of `ask`, at most `seconds` old."""

    ask: Callable[[], list[str]]
    seconds: float
    _answer: list[str] | None = None
    _asked: float = 0.0

    def __call__(self) -> list[str]:
        if self._answer is None or time.monotonic() - self._asked > self.seconds:
            self._answer, self._asked = self.ask(), time.monotonic()
        return self._answer
