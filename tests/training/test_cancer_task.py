"""The compact cancer network starts from what a detector learned; its first blocks stay as they are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

keras = pytest.importorskip("keras")
tf = pytest.importorskip("tensorflow")
pytest.importorskip("official")

from models.boxes import AnchorGrid  # noqa: E402
from models.cancer import TRUNKS, TrunkName, build_cancer, freeze_blocks, standardise, trunk_of  # noqa: E402
from models.detector import DetectorConfig, build_detector, folded_backbone  # noqa: E402
from models.imagenet import load_folded, measured_statistics  # noqa: E402
from tests.training.test_datasets import inbreast_folder, inbreast_row, picture  # noqa: E402
from training.lesions import LesionRecipe  # noqa: E402
from training.recipes import find  # noqa: E402
from training.recipes.read import RecipeError  # noqa: E402
from training.recipes.values import Source  # noqa: E402
from training.run import Run  # noqa: E402
from training.split import fold_of  # noqa: E402
from training.tasks.cancer import CancerRecipe, backbone_of, lesions_of, median_size, started  # noqa: E402
from training.train import read  # noqa: E402

pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),  # keras 3.15, numpy 2
    pytest.mark.filterwarnings("ignore:Input dict contained keys:UserWarning"),  # Model Garden's pyramid
]
CONFIG = DetectorConfig(128, 64, "mobilenet_v2", 16, 1, AnchorGrid(3, 6, 1, (1.0,), 3.0))
PICTURES = np.random.default_rng(1).random((6, 128, 64, 1), np.float32)


@pytest.fixture(scope="module")
def detector() -> Any:
    """With batch norms that have seen something, as after a training."""
    made, rng = build_detector(CONFIG), np.random.default_rng(2)
    for weight in made.backbone.weights:
        if "moving_variance" in weight.name or "gamma" in weight.name:
            weight.assign(rng.uniform(0.5, 1.5, weight.shape))
        elif "moving_mean" in weight.name or "beta" in weight.name:
            weight.assign(rng.normal(0, 0.1, weight.shape))
    return made


def small() -> Any:
    return build_cancer("compact", 128, 64)


def stages(model: Any, pictures: NDArray[np.float32], training: bool = False) -> list[NDArray[np.float32]]:
    backbone = model.get_layer("mobilenet_v2")
    return [np.asarray(stage) for stage in backbone(np.repeat(pictures * 2 - 1, 3, axis=-1), training=training)]


@pytest.mark.parametrize("measured", [False, True])
def test_its_stages_are_those_of_the_detector_it_starts_from(detector: Any, measured: bool) -> None:
    layers, model, rgb = folded_backbone(detector), small(), np.repeat(PICTURES * 2 - 1, 3, axis=-1)
    load_folded(model, layers, measured_statistics(layers, rgb) if measured else None)
    expected = detector.backbone(tf.constant(rgb), training=False)
    assert len(layers) == 52
    for level, seen in zip("45", stages(model, PICTURES), strict=True):
        assert np.abs(seen).max() > 0.1
        assert seen == pytest.approx(np.asarray(expected[level]), abs=1e-3)


def test_its_card_tells_the_median_size_of_the_pictures_that_taught_it() -> None:
    shapes = [(480, 300), (500, 200), (400, 310)]
    views: Any = [SimpleNamespace(pixels=np.zeros(shape, np.uint8)) for shape in shapes]
    assert median_size(views) == (480, 300)


def test_pooled_features_are_standardised_over_the_pictures_it_starts_with() -> None:
    model = small()
    standardise(model, PICTURES, batch=4)
    features = np.asarray(keras.Model(model.input, model.get_layer("standardised").output)(PICTURES, training=False))
    assert features.shape == (6, 2 * (96 + 320))
    assert features.mean(axis=0) == pytest.approx(0, abs=1e-2)
    assert features.std(axis=0).max() < 1.01


def test_frozen_blocks_keep_what_they_start_with_and_the_others_learn() -> None:
    model = small()
    freeze_blocks(model, 6)
    before = {weight.path: np.array(weight) for weight in model.weights}
    model.compile("sgd", keras.losses.BinaryCrossentropy(from_logits=True), run_eagerly=True)
    model.fit(PICTURES, np.array([[0], [1]] * 3, np.float32), batch_size=6, verbose=0)
    moved = {path.split("/")[0] for path, weight in before.items() if not np.array_equal(weight, now(model, path))}
    assert not any(name.startswith(("Conv1", "bn_Conv1", "expanded", "block_1_", "block_6_")) for name in moved)
    assert {"block_7_expand", "block_16_project", "logit"} <= moved
    assert "standardised" not in moved


def now(model: Any, path: str) -> NDArray[np.float32]:
    return next(np.array(weight) for weight in model.weights if weight.path == path)


def test_all_blocks_can_be_frozen_or_none_and_no_more() -> None:
    model = small()
    whole = len(model.trainable_weights)
    freeze_blocks(model, 0)
    assert len(model.trainable_weights) == whole
    freeze_blocks(model, 16)
    assert [weight.path for weight in model.trainable_weights] == ["logit/kernel", "logit/bias"]
    with pytest.raises(ValueError, match="0 to 16 blocks, received 17"):
        freeze_blocks(model, 17)


def test_a_training_starts_from_the_detectors_backbone(detector: Any, tmp_path: Path) -> None:
    run, model, layers = run_in(tmp_path), small(), folded_backbone(detector)
    started(run, model, lambda rng: (PICTURES, None, None), layers)
    expected = detector.backbone(tf.constant(np.repeat(PICTURES * 2 - 1, 3, axis=-1)), training=False)["5"]
    assert stages(model, PICTURES)[1] == pytest.approx(np.asarray(expected), abs=1e-3)
    assert not model.get_layer("mobilenet_v2").get_layer("block_6_expand").trainable
    assert np.abs(np.asarray(model(PICTURES, training=False))).max() < 1  # no verdict yet


def test_without_a_trained_detector_it_says_what_to_run_first(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="mammoscope train detector"):
        backbone_of(run_in(tmp_path))


def test_a_detectors_backbone_wants_batch_norms_that_train(tmp_path: Path) -> None:
    run = run_in(tmp_path)
    frozen = replace(run.recipe, view=replace(run.recipe.view, batch_norms="frozen"))
    with pytest.raises(RecipeError, match='batch_norms = "measured"'):
        backbone_of(replace(run, recipe=frozen))
    assert backbone_of(replace(run, recipe=replace(frozen, detector=""))) == (None, ())


OUTLINE = [[14, 40], [22, 40], [22, 50], [14, 50]]
WOMEN = [f"w{i}" for i in range(12)]
LESIONS = LesionRecipe((Source("inbreast", "inbreast"),), chance=0.5)


def seen_of(folder: Path, *birads: str) -> None:
    """A view of each woman for every category; all but category 1 show a mass."""
    kinds = {one: "no_mass" if one == "1" else "annotated" for one in birads}
    rows = [inbreast_row(f"{w}-{b}", w, birads=b, mass_status=kinds[b]) for w in WOMEN for b in birads]
    masses = {row["image_id"]: [OUTLINE] for row in rows if row["mass_status"] == "annotated"}
    inbreast_folder(folder / "inbreast", *rows, masses=masses)
    for row in rows:
        picture(folder / "inbreast" / row["file"])


@pytest.mark.parametrize("held_out", [None, 0, 1])
def test_whoever_validates_gives_no_masses(held_out: int | None, tmp_path: Path) -> None:
    seen_of(tmp_path, "1", "2", "5")
    run = run_in(tmp_path)
    run = replace(run, recipe=replace(run.recipe, lesions=LESIONS), held_out=held_out)
    found = lesions_of(run)
    taught = [woman for woman in WOMEN if fold_of("inbreast", woman) != held_out]
    assert found
    assert len(found.malignant) == len(found.benign) == len(found.plain["inbreast"]) == len(taught)


def test_a_recipe_names_the_sets_of_its_lesions(tmp_path: Path) -> None:
    written = find("cancer").read_text(encoding="utf-8")
    written = written.split("\n[lesions]")[0] + "\n[lesions]\n"
    written += 'sets = [{ reader = "inbreast", folder = "inbreast" }]\nchance = 0.5\n'
    (tmp_path / "mine.toml").write_text(written, encoding="utf-8")
    recipe = read(tmp_path / "mine.toml")
    assert isinstance(recipe, CancerRecipe)
    assert recipe.lesions == LESIONS


def test_lesions_are_asked_for_before_anything_is_trained(tmp_path: Path) -> None:
    seen_of(tmp_path, "1", "5")
    run = run_in(tmp_path)
    with pytest.raises(RecipeError, match="malignant and benign masses"):
        lesions_of(replace(run, recipe=replace(run.recipe, lesions=LESIONS)))


def test_other_sets_views_are_taught_as_they_are(tmp_path: Path) -> None:
    with_lesions = replace(run_in(tmp_path).recipe, lesions=LESIONS)
    assert with_lesions.with_sets(["rsna"]).lesions is None
    assert lesions_of(replace(run_in(tmp_path), recipe=with_lesions.with_sets(["rsna"]))) is None


def run_in(folder: Path) -> Run[CancerRecipe]:
    recipe = read(find("cancer"))
    assert isinstance(recipe, CancerRecipe)
    return Run(recipe, folder, folder)


@pytest.mark.parametrize(("trunk", "channels"), [("mobilenet_v2", (96, 320)), ("efficientnet_lite2", (120, 352))])
def test_the_stages_end_what_the_trunk_has_at_two_sizes(trunk: TrunkName, channels: tuple[int, int]) -> None:
    backbone = trunk_of(build_cancer("compact", 128, 64, trunk))
    sizes = [backbone.get_layer(name).output.shape for name in TRUNKS[trunk].stages]
    assert sizes == [(None, 8, 4, channels[0]), (None, 4, 2, channels[1])]


def test_an_efficientnet_freezes_by_its_own_blocks() -> None:
    model = build_cancer("compact", 64, 64, "efficientnet_lite2")
    freeze_blocks(model, 11)
    moving = {weight.path.split("/")[0] for weight in model.trainable_weights}
    assert "block_12_expand" in moving
    assert not any(name.startswith(("stem", "block_0_", "block_11_")) for name in moving)
    with pytest.raises(ValueError, match="0 to 20 blocks, received 21"):
        freeze_blocks(model, 21)
