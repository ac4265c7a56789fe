"""Model Garden's RetinaNet as we build it: sizes, the order of its anchors, its ImageNet start."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

keras = pytest.importorskip("keras")
tf = pytest.importorskip("tensorflow")
pytest.importorskip("official")

from models.boxes import AnchorGrid, decode  # noqa: E402
from models.detector import COMPACT, PAPER, DetectorConfig, build_detector, raw_heads, start_from_imagenet  # noqa: E402
from models.imagenet import load_mobilenet_v2  # noqa: E402

TINY = DetectorConfig(128, 64, "mobilenet_v2", 32, 1, AnchorGrid(3, 6, 2, (1.0,), 3.0))


def parameters(weights: list[Any]) -> int:
    return sum(int(np.prod(weight.shape)) for weight in weights)


@pytest.fixture(scope="module")
def tiny() -> Any:
    tf.random.set_seed(1)
    return build_detector(TINY)


@pytest.mark.slow
def test_the_paper_preset_has_the_published_size() -> None:
    """ResNet-50-FPN, 1024 x 512, nine anchors a place: 32.3 million parameters."""
    model = build_detector(PAPER)
    assert parameters(model.weights) == 32_300_269
    logits, codes = raw_heads(model, tf.zeros((1, 1024, 512, 1)), training=False)
    anchors = PAPER.anchors.boxes(PAPER.height, PAPER.width)
    assert logits.shape == (1, len(anchors)) == (1, 98_208)
    assert codes.shape == (1, len(anchors), 4)
    before = [np.array(weight) for weight in model.trainable_weights[-4:]]
    with tf.GradientTape() as tape:
        logits, codes = raw_heads(model, tf.random.uniform((1, 1024, 512, 1)), training=True)
        loss = tf.reduce_mean(tf.square(logits)) + tf.reduce_mean(tf.square(codes - 1.0))
    gradients = tape.gradient(loss, model.trainable_weights)
    assert all(gradient is not None for gradient in gradients)
    for weight, gradient in zip(model.trainable_weights, gradients, strict=True):
        weight.assign_sub(0.01 * gradient)
    assert any(not np.array_equal(a, np.array(b)) for a, b in zip(before, model.trainable_weights[-4:], strict=True))


def test_the_compact_preset_has_its_size() -> None:
    model = build_detector(COMPACT)
    assert parameters(model.weights) == 2_986_255
    logits, codes = raw_heads(model, tf.zeros((1, COMPACT.height, COMPACT.width, 1)), training=False)
    anchors = COMPACT.anchors.boxes(COMPACT.height, COMPACT.width)
    assert logits.shape == (1, len(anchors)) == (1, 19_635)
    assert codes.shape == (1, len(anchors), 4)


def test_raw_heads_come_in_the_order_of_the_anchors(tiny: Any) -> None:
    """Each place of each level is moved alone, and the anchors that move are those that lie there."""
    heads = tiny.head

    class Marked:
        """The pyramid of an image on which one place of one level is marked."""

        def __init__(self, level: int, row: int, column: int) -> None:
            self.level, self.row, self.column = level, row, column

        def __call__(self, features: Any, training: bool) -> Any:
            scores, boxes = {}, {}
            for level in map(str, range(3, 7)):
                shape = (1, TINY.height // 2 ** int(level), TINY.width // 2 ** int(level))
                score = np.zeros((*shape, 2), np.float32)
                if int(level) == self.level:
                    score[0, self.row, self.column] = (1, 2)
                scores[level] = tf.constant(score)
                boxes[level] = tf.constant(np.repeat(score, 4, axis=-1))
            return scores, boxes, {}

    class Stub:
        backbone: Any = staticmethod(lambda image, training: {})
        decoder: Any = staticmethod(lambda features, training: {})
        head: Any = None

    anchors = TINY.anchors.boxes(TINY.height, TINY.width)
    real, _, _ = heads(tiny.decoder(tiny.backbone(tf.zeros((1, 128, 64, 3)))))
    assert {level: tuple(score.shape[1:]) for level, score in real.items()} == {
        str(level): (128 // 2**level, 64 // 2**level, 2) for level in range(3, 7)
    }
    for level, row, column in ((3, 0, 0), (3, 15, 7), (4, 2, 3), (5, 3, 0), (6, 1, 0)):
        stub = Stub()
        stub.head = Marked(level, row, column)
        logits, codes = (np.asarray(part)[0] for part in raw_heads(stub, tf.zeros((1, 128, 64, 1)), training=False))
        small, large = np.flatnonzero(logits == 1), np.flatnonzero(logits == 2)
        assert len(small) == len(large) == 1
        for (anchor,), side in ((small, 3 * 2**level), (large, 3 * 2 ** (level + 0.5))):
            box = anchors[anchor]
            center = (box[:2] + box[2:]) / 2
            assert center == pytest.approx([(row + 0.5) * 2**level, (column + 0.5) * 2**level])
            assert box[2:] - box[:2] == pytest.approx(side)
        assert (codes[small] == 1).all()
        assert (codes[large] == 2).all()


def test_grey_becomes_three_equal_colours_between_minus_one_and_one() -> None:
    seen: list[Any] = []

    class Stub:
        decoder: Any = staticmethod(lambda features, training: features)

        @staticmethod
        def backbone(image: Any, training: bool) -> dict[str, Any]:
            seen.append(image.numpy())
            return {}

        @staticmethod
        def head(features: Any, training: bool) -> Any:
            return {"3": tf.zeros((1, 1, 1, 1))}, {"3": tf.zeros((1, 1, 1, 4))}, {}

    raw_heads(Stub(), tf.constant([0.0, 0.5, 1.0], shape=(1, 1, 3, 1)), training=False)
    assert seen[0][0, 0].tolist() == [[-1] * 3, [0] * 3, [1] * 3]


def test_the_class_head_starts_from_a_rare_mass(tiny: Any) -> None:
    """Focal loss (Lin et al. 2017, section 4.1) wants a prior of about 0.01, or the first steps drown."""
    logits, codes = raw_heads(tiny, tf.random.uniform((1, 128, 64, 1), seed=3), training=False)
    chances = 1 / (1 + np.exp(-np.asarray(logits)))
    assert np.median(chances) == pytest.approx(0.01, abs=0.005)
    assert np.isfinite(decode(np.asarray(codes)[0], TINY.anchors.boxes(128, 64))).all()


@pytest.mark.realdata
def test_the_backbone_from_imagenet_is_keras_mobilenet_v2(real_data: Path) -> None:
    file = real_data / "weights" / "mobilenet_v2_1.0_224_imagenet.npz"
    if not file.exists():
        pytest.skip("no ImageNet weights at hand")
    detector = build_detector(TINY)
    assert start_from_imagenet(detector, file) == 52
    reference = keras.applications.MobileNetV2(input_shape=(128, 64, 3), include_top=False, weights=None)
    load_mobilenet_v2(reference, file)
    norms = [w for w in detector.backbone.trainable_weights if "gamma" in w.name or "beta" in w.name]
    assert norms == []  # folded weights bear no training of their batch norms
    x = np.random.default_rng(1).uniform(-1, 1, (2, 128, 64, 3)).astype(np.float32)
    levels = detector.backbone(tf.constant(x), training=False)
    layers = {"2": "block_2_add", "3": "block_5_add", "4": "block_12_add", "5": "block_16_project_BN", "6": "out_relu"}
    outputs = [reference.get_layer(name).output for name in layers.values()]
    expected = keras.Model(reference.input, outputs)(x, training=False)
    for level, features in zip(layers, expected, strict=True):
        assert np.asarray(features).max() > 5
        assert np.asarray(levels[level]) == pytest.approx(np.asarray(features), abs=1e-3)
