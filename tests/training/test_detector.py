"""A detector in miniature: it learns, goes on where it was stopped, and answers alike as a file."""

from __future__ import annotations

import csv
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

tf = pytest.importorskip("tensorflow")
pytest.importorskip("official")

from models.boxes import AnchorGrid  # noqa: E402
from models.detector import DetectorConfig, raw_heads  # noqa: E402
from pipeline.inference import LiteRtModel  # noqa: E402
from tests.training.pictures import circle, disc  # noqa: E402
from training.detector import Trainer, in_float32  # noqa: E402
from training.detector_data import Pools, Scene  # noqa: E402
from training.fit import FIGURE  # noqa: E402
from training.recipes import find  # noqa: E402
from training.recipes.values import Schedule  # noqa: E402
from training.run import Run  # noqa: E402
from training.tasks.detector import export  # noqa: E402
from training.train import read  # noqa: E402

pytestmark = pytest.mark.slow

CONFIG = DetectorConfig(128, 64, "mobilenet_v2", 16, 1, AnchorGrid(3, 6, 1, (1.0,), 3.0), norm_momentum=0.9)
SCHEDULE = Schedule(2, 20, 3e-3, warm_up=0.125, clip=10.0, average=0.997)
POOLS = Pools(
    (
        (Scene(disc(128, 64, (30, 60), 12), (circle(30, 60, 12),)),),
        (Scene(np.full((128, 64), 80, np.uint8), ()),),
    ),
    (1, 1),
    (),
)


Finished = tuple[Trainer, list[dict[str, float]]]


def log(folder: Path) -> list[dict[str, float]]:
    with (folder / "log.csv").open() as lines:
        return [{name: float(value) for name, value in row.items() if value} for row in csv.DictReader(lines)]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """With a figure that is best after the first epoch, though the schedule ships the last one."""
    trainer = Trainer(CONFIG, SCHEDULE, tmp_path_factory.mktemp("run"), imagenet=None)
    figures = iter([0.5, 0.3])
    trainer.run(POOLS, lambda model: next(figures))
    return trainer, log(trainer.folder)


def test_the_losses_fall(finished: Finished) -> None:
    trainer, (first, second) = finished
    assert (first["epoch"], second["epoch"], int(trainer.step)) == (1, 2, 40)
    assert 0 < second["class_loss"] < 0.9 * first["class_loss"]
    assert 0 < second["box_loss"] < 0.1
    assert (first[FIGURE], second[FIGURE]) == (0.5, 0.3)


def test_a_stopped_run_goes_on_at_its_last_checkpoint_with_its_best_one_and_ends_alike(
    finished: Finished, tmp_path: Path
) -> None:
    trainer, said = finished
    shutil.copytree(trainer.folder, tmp_path, dirs_exist_ok=True)
    (tmp_path / "checkpoints" / "checkpoint").write_text('model_checkpoint_path: "ckpt-1"\n')  # as after 20 steps
    resumed = Trainer(CONFIG, SCHEDULE, tmp_path, imagenet=None)
    assert int(resumed.step) == 20
    best = resumed.best_manager.latest_checkpoint
    heard: list[str] = []
    resumed.run(POOLS, lambda model: 0.4, say=heard.append)
    assert resumed.best_manager.latest_checkpoint == best  # 0.5 was reached before the stop
    assert heard[0] == "going on after epoch 1 of 2"
    assert [row["epoch"] for row in log(tmp_path)] == [1, 2]
    assert log(tmp_path)[1]["class_loss"] == pytest.approx(said[1]["class_loss"], rel=0.02)
    for one, other in zip(trainer.averages, resumed.averages, strict=True):
        assert np.asarray(one) == pytest.approx(np.asarray(other), abs=0.01)


def test_a_finished_run_is_not_trained_again(finished: Finished, tmp_path: Path) -> None:
    trainer, _ = finished
    shutil.copytree(trainer.folder, tmp_path, dirs_exist_ok=True)
    again = Trainer(CONFIG, SCHEDULE, tmp_path, imagenet=None)
    again.run(POOLS, say=lambda line: pytest.fail("an epoch was made"))
    for one, other in zip(trainer.averages, again.averages, strict=True):
        assert np.array_equal(one.numpy(), other.numpy())


def test_the_best_epoch_ships_where_the_recipe_chooses_it(finished: Finished, tmp_path: Path) -> None:
    trainer, _ = finished
    shutil.copytree(trainer.folder, tmp_path, dirs_exist_ok=True)
    chosen = Trainer(CONFIG, replace(SCHEDULE, choose="best"), tmp_path, imagenet=None)
    last = [average.numpy() for average in chosen.averages]
    shipped = [weight.numpy() for weight in chosen.average_into_model().weights]
    first = tf.train.load_checkpoint(str(tmp_path / "checkpoints" / "ckpt-1"))
    for i, weight in enumerate(shipped):
        assert np.array_equal(weight, first.get_tensor(f"averages/{i}/.ATTRIBUTES/VARIABLE_VALUE"))
    assert sum(not np.array_equal(one, other) for one, other in zip(shipped, last, strict=True)) > len(last) // 2


def test_bfloat16_computes_in_it_and_ships_float32(tmp_path: Path) -> None:
    small = Schedule(1, 1, 1e-3)
    trainer = Trainer(CONFIG, small, tmp_path, imagenet=None, bfloat16=True)
    trainer.run(POOLS)
    assert {weight.dtype for weight in trainer.model.trainable_weights} == {tf.float32}
    image = np.asarray(disc(128, 64, (30, 60), 12)[None, :, :, None] / 255, np.float32)
    logits, codes = heads(trainer, image)
    assert logits.dtype == codes.dtype == tf.float32
    exact, _ = raw_heads(in_float32(trainer.model, CONFIG), tf.constant(image), training=False)
    difference = np.abs(np.asarray(exact) - np.asarray(logits)).max()
    assert 0 < difference < 0.1


def test_the_averages_ship_and_the_file_answers_as_the_network(finished: Finished, tmp_path: Path) -> None:
    trainer, _ = finished
    moved = [
        not np.array_equal(a.numpy(), w.numpy()) for a, w in zip(trainer.averages, trainer.model.weights, strict=True)
    ]
    trainer.average_into_model()
    assert np.mean(moved) > 0.8
    for average, weight in zip(trainer.averages, trainer.model.weights, strict=True):
        assert np.array_equal(average.numpy(), weight.numpy())
    recipe: Any = read(find("detector"))
    run = Run(replace(recipe, network=CONFIG), tmp_path, tmp_path)
    export(trainer.model, run)
    file = LiteRtModel(run.weight_file)
    assert file.output_names == ("box_code", "logits")
    image = np.asarray(disc(128, 64, (30, 60), 12)[None, :, :, None] / 255, np.float32)
    codes, logits = file(image)
    expected_logits, expected_codes = (np.asarray(part) for part in heads(trainer, image))
    assert probability(logits) == pytest.approx(probability(expected_logits), abs=5e-3)
    assert codes == pytest.approx(expected_codes, abs=0.03)


def heads(trainer: Trainer, image: Any) -> Any:
    return raw_heads(trainer.model, tf.constant(image), training=False)


def probability(logits: Any) -> Any:
    return 1 / (1 + np.exp(-logits))
