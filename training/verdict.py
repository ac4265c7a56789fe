"""What a training says of its weights, and the card that it writes beside them."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.weights import Card, Metric, digest, write_card
from pipeline.inference import LiteRtModel, open_model
from training import start_weights
from training.judge import Method, calibrate, operating_points_of, probabilities_of
from training.metrics import Estimate
from training.recipes.values import Choice, TrainingRecipe
from training.run import Run, recipe_toml
from training.split import FOLDS

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
    other_starts: tuple[str, ...] = ()  # ImageNet weights that a network beside its own started from


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
        data_licence=licence(run, verdict.also_learnt_from, verdict.other_starts),
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


def licence(run: Run[TrainingRecipe], others: Sequence[str] = (), starts: Sequence[str] = ()) -> str:
    names = dict.fromkeys((*run.recipe.data.readers, *others))
    terms = dict.fromkeys(LICENCES.get(name, f"{name}: the data set's own terms") for name in names)
    starts = [*([run.recipe.start] if run.start_file else []), *starts]
    return "; ".join([*terms, *map(_started_from, starts)])


def _started_from(start: str) -> str:
    own = start_weights.LICENCES.get(Path(start).suffix, "their own terms")
    return f"start weights: {start}, trained on ImageNet; {own}"


def rounded(figure: Estimate) -> Metric:
    """As a card tells it."""
    return Metric(round(figure.value, 4), round(figure.low, 4), round(figure.high, 4), figure.n)


def opened(run: Run[TrainingRecipe], input: Mapping[str, Any]) -> tuple[LiteRtModel, Card]:
    """The exported file as the pipeline opens it, with a card that says just enough to run it."""
    name, recipe = run.weight_file.name, run.recipe
    card = Card(run.name, recipe.task, recipe.preset, "", "", name, digest(run.weight_file), "", input=input)
    return open_model(card, threads=2, directory=run.out), card
