"""What every training shares: where things lie, who trains and who judges, and how a network gets its card."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from models.efficientnet_lite import load_efficientnet_lite2
from models.imagenet import (
    FoldedLayer,
    folded_layers,
    freeze_batch_norms,
    load_folded,
    load_mobilenet_v2,
    measured_statistics,
)
from models.toml import dumped
from models.weights import Card, Metric, digest, write_card
from pipeline.inference import LiteRtModel, open_model
from training.cache import PreparedExample, prepared
from training.datasets.base import Example
from training.datasets.phantoms import phantoms
from training.datasets.registry import DATASETS
from training.judge import Method, calibrate, operating_points_of, probabilities_of
from training.metrics import Estimate
from training.recipes.read import RecipeError
from training.recipes.values import Choice, Source, TrainingRecipe
from training.split import FOLDS, fold_of, split

R_co = TypeVar("R_co", bound=TrainingRecipe, covariant=True)

NO_FIGURES = ", so there are no figures"
LICENCES = {
    "cbis_ddsm": "CBIS-DDSM: CC BY 3.0 (Lee et al. 2017)",
    "inbreast": "INbreast: research use on request (Moreira et al. 2012)",
    "inbreast_release": "INbreast: research use on request (Moreira et al. 2012)",
    "microcalc_patches": "INFN patches: their publishers' terms, research use",
    "mini_mias": "mini-MIAS: research use only (Suckling et al. 1994)",
    "mini_mias_release": "mini-MIAS: research use only (Suckling et al. 1994)",
    "rsna": "RSNA 2022 challenge: research and education use",
    "rsna_subset": "RSNA 2022 challenge: research and education use",
    "cdd_cesm": "CDD-CESM: CC BY 4.0 (Khaled et al. 2022)",
    "cdd_cesm_cc": "CDD-CESM: CC BY 4.0 (Khaled et al. 2022)",
}

START_LICENCES = {".npz": "MobileNetV2 is Apache-2.0", ".pth": "EfficientNet-Lite is Apache-2.0"}


@dataclass(frozen=True, eq=False)
class Parts:
    """Examples by what they are for; no patient is in two of them."""

    training: list[Example]
    choosing: list[Example]  # their figure chooses the epoch that ships; empty where the last one does
    validation: list[Example]  # the card's figures come from them; empty where everybody trains


@dataclass(frozen=True)
class Run(Generic[R_co]):
    """One call of `mammoscope train`."""

    recipe: R_co
    data: Path  # holds the data sets' folders
    out: Path  # weights/, cards/ and the run's own files go here
    held_out: int | None = 0  # fold of patients that validate; None: everybody trains
    words: tuple[str, ...] = ()  # as typed: the recipe, then what was asked for besides --data and --out

    @property
    def name(self) -> str:
        return self.recipe.weights_name

    @property
    def command(self) -> str:
        """What to type to make these weights again."""
        first, *others = self.words or (f"{self.recipe.task}-{self.recipe.preset}",)
        return " ".join(("mammoscope train", first, "--data ROOT --out DIR", *others))

    @property
    def folder(self) -> Path:
        """Of the run itself: its state, log, curves."""
        return self.out / self.name

    @property
    def weight_file(self) -> Path:
        return self.out / "weights" / f"{self.name}.tflite"

    @property
    def who_validates(self) -> str:
        """The first line of the recipe that is kept beside a run."""
        return f"# validates: fold {self.held_out}"

    def claim(self) -> None:
        """Keep the recipe beside the run. Raises RecipeError where the folder holds a run of another one."""
        self.folder.mkdir(parents=True, exist_ok=True)
        kept, mine = self.folder / "recipe.toml", f"{self.who_validates}\n{recipe_toml(self.recipe)}"
        begun = any(path != kept for path in self.folder.iterdir())  # one that failed on its data left its recipe alone
        if begun and kept.is_file() and kept.read_text(encoding="utf-8") != mine:
            raise RecipeError(
                f"{kept} is of another recipe, fold or length: choose another --out, or delete its folder"
            )
        kept.write_text(mine, encoding="utf-8")

    def examples(self, sources: Sequence[Source] | None = None) -> list[Example]:
        """All of `sources`, by default the recipe's sets, in their order. Raises WrongLayout or RecipeError."""
        sets = self.recipe.data.sets if sources is None else sources
        if unknown := [one.reader for one in sets if one.reader not in DATASETS]:
            raise RecipeError(f"no data set {', '.join(unknown)}; `mammoscope data list` names them")
        return [example for one in sets for example in DATASETS[one.reader].read(self.data / one.folder)]

    def phantoms(self) -> list[Example]:
        data = self.recipe.data
        return phantoms(self.out / "phantoms", data.phantoms, data.phantom_size)

    def parts(self, examples: Iterable[Example], choose: Choice = "last") -> Parts:
        """By patient. Who chooses is taken from those who would train, never from those who validate."""
        training, validation = split(examples, self.held_out or 0)
        if self.held_out is None:
            if choose == "best":
                raise RecipeError('--all leaves nobody to choose the best epoch by; use a recipe with choose = "last"')
            return Parts([*training, *validation], [], [])
        if choose == "last":
            return Parts(training, [], validation)
        chooses = [fold_of(*example.unit) == self.choosing_fold for example in training]
        return Parts(
            [example for example, chosen in zip(training, chooses, strict=True) if not chosen],
            [example for example, chosen in zip(training, chooses, strict=True) if chosen],
            validation,
        )

    @property
    def choosing_fold(self) -> int:
        return ((self.held_out or 0) + 1) % FOLDS

    def prepared(self, examples: Sequence[Example]) -> list[PreparedExample]:
        recipe = self.recipe
        return prepared(list(examples), recipe.preprocessing, recipe.data.longest, self.out / "cache")

    @property
    def start_file(self) -> Path | None:
        """ImageNet weights to start from, where the recipe names a file that is at hand; never downloaded."""
        if not self.recipe.start:
            return None
        places = (self.data / self.recipe.start, *_in_package(self.recipe.start))
        return next((path for path in places if path.is_file()), None)

    def start(self, model: Any) -> None:
        """Fill the Keras `model`'s backbones from the start file.

        .npz is a folded MobileNetV2, .pth an EfficientNet-Lite2, anything else Keras's own.
        """
        if self.start_file is None:
            if self.recipe.start:
                print(f"{self.recipe.start} is not at hand: starting from random weights")
        elif self.start_file.suffix == ".npz":
            load_mobilenet_v2(model, self.start_file)
            freeze_batch_norms(model)
        else:
            for backbone in (layer for layer in model.layers if hasattr(layer, "layers")):
                if self.start_file.suffix == ".pth":
                    load_efficientnet_lite2(backbone, self.start_file)
                else:
                    backbone.load_weights(self.start_file)

    def start_measured(
        self, model: Any, pictures: NDArray[np.float32], layers: Sequence[FoldedLayer] | None = None
    ) -> None:
        """The same for a MobileNetV2 whose batch norms shall train: measured on `pictures` (N, H, W, 1) in 0..1.

        `layers` start it where they are given, else the start file does.
        """
        known = layers or (folded_layers(self.start_file) if self.start_file else None)
        if known is None:
            self.start(model)
            return
        signed = np.repeat(pictures * 2 - 1, 3, axis=-1)
        load_folded(model, known, measured_statistics(known, signed))


def _in_package(start: str) -> list[Path]:
    package, _, inside = start.partition("/")
    spec = find_spec(package) if package.isidentifier() else None
    return [Path(folder) / inside for folder in spec.submodule_search_locations or ()] if spec else []


def recipe_toml(recipe: TrainingRecipe) -> str:
    def without_none(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: without_none(item) for key, item in value.items() if item is not None}
        return value

    return dumped(without_none(asdict(recipe)))


@dataclass(frozen=True)
class Verdict:
    """What a training says of its weights; everything measured on validation patients, through the served file."""

    input: Mapping[str, Any]
    data: str  # who trained and who validated, counted
    metrics: Mapping[str, Estimate] = field(default_factory=dict)
    calibration: Mapping[str, Any] = field(default_factory=dict)
    operating_points: tuple[Mapping[str, Any], ...] = ()
    choose: Choice = "last"
    also_learnt_from: tuple[str, ...] = ()  # data sets of weights that this training started from


def with_calibration(
    verdict: Verdict,
    logits: NDArray[np.float64],
    truth: Sequence[bool],
    patients: Sequence[str],
    method: Method = "platt",
) -> Verdict:
    """Fitted on the validation patients, with its worth on others; none where they are too few for it."""
    try:
        found = calibrate(logits, truth, patients, method)
    except ValueError as error:
        print(f"no calibration: {error}")
        return verdict
    points = operating_points_of(truth, probabilities_of(logits, found.calibration))
    return replace(
        verdict,
        calibration=found.calibration,
        metrics={**verdict.metrics, **found.metrics},
        operating_points=tuple({**point, "n": len(truth), "where": "on the validation patients"} for point in points),
    )


def write_verdict(run: Run[TrainingRecipe], verdict: Verdict) -> Card:
    """The card beside the exported file."""
    recipe = run.recipe
    card = Card(
        name=run.name,
        task=recipe.task,
        preset=recipe.preset,
        architecture=recipe.architecture,
        version=datetime.now(UTC).strftime("%Y.%m.%d"),
        file=run.weight_file.name,
        sha256=digest(run.weight_file),
        recipe=asdict(recipe.preprocessing),
        input=verdict.input,
        training={
            "data": verdict.data,
            "split": split_in_words(run, verdict.choose),
            "start": recipe.start if run.start_file else "random weights",
            "seed": recipe.seed,
            "command": run.command,
            "recipe_sha256": sha256(recipe_toml(recipe).encode()).hexdigest(),
            "date": datetime.now(UTC).date().isoformat(),
            "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        },
        metrics={name: rounded(figure) for name, figure in verdict.metrics.items()},
        calibration=verdict.calibration,
        operating_points=verdict.operating_points,
        limits=recipe.limits,
        data_licence=licence(run, verdict.also_learnt_from),
    )
    write_card(card, run.out / "cards" / f"{run.name}.toml")
    return card


def split_in_words(run: Run[TrainingRecipe], choose: Choice) -> str:
    chosen = "no checkpoint was chosen, the schedule was fixed beforehand"
    if run.held_out is None:
        return f"by patient; everybody trained but those of official test parts{NO_FIGURES}; {chosen}"
    if choose == "best":
        chosen = f"the epoch was chosen on fold {run.choosing_fold}, which neither trained nor validates"
    return (
        f"by patient; fold {run.held_out} of {FOLDS} by SHA-256 of the patient validates, the others train; "
        f"who is in an official test part does neither; {chosen}"
    )


def licence(run: Run[TrainingRecipe], others: Sequence[str] = ()) -> str:
    names = dict.fromkeys((*run.recipe.data.readers, *others))
    terms = dict.fromkeys(LICENCES.get(name, f"{name}: the data set's own terms") for name in names)
    if run.start_file is None:
        return "; ".join(terms)
    own = START_LICENCES.get(run.start_file.suffix, "their own terms")
    return "; ".join([*terms, f"start weights: {run.recipe.start}, trained on ImageNet; {own}"])


def rounded(figure: Estimate) -> Metric:
    """As a card tells it."""
    return Metric(round(figure.value, 4), round(figure.low, 4), round(figure.high, 4), figure.n)


def opened(run: Run[TrainingRecipe], input: Mapping[str, Any]) -> tuple[LiteRtModel, Card]:
    """The exported file as the pipeline opens it, with a card that says just enough to run it."""
    name, recipe = run.weight_file.name, run.recipe
    card = Card(run.name, recipe.task, recipe.preset, "", "", name, digest(run.weight_file), "", input=input)
    return open_model(card, threads=2, directory=run.out), card
