"""A detector in miniature: it learns, goes on where it was stopped, and answers alike as a file."""

from __future__ import annotations

import json
import shutil
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
from training.detector import Schedule, Trainer  # noqa: E402
from training.detector_data import Pools, Scene  # noqa: E402
from training.run import Run  # noqa: E402
from training.tasks.detector import export  # noqa: E402

pytestmark = pytest.mark.slow

CONFIG = DetectorConfig(128, 64, "mobilenet_v2", 16, 1, AnchorGrid(3, 6, 1, (1.0,), 3.0), norm_momentum=0.9)
SCHEDULE = Schedule(steps=40, warm_up=5, learning_rate=3e-3, checkpoint_every=20)
POOLS = Pools(
    (
        (Scene(disc(128, 64, (30, 60), 12), (circle(30, 60, 12),)),),
        (Scene(np.full((128, 64), 80, np.uint8), ()),),
    ),
    (1, 1),
    (),
)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Trainer, list[dict[str, float]]]:
    trainer, said = Trainer(CONFIG, SCHEDULE, tmp_path_factory.mktemp("run"), imagenet=None), []
    trainer.run(POOLS, lambda line: said.append(json.loads(line)))
    return trainer, said


def test_the_losses_fall(finished: tuple[Trainer, list[dict[str, float]]]) -> None:
    trainer, (first, second) = finished
    assert (first["step"], second["step"], int(trainer.step)) == (20, 40, 40)
    assert 0 < second["class_loss"] < 0.9 * first["class_loss"]
    assert 0 < second["box_loss"] < 0.1


def test_a_stopped_run_goes_on_at_its_last_checkpoint_and_ends_alike(
    finished: tuple[Trainer, list[dict[str, float]]], tmp_path: Path
) -> None:
    trainer, said = finished
    shutil.copytree(trainer.folder, tmp_path, dirs_exist_ok=True)
    (tmp_path / "checkpoints" / "checkpoint").write_text('model_checkpoint_path: "ckpt-1"\n')  # as after 20 steps
    resumed = Trainer(CONFIG, SCHEDULE, tmp_path, imagenet=None)
    assert int(resumed.step) == 20
    heard: list[dict[str, float]] = []
    resumed.run(POOLS, lambda line: heard.append(json.loads(line)))
    assert [line["step"] for line in heard] == [40]
    assert heard[0]["class_loss"] == pytest.approx(said[1]["class_loss"], rel=0.02)
    for one, other in zip(trainer.averages, resumed.averages, strict=True):
        assert np.asarray(one) == pytest.approx(np.asarray(other), abs=0.01)


def test_a_finished_run_is_not_trained_again(finished: tuple[Trainer, list[dict[str, float]]], tmp_path: Path) -> None:
    trainer, _ = finished
    shutil.copytree(trainer.folder, tmp_path, dirs_exist_ok=True)
    again = Trainer(CONFIG, SCHEDULE, tmp_path, imagenet=None)
    again.run(POOLS, lambda line: pytest.fail("a step was made"))
    for one, other in zip(trainer.averages, again.averages, strict=True):
        assert np.array_equal(one.numpy(), other.numpy())


def test_the_averages_ship_and_the_file_answers_as_the_network(
    finished: tuple[Trainer, list[dict[str, float]]], tmp_path: Path
) -> None:
    trainer, _ = finished
    moved = [
        not np.array_equal(a.numpy(), w.numpy()) for a, w in zip(trainer.averages, trainer.model.weights, strict=True)
    ]
    trainer.average_into_model()
    assert np.mean(moved) > 0.8
    for average, weight in zip(trainer.averages, trainer.model.weights, strict=True):
        assert np.array_equal(average.numpy(), weight.numpy())
    run = Run("detector", tmp_path, tmp_path)
    export(trainer, run)
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
