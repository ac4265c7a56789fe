"""The published pathology training: each picture's network apart, then the head over them, then all of it."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

keras = pytest.importorskip("keras")

from models.layers import grey_to_caffe_bgr  # noqa: E402
from models.pathology import INPUTS, frozen, submodels  # noqa: E402
from tests.training.pictures import circle, disc  # noqa: E402
from training.recipes import find  # noqa: E402
from training.recipes.read import RecipeError  # noqa: E402
from training.recipes.values import Schedule  # noqa: E402
from training.regions import Mass  # noqa: E402
from training.run import Run  # noqa: E402
from training.tasks.pathology import chosen_by, teach  # noqa: E402
from training.train import read  # noqa: E402

ONCE = Schedule(1, 1, 1e-3, optimizer="adam", decay="constant", clip=0.0, average=0.0, choose="best")
MASSES = [Mass(disc(200, 160, (90, 110), 25), circle(90, 110, 25), i % 2 == 1, "set", str(i)) for i in range(4)]


def recipe(**changed: Any) -> Any:
    published: Any = read(find("pathology-paper"))
    return replace(published, side=32, batch=2, **changed)


def small() -> Any:
    """Of the paper network's shape, with tiny backbones under the same names."""
    inputs = {name: keras.Input((32, 32, 1), name=name) for name in INPUTS}
    pooled = []
    for name, grey in inputs.items():
        tiny = [keras.Input((32, 32, 3)), keras.layers.Conv2D(2, 3), keras.layers.BatchNormalization()]
        backbone = keras.Sequential([*tiny, keras.layers.GlobalAveragePooling2D()], name=f"{name}_resnet50")
        pooled.append(backbone(grey_to_caffe_bgr(grey)))
    return keras.Model(inputs, keras.layers.Dense(1)(keras.layers.Concatenate()(pooled)))


def weights(model: Any) -> list[Any]:
    return [keras.ops.convert_to_numpy(weight) for weight in model.trainable_weights]


def changed(before: list[Any], after: list[Any]) -> float:
    return float(np.mean([not np.array_equal(one, other) for one, other in zip(before, after, strict=True)]))


def test_the_published_schedule_is_the_paper_recipes() -> None:
    published: Any = read(find("pathology-paper"))
    assert [phase.learning_rate for phase in (published.submodels, published.schedule, published.tuning)] == [
        1e-4,
        1e-4,
        1e-7,
    ]
    assert published.submodels.decay == "tenth"
    assert (published.smoothing, published.batch, published.side) == (0.25, 16, 224)
    assert chosen_by(published) == "best"


def test_each_phase_teaches_its_part_and_keeps_its_own_log(tmp_path: Path) -> None:
    model = small()
    backbones = list(submodels(model).values())
    before = weights(model)
    run = Run(recipe(submodels=ONCE, schedule=ONCE, tuning=ONCE), tmp_path, tmp_path)
    teach(run, model, MASSES, MASSES[:2])
    for phase in ("image", "shape", "margin", "head", "tuning"):
        with (run.folder / phase / "log.csv").open() as lines:
            (row,) = csv.DictReader(lines)
        assert float(row["choosing_figure"]) < 0
    assert changed(before, weights(model)) > 0.9
    assert all(layer.trainable for layer in backbones)


def test_the_head_is_taught_while_the_three_stand_still() -> None:
    model = small()
    parts = submodels(model)
    everything = len(model.trainable_weights)
    with frozen(list(parts.values())):
        assert len(model.trainable_weights) == 2  # kernel and bias of the head
    assert len(model.trainable_weights) == everything
    picture = np.random.default_rng(0).random((1, 32, 32, 1), np.float32)
    assert parts["shape"](picture).shape == (1, 1)
    assert {id(w) for w in parts["shape"].weights[:-2]} < {id(w) for w in model.weights}


def test_without_choosing_masses_it_says_so(tmp_path: Path) -> None:
    run = Run(recipe(submodels=None, schedule=ONCE, tuning=None), tmp_path, tmp_path)
    with pytest.raises(RecipeError, match="no mass to choose"):
        teach(run, None, MASSES, [])


def test_one_backbone_for_all_cannot_be_taught_apart() -> None:
    with pytest.raises(ValueError, match="paper preset"):
        replace(recipe(), preset="compact")
