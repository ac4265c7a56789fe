"""Experts and committee: shapes, sizes, what does not change the answer, one step of training, the exported sheet."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from models.export import export_function
from models.layers import Preset
from models.microcalcification import (
    Hyper,
    build_committee,
    build_microcalcification,
    build_sheet,
    build_stages,
)
from pipeline.inference import LiteRtModel
from training.microcalcification.losses import LOSSES


def patches(count: int, seed: int = 0) -> Any:
    return np.random.default_rng(seed).uniform(0.2, 0.6, (count, 60, 60, 1)).astype(np.float32)


def answer(model: Any, given: Any) -> dict[str, Any]:
    return {name: keras.ops.convert_to_numpy(part) for name, part in model(given, training=False).items()}


@pytest.mark.parametrize(("preset", "cells", "parameters"), [("compact", 30, 21_490), ("paper", 1, 350_681)])
def test_an_expert_judges_a_patch_and_its_cells(preset: Preset, cells: int, parameters: int) -> None:
    expert = build_microcalcification(preset)
    said = answer(expert, patches(2))
    assert said["calcified"].shape == (2, 1)
    assert said["spots"].shape == (2, cells, cells, 1)
    assert expert.count_params() == parameters


@pytest.mark.parametrize("dim", [15, 20, 25])
@pytest.mark.parametrize("depth", [1, 3, 5])
def test_every_point_of_the_published_space_is_built(dim: int, depth: int) -> None:
    """Three blocks of 3 x 3 convolutions with batch norm, then `depth` dense layers of 4 dim and a logit."""
    convolutions = 9 * (2 * dim + dim * 2 * dim + 2 * dim * 4 * dim) + 4 * 7 * dim
    dense = (7 * 7 * 4 * dim + 1) * 4 * dim + (depth - 1) * (4 * dim + 1) * 4 * dim + 4 * dim + 1
    hyper = Hyper(dim, depth, 0.1)
    assert build_microcalcification("paper", **asdict(hyper)).count_params() == convolutions + dense


@pytest.mark.parametrize("preset", ["compact", "paper"])
def test_neither_contrast_nor_brightness_changes_an_answer_much(preset: Preset) -> None:
    expert = build_microcalcification(preset)
    plain, other = (answer(expert, given) for given in (patches(4), 0.5 * patches(4) + 0.3))
    assert other["calcified"] == pytest.approx(plain["calcified"], rel=0.05, abs=0.15)


@pytest.mark.parametrize("preset", ["compact", "paper"])
def test_one_step_of_training_lowers_the_loss_on_its_batch(preset: Preset) -> None:
    keras.utils.set_random_seed(1)
    expert = build_microcalcification(preset)
    cells = 30 if preset == "compact" else 1
    labels = {
        "calcified": np.array([[0.0], [1.0]] * 4, np.float32),
        "spots": np.zeros((8, cells, cells, 1), np.float32),
    }
    expert.compile(keras.optimizers.SGD(0.05), LOSSES)
    before = expert.train_on_batch(patches(8), labels)
    after = [expert.train_on_batch(patches(8), labels) for _ in range(5)]
    assert float(np.ravel(after[-1])[0]) < float(np.ravel(before)[0])


def test_the_committee_is_the_weighted_mean_of_its_experts() -> None:
    experts = [build_microcalcification() for _ in range(3)]
    weights = [0.5, 0.5, 0.0]
    said = answer(build_committee(experts, weights), patches(3))
    for name in ("calcified", "spots"):
        each = [1 / (1 + np.exp(-answer(expert, patches(3))[name])) for expert in experts]
        mean = sum(weight * part for weight, part in zip(weights, each, strict=True))
        assert said[name] == pytest.approx(mean, abs=1e-5)
        assert (said[name] <= np.max(each, axis=0) + 1e-6).all()


@pytest.mark.parametrize("weights", [[0.5, 0.6], [1.5, -0.5], [1.0]])
def test_weights_that_are_no_shares_are_refused(weights: list[float]) -> None:
    experts = [build_microcalcification() for _ in range(2)]
    with pytest.raises(ValueError, match="none negative"):
        build_committee(experts, weights)


@pytest.mark.slow
@pytest.mark.parametrize("preset", ["compact", "paper"])
def test_the_exported_sheet_says_of_each_patch_what_the_committee_says(preset: Preset, tmp_path: Path) -> None:
    committee = build_committee([build_microcalcification(preset) for _ in range(2)], [0.3, 0.7])
    sheet = build_sheet(committee, rows=2)
    export_function(lambda patches: sheet(patches, training=False), {"patches": (120, 120, 1)}, tmp_path / "m.tflite")
    given = patches(4)
    side_by_side = given.reshape(2, 2, 60, 60).swapaxes(1, 2).reshape(1, 120, 120, 1)
    served = LiteRtModel(tmp_path / "m.tflite")
    assert served.output_names == ("calcified", "spots")
    calcified, spots = (1 / (1 + np.exp(-part)) for part in served(side_by_side))
    said = answer(committee, given)
    assert calcified.reshape(4, 1) == pytest.approx(said["calcified"], abs=5e-3)  # weights in float16
    cells = spots.shape[1] // 2
    assert spots.reshape(2, cells, 2, cells).swapaxes(1, 2).reshape(4, cells, cells, 1) == pytest.approx(
        said["spots"], abs=5e-3
    )


def test_the_steps_of_a_committee_add_up_to_its_answer_and_each_bounds_it() -> None:
    experts, weights = [build_microcalcification() for _ in range(5)], [0.2, 0.1, 0.28, 0.18, 0.24]
    whole = answer(build_committee(experts, weights), patches(4))
    steps = build_stages(experts, weights)
    first, more, rest = (answer(step, patches(4)) for step in steps)
    for name in ("calcified", "spots"):
        assert first[name] + more[name] + rest[name] == pytest.approx(whole[name], abs=1e-5)
        assert (first[name] + more[name] >= whole[name] - 1e-6).all()
        assert (first[name] >= first[name] + more[name] - 1e-6).all()
        assert (first[name] >= 0.72 - 1e-6).all()  # what the four others may add
    judges = [[layer.name for layer in step.layers if layer.name.startswith("expert")] for step in steps]
    assert [len(names) for names in judges] == [1, 2, 2]


@pytest.mark.parametrize("weights", [[0.5, 0.5], [0.6, 0.4], [0.55, 0.25, 0.2]])
def test_two_experts_or_one_that_outweighs_all_others_have_no_steps(weights: list[float]) -> None:
    assert build_stages([build_microcalcification() for _ in weights], weights) == ()
