"""Training that can be killed and gone on with, and ships the average of its weights, of the last epoch or the best."""

from __future__ import annotations

import csv
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

keras = pytest.importorskip("keras")

from training.checkpoint import Checkpoint  # noqa: E402
from training.fit import FEW, FIGURE, Batch, Drawn, Judge, Schedule, fit, next_rate  # noqa: E402

SCHEDULE = Schedule(epochs=4, steps_per_epoch=3, learning_rate=0.05, average=0.5)
SEED = 11
CHILD = Path(__file__).parent / "child_training.py"


def line(rng: np.random.Generator) -> Batch:
    """y = 2 x, with the slope for a network of one weight to find."""
    x = rng.random((8, 1)).astype(np.float32)
    return x, 2 * x, np.ones(8, np.float32)


def network() -> Any:
    keras.utils.set_random_seed(3)
    return keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")])


def trained(
    folder: Path, schedule: Schedule = SCHEDULE, keep: Path | None = None, judge: Judge | None = None
) -> tuple[float, set[float]]:
    """(the weight that ships, the first x of every batch that was drawn); `keep` gets the run as after two epochs."""
    seen: set[float] = set()

    def draw(rng: np.random.Generator) -> Batch:
        if keep is not None and not keep.exists() and epochs_done(folder) == 2:
            shutil.copytree(folder, keep)
        batch = line(rng)
        seen.add(float(batch[0][0, 0]))
        return batch

    model = network()
    fit(model, draw, "mean_squared_error", schedule, folder, SEED, judge)
    return slope(model), seen


def slope(model: Any) -> float:
    return float(model.get_weights()[0][0, 0])


def epochs_done(folder: Path) -> int:
    return int(Checkpoint(folder / "state.npz", []).number() or 0)


def expected_draws(epochs: range) -> set[float]:
    """What the batches of these epochs start with: seed, epoch and step decide, nothing else."""
    steps = [(SEED, epoch, step) for epoch in epochs for step in range(SCHEDULE.steps_per_epoch)]
    return {float(line(np.random.default_rng(step))[0][0, 0]) for step in steps}


def log(folder: Path) -> list[dict[str, str]]:
    with (folder / "log.csv").open() as lines:
        return list(csv.DictReader(lines))


def test_every_batch_depends_on_seed_epoch_and_step_alone(tmp_path: Path) -> None:
    _, seen = trained(tmp_path)
    assert seen == expected_draws(range(SCHEDULE.epochs))
    assert Drawn(line, 3, SEED, 1)[2][0][0, 0] == line(np.random.default_rng((11, 1, 2)))[0][0, 0]


def test_a_stopped_run_goes_on_with_the_batches_it_would_have_seen_and_ends_alike(tmp_path: Path) -> None:
    whole, _ = trained(tmp_path / "whole", keep=tmp_path / "parts")
    resumed, seen = trained(tmp_path / "parts")
    assert resumed == pytest.approx(whole, rel=1e-6)
    assert seen == expected_draws(range(2, 4))
    assert [row["epoch"] for row in log(tmp_path / "parts")] == ["1.0", "2.0", "3.0", "4.0"]


def test_a_finished_run_is_not_trained_again(tmp_path: Path) -> None:
    first, _ = trained(tmp_path)
    again, seen = trained(tmp_path)
    assert again == first
    assert not seen


def test_an_epoch_that_was_logged_but_not_kept_is_done_and_logged_again(tmp_path: Path) -> None:
    trained(tmp_path / "whole", keep=tmp_path / "parts")
    shutil.copy(tmp_path / "whole" / "log.csv", tmp_path / "parts" / "log.csv")  # killed between log and state
    trained(tmp_path / "parts")
    assert len(log(tmp_path / "parts")) == SCHEDULE.epochs


def test_a_run_may_go_on_without_the_figure_it_had(tmp_path: Path) -> None:
    trained(tmp_path / "whole", keep=tmp_path / "parts", judge=lambda model: 0.5)
    trained(tmp_path / "parts")
    assert [row[FIGURE] for row in log(tmp_path / "parts")] == ["0.5", "0.5", "", ""]


def test_another_networks_run_is_refused(tmp_path: Path) -> None:
    trained(tmp_path)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])
    with pytest.raises(ValueError, match="another network"):
        fit(model, line, "mean_squared_error", SCHEDULE, tmp_path)


def test_the_average_ships_and_not_the_last_weight(tmp_path: Path) -> None:
    """No average gives the last weight; a long memory stays near the start at 0."""
    last, _ = trained(tmp_path / "last", replace(SCHEDULE, average=0.0))
    at_once, _ = trained(tmp_path / "at once", replace(SCHEDULE, average=0.001))
    slowly, _ = trained(tmp_path / "slowly", replace(SCHEDULE, average=0.9))
    assert at_once == pytest.approx(last, rel=0.01)
    assert 0 < slowly < 0.7 * last


def test_training_itself_never_goes_on_from_the_average(tmp_path: Path) -> None:
    """The average changes what ships and nothing else: the last losses are the same with a long memory and none."""
    for name, average in (("none", 0.0), ("long", 0.95)):
        trained(tmp_path / name, replace(SCHEDULE, average=average), judge=lambda model: 0.0)
    assert log(tmp_path / "none")[-1]["loss"] == log(tmp_path / "long")[-1]["loss"]


def test_the_line_is_found(tmp_path: Path) -> None:
    found, _ = trained(tmp_path, Schedule(epochs=5, steps_per_epoch=30, learning_rate=0.1, average=0.9))
    assert found == pytest.approx(2, abs=0.01)


def test_the_best_epoch_ships_where_the_recipe_chooses_it(tmp_path: Path) -> None:
    """The figure peaks at a slope of 0.1, which the training passes on its way."""
    chosen = replace(SCHEDULE, choose="best", average=0.0)
    slopes: list[float] = []

    def judge(model: Any) -> float:
        slopes.append(slope(model))
        return -abs(slopes[-1] - 0.1)

    shipped, _ = trained(tmp_path, chosen, judge=judge)
    best = min(slopes, key=lambda value: abs(value - 0.1))
    assert shipped == pytest.approx(best)
    assert shipped != pytest.approx(slopes[-1])
    assert [float(row[FIGURE]) for row in log(tmp_path)] == pytest.approx([-abs(value - 0.1) for value in slopes])


def test_the_best_epoch_survives_a_stop(tmp_path: Path) -> None:
    chosen = replace(SCHEDULE, choose="best", average=0.0)
    figures = iter([5.0, 1.0, 2.0, 3.0])
    shipped, _ = trained(tmp_path / "whole", chosen, tmp_path / "parts", lambda model: next(figures))
    later = iter([2.0, 3.0])
    resumed, _ = trained(tmp_path / "parts", chosen, None, lambda model: next(later))
    assert resumed == shipped


def test_choosing_needs_somebody_to_choose_by(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="needs patients to choose by"):
        trained(tmp_path, replace(SCHEDULE, choose="best"))


def test_the_rate_is_halved_after_flat_epochs() -> None:
    flat = replace(SCHEDULE, decay="plateau", learning_rate=0.08, patience=2)
    rows = [{"loss": loss} for loss in (5.0, 4.0, 4.0, 4.5, 3.0, 3.0, 3.5, 3.2, 3.1)]
    rates = [next_rate(rows[:n], flat) for n in range(len(rows) + 1)]
    assert rates == [0.08] * 4 + [0.04] * 3 + [0.02] * 2 + [0.01]
    assert (
        next_rate([{"loss": 1.0, FIGURE: f} for f in (1.0, 2.0, 3.0)], flat) == 0.08
    )  # the figure counts, not the loss


def test_the_rate_is_a_tenth_in_the_second_half() -> None:
    halves = replace(SCHEDULE, decay="tenth", learning_rate=1.0, epochs=5)
    assert [next_rate([{"loss": 1.0}] * n, halves) for n in range(5)] == [1, 1, 1, 0.1, 0.1]


def test_a_plateaus_rate_is_used(tmp_path: Path) -> None:
    flat = Schedule(5, 2, 0.08, decay="plateau", patience=1, average=0.0)
    trained(tmp_path, flat, judge=lambda model: 0.0)
    assert [float(row["learning_rate"]) for row in log(tmp_path)] == pytest.approx([0.08, 0.08, 0.04, 0.02, 0.01])


def test_a_run_leaves_its_log_its_curves_and_events_for_tensorboard(tmp_path: Path) -> None:
    trained(tmp_path)
    assert (tmp_path / "curves.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    tf = pytest.importorskip("tensorflow")
    (events,) = (tmp_path / "tensorboard").iterdir()
    found: dict[str, list[float]] = {}
    for record in tf.data.TFRecordDataset(str(events)):
        event = tf.compat.v1.Event.FromString(record.numpy())
        for value in event.summary.value:
            assert value.metadata.plugin_data.plugin_name == "scalars"
            found.setdefault(value.tag, []).append(float(tf.make_ndarray(value.tensor)))
    assert found["loss"] == pytest.approx([float(row["loss"]) for row in log(tmp_path)])
    assert set(found) == {"loss", "learning_rate", "images_per_second"}


def test_every_epoch_is_one_line_with_loss_speed_and_time_to_go(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trained(tmp_path)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == SCHEDULE.epochs
    assert lines[1].startswith("epoch 2/4  loss ")
    assert " images/s  " in lines[1]
    assert lines[-1].endswith("0:00 to go")


def child(folder: Path, epochs_slow: int = 0) -> subprocess.Popen[str]:
    command = [sys.executable, str(CHILD), str(folder), str(epochs_slow)]
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONPATH": str(CHILD.parents[2])}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


@pytest.mark.slow
def test_a_killed_training_goes_on_and_ends_with_the_weights_of_one_that_was_not(tmp_path: Path) -> None:
    """A network with dropout and batch norm, in a process of its own that gets SIGKILL in its third epoch."""
    whole = child(tmp_path / "whole")
    killed = child(tmp_path / "parts", epochs_slow=2)
    deadline = time.monotonic() + 600
    while epochs_done(tmp_path / "parts") < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    killed.send_signal(signal.SIGKILL)
    killed.communicate(timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert not (tmp_path / "parts" / "shipped.npz").exists()
    assert epochs_done(tmp_path / "parts") == 2
    resumed = child(tmp_path / "parts")
    said, _ = resumed.communicate(timeout=600)
    whole.communicate(timeout=600)
    assert (whole.returncode, resumed.returncode) == (0, 0)
    assert said.startswith("going on after epoch 2 of 5\n")
    with np.load(tmp_path / "whole" / "shipped.npz") as one, np.load(tmp_path / "parts" / "shipped.npz") as other:
        assert len(one.files) > 5
        for name in one.files:
            assert other[name] == pytest.approx(one[name], abs=1e-5)
    drawn = [set((tmp_path / name / "drawn.txt").read_text().split()) for name in ("whole", "parts")]
    assert drawn[0] == drawn[1]


def test_a_half_written_state_is_never_taken_for_one(tmp_path: Path) -> None:
    model = network()
    state = Checkpoint(tmp_path / "state.npz", model.variables)
    state.save(3)
    (tmp_path / "state.part").write_bytes(b"PK half")  # what a kill leaves
    assert state.number() == 3
    state.save(4)
    assert state.number() == 4
    assert [path.name for path in tmp_path.iterdir()] == ["state.npz"]
    assert Checkpoint(tmp_path / "none.npz", model.variables).restore() is None


@pytest.mark.parametrize(("steps", "eager"), [(FEW, True), (FEW + 1, False)])
def test_only_a_rehearsal_of_a_few_steps_goes_without_a_graph(tmp_path: Path, steps: int, eager: bool) -> None:
    model = fit(network(), line, "mean_squared_error", Schedule(1, steps, 0.01), tmp_path)
    assert model.run_eagerly == eager
