"""Every network in both presets: size, shapes, one training step, saving."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest

keras = pytest.importorskip("keras")

from models.layers import Preset  # noqa: E402
from models.registry import TASKS, build  # noqa: E402
from tests.conftest import ROOT  # noqa: E402
from tests.models.networks import pictures, settle  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # keras 3.15, numpy 2

# task, preset: parameters, of them trainable, input (H, W, C), output without the batch
EXPECTED: dict[tuple[str, Preset], tuple[int, int, tuple[int, ...], tuple[int, ...]]] = {
    ("segmenter", "paper"): (9_502_689, 9_496_801, (256, 256, 1), (256, 256, 1)),
    ("segmenter", "compact"): (2_346_321, 2_343_377, (256, 256, 1), (256, 256, 1)),
    ("pathology", "paper"): (73_909_889, 73_750_529, (224, 224, 1), (1,)),
    ("pathology", "compact"): (2_261_825, 2_227_713, (160, 160, 1), (1,)),
    ("hybrid", "paper"): (31_026_887, 30_890_119, (224, 224, 1), (1,)),
    ("hybrid", "compact"): (2_538_097, 2_498_117, (224, 224, 1), (1,)),
    ("masking", "paper"): (239_059, 239_059, (160, 128, 1), (3,)),
    ("masking", "compact"): (2_261_827, 2_227_715, (160, 128, 1), (3,)),
    ("cancer", "paper"): (23_827_201, 262_401, (256, 256, 1), (1,)),
    ("cancer", "compact"): (1_845_761, 1_812_545, (512, 320, 1), (1,)),
}
LARGE = {("pathology", "paper"), ("hybrid", "paper")}
every_network = pytest.mark.parametrize(
    ("task", "preset"),
    [pytest.param(*key, marks=pytest.mark.slow if key in LARGE else ()) for key in EXPECTED],
)


@pytest.fixture(autouse=True)
def clean() -> Any:
    keras.utils.set_random_seed(1)
    yield
    keras.backend.clear_session()


def targets(model: Any, batch: int) -> np.ndarray:
    shape = (batch, *model.output.shape[1:])
    return np.eye(3, dtype=np.float32)[:batch] if shape[-1] == 3 else np.ones(shape, np.float32)


@every_network
def test_size_and_shapes_are_the_stated_ones(task: str, preset: Preset) -> None:
    parameters, trainable, input_shape, output_shape = EXPECTED[task, preset]
    model = build(task, preset)
    assert model.count_params() == parameters
    assert sum(int(np.prod(v.shape)) for v in model.trainable_variables) == trainable
    assert {i.shape for i in model.inputs} == {(None, *input_shape)}
    assert model.output.shape == (None, *output_shape)


@every_network
def test_one_training_step_moves_the_weights_and_the_logits(task: str, preset: Preset) -> None:
    model = build(task, preset)
    batch = 1 if preset == "paper" else 2
    x, y = pictures(model, batch), targets(model, batch)
    before = np.asarray(model(x, training=False))
    assert np.isfinite(before).all()
    kind = keras.losses.CategoricalCrossentropy if task == "masking" else keras.losses.BinaryCrossentropy
    loss = kind(from_logits=True)
    model.compile(keras.optimizers.SGD(0.01), loss, jit_compile=False, run_eagerly=preset == "paper")  # no graph: quick
    weights = [np.array(v) for v in model.trainable_variables]
    assert np.isfinite(model.train_on_batch(x, y))
    moved = [not np.array_equal(a, np.array(v)) for a, v in zip(weights, model.trainable_variables, strict=True)]
    assert np.mean(moved) > 0.9  # a bias before a softmax over keys has no gradient
    assert not np.array_equal(np.asarray(model(x, training=False)), before)


@pytest.mark.parametrize("task", ["segmenter", "pathology"])
def test_a_saved_network_comes_back_the_same(task: str, tmp_path: Path) -> None:
    model = build(task, side=64)
    x = pictures(model, 2)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert np.array_equal(np.asarray(again(x, training=False)), np.asarray(model(x, training=False)))


def test_the_pathology_inputs_are_told_apart_by_name() -> None:
    model = settle(build("pathology", side=64))
    x = pictures(model, 1)
    swapped = {"image": x["margin"], "shape": x["shape"], "margin": x["image"]}
    reordered = {name: x[name] for name in ("margin", "image", "shape")}
    answer = np.asarray(model(x))
    assert not np.allclose(np.asarray(model(swapped)), answer, atol=1e-6)
    assert np.asarray(model(reordered)) == pytest.approx(answer, abs=1e-6)


def test_the_transformer_branch_reaches_the_outline() -> None:
    model = build("segmenter", side=64)
    x = pictures(model, 1)
    before = np.asarray(model(x))
    positions = model.get_layer("positions")
    positions.set_weights([np.random.default_rng(4).normal(size=w.shape) for w in positions.get_weights()])
    assert np.abs(np.asarray(model(x)) - before).max() > 1e-4


def test_sizes_can_be_chosen_and_impossible_ones_are_refused() -> None:
    assert build("cancer", height=384, width=256).input_shape == (None, 384, 256, 1)
    with pytest.raises(ValueError, match="multiples of 32"):
        build("cancer", height=500, width=320)


def test_an_unknown_task_or_preset_is_refused() -> None:
    for task, preset in (("nothing", "compact"), ("cancer", "huge")):
        with pytest.raises(ValueError, match=preset):
            build(task, preset)  # type: ignore[arg-type]


@pytest.mark.filterwarnings("ignore:Input dict contained keys:UserWarning")  # Model Garden's pyramid over MobileNetV2
def test_the_detector_is_built_by_name_too() -> None:
    pytest.importorskip("official")
    detector = build("detector", height=128, width=64, channels=32)
    assert (type(detector).__name__, detector.decoder.name) == ("RetinaNetModel", "fpn")


def test_every_other_task_has_both_presets() -> None:
    elsewhere = {"detector", "microcalcification", "guard"}  # the latter two in files of their own
    assert {task for task, _ in EXPECTED} | elsewhere == set(TASKS)
    assert {preset for _, preset in EXPECTED} == set(get_args(Preset))


DETECTORS: dict[Preset, int] = {"compact": 2_986_255, "paper": 32_300_269}  # parameters, batch statistics included


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Input dict contained keys:UserWarning")
@pytest.mark.parametrize("preset", get_args(Preset))
def test_the_detectors_have_their_size(preset: Preset) -> None:
    pytest.importorskip("official")
    assert sum(int(np.prod(v.shape)) for v in build("detector", preset).variables) == DETECTORS[preset]


def test_the_page_of_networks_states_both_sizes_of_each() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \|[^|]+\| ([\d,]+) \|[^|]+\| ([\d,]+) \|$",
        (ROOT / "docs" / "models.md").read_text("utf-8"),
        re.MULTILINE,
    )
    said = {(task, "compact"): compact for task, compact, _ in rows} | {(task, "paper"): big for task, _, big in rows}
    counted = {key: expected[0] for key, expected in EXPECTED.items()}
    counted |= {("detector", preset): size for preset, size in DETECTORS.items()}
    assert {key: int(text.replace(",", "")) for key, text in said.items()} == counted
