"""The hybrid's training, but for the long way between its first step and its last."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

keras = pytest.importorskip("keras")

from models.export import export_model  # noqa: E402
from models.hybrid import build_hybrid, mobilenet_of, small_densenet, to_three_channels  # noqa: E402
from models.weights import digest  # noqa: E402
from tests.training.pictures import circle, disc  # noqa: E402
from training.fit import fit, next_rate  # noqa: E402
from training.judge import probabilities_of  # noqa: E402
from training.plain_cuts import plain_cuts  # noqa: E402
from training.recipes import find  # noqa: E402
from training.regions import Mass  # noqa: E402
from training.run import Run  # noqa: E402
from training.tasks import hybrid  # noqa: E402
from training.train import read  # noqa: E402
from training.verdict import Verdict  # noqa: E402


def masses(number: int = 12) -> list[Mass]:
    """Malignant ones are brighter; two of each patient."""
    return [
        Mass(
            disc(200, 160, (90, 110), 25, bright=230 if i % 2 else 120),
            circle(90, 110, 25),
            i % 2 == 1,
            "set",
            f"{i // 2}",
        )
        for i in range(number)
    ]


def recipe(preset: str = "compact", **changed: Any) -> Any:
    shipped: Any = read(find(f"hybrid-{preset}"))
    return replace(shipped, side=32, **changed)


def test_the_learned_channels_begin_as_three_copies() -> None:
    picture = keras.Input((4, 4, 1))
    grey = np.random.default_rng(0).random((1, 4, 4, 1), np.float32)
    colours = np.asarray(keras.Model(picture, to_three_channels(picture))(grey))
    assert colours == pytest.approx(np.repeat(grey, 3, axis=-1))


def test_the_second_branch_grows_as_a_densenet_does() -> None:
    picture = keras.Input((64, 64, 3))
    maps = small_densenet(picture, growth=4, stem=8, blocks=(2, 3))
    assert maps.shape == (None, 8, 8, (8 + 2 * 4) // 2 + 3 * 4)


def test_the_published_schedule_halves_the_rate_after_three_flat_epochs() -> None:
    schedule = read(find("hybrid-paper")).schedule  # type: ignore[attr-defined]
    losses = [{"loss": loss} for loss in (1.0, 0.9, 0.9, 0.95, 0.92)]
    assert next_rate(losses[:4], schedule) == schedule.learning_rate
    assert next_rate(losses, schedule) == schedule.learning_rate / 2


def test_start_weights_go_into_the_mobilenet_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    model, filled = build_hybrid(side=32), []
    monkeypatch.setattr(Run, "start", lambda run, part: filled.append(part))
    hybrid._start(Run(recipe(), tmp_path, tmp_path), mobilenet_of(model), lambda rng: pytest.fail("nothing to measure"))
    (part,) = filled
    assert part.name.startswith("mobilenetv2")
    assert not any(part is layer for layer in model.layers if "dense" in layer.name)


def test_the_judgement_says_how_well_bright_masses_are_told_and_where_it_begins_to_say_yes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def brightness(picture: np.ndarray[Any, Any]) -> tuple[np.ndarray[Any, Any], ...]:
        assert picture.shape == (1, 32, 32, 1)
        return (np.array([[10 * float(picture[0, 16, 16, 0]) - 7]]),)

    monkeypatch.setattr(hybrid, "opened", lambda run, input: (brightness, None))
    run = Run(recipe(), tmp_path, tmp_path)
    verdict = hybrid.judged(run, Verdict({"side": 32}, "drawn"), masses())
    assert verdict.metrics["auc_all"].value == 1.0
    probabilities = probabilities_of(np.array([10 * 120 / 255 - 7, 10 * 230 / 255 - 7]), verdict.calibration)
    assert probabilities[0] < 0.3 < 0.7 < probabilities[1]
    assert verdict.operating_points[0]["probability"] == pytest.approx(probabilities[1], abs=0.05)
    assert (verdict.operating_points[0]["sensitivity"], verdict.operating_points[0]["n"]) == (1.0, 12)


@pytest.mark.slow
def test_a_few_steps_are_taken_and_exported_with_what_the_pipeline_needs(tmp_path: Path) -> None:
    made = recipe(batch=4).shortened(None, 2)
    run: Run[Any] = Run(made, tmp_path, tmp_path, 0, ("hybrid",))
    model = build_hybrid("compact", 32)
    draw = plain_cuts(masses(), made.batch, made.side, made.margin, made.smoothing, made.look)
    before = [np.array(weight) for weight in model.trainable_weights]
    fit(model, draw, keras.losses.BinaryCrossentropy(from_logits=True), made.schedule, run.folder, made.seed)
    moved = [not np.array_equal(a, np.array(b)) for a, b in zip(before, model.trainable_weights, strict=True)]
    assert np.mean(moved) > 0.9
    export_model(model, run.weight_file)
    assert len(digest(run.weight_file)) == 64
    verdict = hybrid.verdict_of(run, masses(), 12)
    assert verdict.input == {"names": ["image"], "side": 32, "margin": 0.5}
    assert verdict.metrics["auc_all"].n == 12
