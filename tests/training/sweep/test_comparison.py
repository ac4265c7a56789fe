"""What the chosen network is compared with on held-out patients, in small."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

pytest.importorskip("keras")

from pipeline.classify import squashed
from pipeline.finding import MaskingLevel
from pipeline.geometry import Transform
from tests.training.sweep.miniature import A_FOLD, WORDS, draw
from training.cache import PreparedExample
from training.datasets.base import Example
from training.recipes.values import Schedule
from training.sweep import vgg16
from training.sweep.answers import asked, counted, level_figures
from training.sweep.command import main
from training.sweep.published import opened

LEVELS = list(MaskingLevel)


def view(level: int, number: int) -> PreparedExample:
    """The denser, the brighter."""
    example = Example("set", f"{level}-{number}", f"w{level}-{number}", Path("nowhere.png"), masking=LEVELS[level])
    pixels = np.full((64, 48), 40 + 80 * level + number, np.uint8)
    return PreparedExample(example, pixels, Transform(48))


VIEWS = [view(level, number) for level in range(3) for number in range(4)]
TRUTH = [level for level in range(3) for _ in range(4)]


def test_a_network_sees_views_of_its_own_size_in_0_to_1() -> None:
    seen: list[Any] = []

    def network(image: Any) -> Any:
        seen.append(image)
        return np.eye(3)[2]

    answers = asked(network, VIEWS[:2], TRUTH[:2], (32, 16))
    assert [image.shape for image in seen] == [(32, 16)] * 2
    assert float(seen[0].max()) == pytest.approx(40 / 255, abs=0.01)
    assert answers.patients == ("set/w0-0", "set/w0-1")
    assert answers.levels.tolist() == [2, 2]


def test_figures_of_levels_worked_by_hand() -> None:
    """Low right, medium half right, high never said."""
    said = iter([0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 1, 1])
    answers = asked(lambda _: np.eye(3)[next(said)], VIEWS, TRUTH, (8, 8))
    found = level_figures(answers)
    assert counted(answers) == ((4, 0, 0), (2, 2, 0), (0, 4, 0))
    assert found["accuracy"].value == 0.5
    assert found["macro_recall"].value == pytest.approx((1 + 0.5 + 0) / 3)
    assert found["macro_precision"].value == pytest.approx((4 / 6 + 2 / 6 + 0) / 3)
    assert found["macro_f1"].value == pytest.approx((8 / 10 + 4 / 10 + 0) / 3)


def test_a_published_file_is_opened_with_the_order_and_scale_that_suit_it(tmp_path: Path) -> None:
    tf_keras = pytest.importorskip("tf_keras")
    network = tf_keras.Sequential(
        [tf_keras.Input((32, 16, 1)), tf_keras.layers.GlobalAveragePooling2D(), tf_keras.layers.Dense(3)]
    )
    # greys 0..255 in, classes in the order of folder names: high, low, medium
    network.set_weights([np.array([[2.0, 0.0, 1.0]]), np.array([-240.0, 0.0, -80.0])])
    file = tmp_path / "best_model.h5"
    with pytest.warns(UserWarning, match="HDF5"):
        network.save(file)
    found = opened(file, VIEWS, TRUTH)
    assert (found.size, found.scale, found.order) == ((32, 16), 255.0, (1, 2, 0))
    assert "0..255, classes high, low, medium" in found.words
    assert found.answers(VIEWS, TRUTH).levels.tolist() == TRUTH


def test_features_of_a_frozen_network_are_computed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[str] = []
    first = vgg16.features(VIEWS[:3], (32, 32), None, tmp_path, lines.append)
    assert first.shape == (3, 512)
    assert lines == ["VGG16 features 3/3"]
    monkeypatch.setattr(vgg16, "build_vgg16", lambda *_: pytest.fail("computed again"))
    assert np.array_equal(vgg16.features(VIEWS[:3], (32, 32), None, tmp_path, lines.append), first)
    assert "random" in vgg16.words(None)
    assert "weak comparator" in vgg16.words(None)
    assert "vgg16.h5" in vgg16.words(Path("vgg16.h5"))


def test_the_backbone_of_the_comparator_does_not_train() -> None:
    model = vgg16.build_vgg16((32, 32), None)
    assert model.trainable_variables == []
    assert len(model.variables) == 26  # 13 convolutions, kernel and bias


def test_the_layer_on_top_learns_what_the_features_show(tmp_path: Path) -> None:
    rows = np.array([[squashed(v.pixels, 8, 8).mean(), 1.0] for v in VIEWS], np.float16)
    schedule = Schedule(epochs=4, steps_per_epoch=60, learning_rate=0.1, optimizer="adam", decay="constant", average=0)
    head = vgg16.head_on(rows, TRUTH, schedule, 12, tmp_path, 7)
    said = head(rows)
    assert said.sum(axis=1) == pytest.approx(np.ones(len(VIEWS)))
    assert said.argmax(axis=1).tolist() == TRUTH


@pytest.mark.slow
def test_all_are_judged_on_the_same_held_out_patients_and_stand_in_the_report(tmp_path: Path) -> None:
    data, out = draw(tmp_path / "data"), tmp_path / "out"
    small = ["--set", "view.height=32", "--set", "view.width=32", "--step", "view.batch=8"]
    small += ["--vgg16-views", "12"]
    words = [*WORDS[:-2], *small, "--data", str(data), "--out", str(out)]
    assert main(words) == 0
    told = json.loads((out / "tuning.json").read_text())["held_out"]["compared"]
    names = {row["name"]: row for row in told}
    assert set(names) >= {"chosen by the sweep", "commonest level", "frozen VGG16"}
    for row in told:
        assert row["figures"]["accuracy"]["n"] == A_FOLD
        assert np.sum(row["confusion"]) == A_FOLD
    assert names["commonest level"]["figures"]["accuracy"]["value"] == pytest.approx(1 / 3)
    assert "random" in names["frozen VGG16"]["note"]
    assert "12 training views" in names["frozen VGG16"]["note"]
    page = (out / "tuning.html").read_text()
    assert "weak comparator" in page
    picture = cv2.imread(str(out / "charts" / "comparison.png"))
    assert picture is not None
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 20
