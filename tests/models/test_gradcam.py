"""Grad-CAM: what the exported files say beside their logits, against gradients and closed forms."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

keras = pytest.importorskip("keras")
tf = pytest.importorskip("tensorflow")

from models.export import export_function, export_model  # noqa: E402
from models.gradcam import CAM, answers_and_cam, logits_and_cam, side_by_side  # noqa: E402
from models.registry import build  # noqa: E402
from pipeline.errors import NoHeatmap  # noqa: E402
from pipeline.inference import LiteRtModel  # noqa: E402
from tests.models.networks import pictures, settle  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    keras.utils.set_random_seed(1)
    yield
    keras.backend.clear_session()


def small(pooling: str, dense: int = 0, classes: int = 2) -> Any:
    """A convolution of 3 maps, pooled, perhaps a hidden layer, `classes` logits."""
    image = keras.Input((6, 4, 1), name="image")
    maps = keras.layers.Conv2D(3, 3, padding="same", activation="relu", name="maps")(image)
    layers = {
        "mean": [keras.layers.GlobalAveragePooling2D()],
        "maximum": [keras.layers.GlobalMaxPooling2D()],
        "both": [keras.layers.GlobalAveragePooling2D(), keras.layers.GlobalMaxPooling2D()],
        "flat": [keras.layers.Flatten()],
    }[pooling]
    vectors = [layer(maps) for layer in layers]
    x = keras.layers.Concatenate()(vectors) if len(vectors) > 1 else vectors[0]
    x = keras.layers.Dense(dense, activation="relu")(x) if dense else x
    return keras.Model(image, keras.layers.Dense(classes, name="logits")(x))


def both(model: Any, x: Any) -> tuple[Any, Any]:
    logits, cam = logits_and_cam(model, x)
    assert cam is not None
    return logits, cam


def by_the_paper(model: Any, x: Any, answer: int) -> Any:
    """Equations 1 and 2 of the paper without the rectifier: mean gradient of every map, times the map, summed."""
    head = keras.Model(model.get_layer("maps").output, model.output)
    maps = keras.Model(model.input, model.get_layer("maps").output)(x)
    with tf.GradientTape() as tape:
        tape.watch(maps)
        logit = head(maps)[:, answer]
    weights = tf.reduce_mean(tape.gradient(logit, maps), axis=(1, 2), keepdims=True)
    return tf.reduce_sum(weights * maps, axis=-1).numpy()


@pytest.mark.parametrize("pooling", ["mean", "maximum", "both", "flat"])
@pytest.mark.parametrize("dense", [0, 5])
def test_the_map_is_that_of_the_paper_for_every_class(pooling: str, dense: int) -> None:
    model = small(pooling, dense)
    x = tf.constant(pictures(model, 1))
    logits, cam = both(model, x)
    assert logits.numpy().tolist() == model(x).numpy().tolist()
    assert cam.shape == (1, 6, 4, 2)
    for answer in (0, 1):
        np.testing.assert_allclose(cam[..., answer], by_the_paper(model, x, answer), atol=1e-6)
    assert np.abs(cam.numpy()).max() > 1e-4


def test_pools_that_only_steer_later_maps_are_no_part_of_it() -> None:
    image = keras.Input((6, 4, 1), name="image")
    early = keras.layers.Conv2D(3, 3, padding="same")(image)
    gate = keras.layers.Dense(3, activation="sigmoid")(keras.layers.GlobalAveragePooling2D(keepdims=True)(early))
    maps = keras.layers.Conv2D(3, 3, strides=2, name="maps")(keras.layers.Multiply()([early, gate]))
    logits = keras.layers.Dense(2, name="logits")(keras.layers.GlobalAveragePooling2D()(maps))
    model = keras.Model(image, logits)
    x = tf.constant(pictures(model, 1))
    _, cam = both(model, x)
    np.testing.assert_allclose(cam[..., 1], by_the_paper(model, x, 1), atol=1e-6)


def test_under_mean_and_one_linear_layer_the_places_sum_to_the_logit() -> None:
    model = settle(build("pathology", side=64))
    bias = float(np.asarray(model.get_layer("logit").bias)[0])
    logits, cam = both(model, {name: tf.constant(x) for name, x in pictures(model, 1).items()})
    assert float(tf.reduce_sum(cam)) + bias == pytest.approx(float(logits[0, 0]), abs=1e-4)


def test_afterwards_the_network_is_as_it_was() -> None:
    model = small("mean")
    logits_and_cam(model, tf.constant(pictures(model, 1)))
    assert all("call" not in vars(layer) for layer in model.layers)


@pytest.mark.parametrize(
    ("task", "options", "places"), [("masking", {}, (5, 4, 3)), ("pathology", {"side": 64}, (2, 2, 1))]
)
def test_an_exported_classifier_hands_out_its_map_beside_its_logits(
    task: str, options: dict[str, Any], places: tuple[int, ...], tmp_path: Path
) -> None:
    model = settle(build(task, **options))
    export_model(model, tmp_path / "file.tflite", "float32")
    x, names = pictures(model, 1), [i.name for i in model.inputs]
    served = LiteRtModel(tmp_path / "file.tflite", inputs=names)
    inputs = [x[name] for name in names] if len(names) > 1 else [x]
    given = {name: tf.constant(part) for name, part in x.items()} if len(names) > 1 else tf.constant(x)
    _, expected = both(model, given)
    assert CAM not in served.output_names
    assert len(served(*inputs)) == 1
    assert served.cam(*inputs).shape == (1, *places)
    np.testing.assert_allclose(served.cam(*inputs), np.asarray(expected), atol=1e-4)


def test_a_network_that_pools_nothing_has_no_map(tmp_path: Path) -> None:
    model = settle(build("segmenter", side=64))
    export_model(model, tmp_path / "segmenter.tflite")
    with pytest.raises(NoHeatmap, match="occlusion"):
        LiteRtModel(tmp_path / "segmenter.tflite").cam(pictures(model, 1))


def test_pictures_of_a_batch_keep_their_own_maps_and_lie_side_by_side() -> None:
    model = small("both", dense=5, classes=1)
    named = keras.Model(model.input, {"calcified": model.output})
    x = tf.constant(pictures(model, 4))
    said, cam = answers_and_cam(named, x, "calcified")
    assert said["calcified"].shape == (4, 1)
    for i in range(4):
        np.testing.assert_allclose(cam[i], both(model, x[i : i + 1])[1][0, ..., 0], atol=1e-6)
    sheet = side_by_side(cam, 2).numpy()
    assert sheet.shape == (1, 12, 8, 1)
    np.testing.assert_array_equal(sheet[0, :6, 4:, 0], cam[1])
    np.testing.assert_array_equal(sheet[0, 6:, :4, 0], cam[2])


def test_a_second_signature_leaves_the_answer_alone(tmp_path: Path) -> None:
    def twice(image: Any) -> dict[str, Any]:
        return {"twice": image * 2.0}

    def squares(image: Any) -> dict[str, Any]:
        return {CAM: image * image}

    export_function(twice, {"image": (3,)}, tmp_path / "two.tflite", also={CAM: squares})
    model = LiteRtModel(tmp_path / "two.tflite")
    x = np.array([[1, 2, 3]], np.float32)
    (said,) = model(x)
    assert (said.tolist(), model.cam(x).tolist()) == ([[2, 4, 6]], [[1, 4, 9]])
    assert model.output_names == ("twice",)


def test_a_hidden_layer_with_rectifiers_is_exported_with_its_map(tmp_path: Path) -> None:
    """As the paper cancer network has one: LiteRT knows no gradient of a rectifier."""
    model, path = small("mean", dense=8), tmp_path / "network.tflite"
    rectifiers = [layer.activation for layer in model.layers if hasattr(layer, "activation")]
    export_model(model, path, precision="float32")
    assert [layer.activation for layer in model.layers if hasattr(layer, "activation")] == rectifiers
    x = np.random.default_rng(3).random((1, 6, 4, 1), np.float32)
    logits, cam = both(model, x)
    served = LiteRtModel(path)
    np.testing.assert_allclose(served(x)[0], logits, atol=1e-5)
    np.testing.assert_allclose(np.ravel(served.cam(x)), np.ravel(cam), atol=1e-5)
