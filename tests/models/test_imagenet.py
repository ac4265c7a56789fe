"""ImageNet starting weights; the real file is needed, since what is tested is that it fits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

keras = pytest.importorskip("keras")

from models.imagenet import (  # noqa: E402
    FoldedLayer,
    Statistics,
    folded_layers,
    freeze_batch_norms,
    load_mobilenet_v2,
    measured_statistics,
    normalization,
)


@pytest.fixture
def file(real_data: Path) -> Path:
    path = real_data / "weights" / "mobilenet_v2_1.0_224_imagenet.npz"
    if not path.exists():
        pytest.skip("no ImageNet weights at hand")
    return path


def waves(count: int = 2, side: int = 96) -> NDArray[np.float32]:
    """Coloured stripes of different direction and width, (N, S, S, 3) in -1..1."""
    y, x = np.mgrid[:side, :side] / side
    picture = [[np.sin(2 * np.pi * (i + c + 2) * (x * c + y * (i + 1))) for c in range(3)] for i in range(count)]
    return np.moveaxis(np.array(picture, np.float32), 1, -1)


def backbone(side: int = 96) -> Any:
    return keras.applications.MobileNetV2(input_shape=(side, side, 3), include_top=False, weights=None)


@pytest.mark.realdata
def test_the_file_holds_52_convolutions_in_keras_layout(file: Path) -> None:
    layers = folded_layers(file)
    assert len(layers) == 52
    assert [layer.kind for layer in layers].count("depthwise") == 17
    assert layers[0].kernel.shape == (3, 3, 3, 32)
    assert layers[1].kernel.shape == (3, 3, 32, 1)
    assert layers[-1].kernel.shape == (1, 1, 320, 1280)
    assert sum(layer.stride == 2 for layer in layers) == 5


@pytest.mark.realdata
def test_a_filled_network_tells_pictures_apart(file: Path) -> None:
    model = backbone()
    assert load_mobilenet_v2(model, file) == 52
    features = np.asarray(model(waves(), training=False)).mean(axis=(1, 2))
    assert np.isfinite(features).all()
    assert features.shape == (2, 1280)
    assert 0.02 < (features > 0).mean() < 1  # ReLU6 outputs: some channels answer
    assert features.max() <= 6
    assert np.abs(features[0] - features[1]).mean() > 0.05


@pytest.mark.realdata
def test_a_nested_network_is_found_and_another_one_refused(file: Path) -> None:
    inputs = keras.Input((96, 96, 3))
    nested = keras.Model(inputs, keras.layers.Dense(1)(backbone()(inputs)))
    assert load_mobilenet_v2(nested, file) == 52
    narrow = keras.applications.MobileNetV2(input_shape=(96, 96, 3), alpha=0.35, include_top=False, weights=None)
    with pytest.raises(ValueError, match="shape"):
        load_mobilenet_v2(narrow, file)


@pytest.mark.realdata
def test_measured_statistics_keep_inference_and_make_training_agree_with_it(file: Path) -> None:
    images = waves(8)
    identity, unfolded = backbone(), backbone()
    load_mobilenet_v2(identity, file)
    load_mobilenet_v2(unfolded, file, measured_statistics(folded_layers(file), images, batch=3))
    expected = np.asarray(identity(images, training=False))
    assert np.asarray(unfolded(images, training=False)) == pytest.approx(expected, abs=2e-3)
    trained = np.asarray(unfolded(images, training=True))
    assert trained == pytest.approx(expected, abs=2e-2)  # the batch is the one that was measured
    assert np.abs(np.asarray(identity(images, training=True)) - expected).mean() > 0.1  # why it is needed


def test_a_normalization_only_adds_the_bias() -> None:
    layer = FoldedLayer("conv", np.zeros((1, 1, 2, 3), np.float32), np.array([1, -2, 0.5], np.float32), 1)
    x = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)
    for statistics in (None, Statistics(np.array([3, 0, -1], np.float32), np.array([4, 0.1, 9], np.float32))):
        norm = normalization(layer, 1e-3, statistics)
        y = (x - norm.mean) / np.sqrt(norm.variance + 1e-3) * norm.gamma + norm.beta
        assert y == pytest.approx(x + layer.bias, abs=1e-5)


def test_frozen_batch_norms_run_as_at_inference() -> None:
    model = backbone(32)
    assert freeze_batch_norms(model) == 52
    noise = waves(2, 32)
    assert np.array_equal(np.asarray(model(noise, training=True)), np.asarray(model(noise, training=False)))
