"""A finished network becomes a weight file with its card."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

keras: Any = pytest.importorskip("keras")
h5py: Any = pytest.importorskip("h5py")
pytest.importorskip("official")

from models.layers import mobilenet_v2  # noqa: E402
from models.weights import Metric, cards, digest, read_card, verify  # noqa: E402
from pipeline.preprocess import Recipe  # noqa: E402
from training.datasets.base import Example  # noqa: E402
from training.metrics import Estimate  # noqa: E402
from training.recipes import find  # noqa: E402
from training.recipes.read import RecipeError  # noqa: E402
from training.recipes.values import Data, Source, TrainingRecipe  # noqa: E402
from training.run import Run  # noqa: E402
from training.split import fold_of  # noqa: E402
from training.train import main, run_of  # noqa: E402
from training.verdict import Verdict, with_calibration, write_verdict  # noqa: E402

RECIPE = TrainingRecipe(
    task="masking",
    preset="compact",
    architecture="a network",
    seed=7,
    start="start.npz",
    data=Data((Source("inbreast", "inbreast"), Source("mini_mias", "mini_mias")), 640),
    preprocessing=Recipe(),
    limits=("Small.",),
)


def verdict(**changed: Any) -> Verdict:
    given: dict[str, Any] = {
        "input": {"names": ["image"], "height": 16, "width": 8},
        "data": "9 views",
        "metrics": {"auc": Estimate(0.712345, 0.61, 0.8, 40)},
        "calibration": {"scale": 1.5, "offset": -0.5},
        "operating_points": ({"confidence": 0.3, "sensitivity": 0.6},),
    }
    return Verdict(**(given | changed))


def run_in(folder: Path, **changed: Any) -> Run[TrainingRecipe]:
    run = Run(RECIPE, folder / "data", folder / "out", **changed)
    run.weight_file.parent.mkdir(parents=True)
    run.weight_file.write_bytes(b"weights")
    return run


def women(count: int) -> list[Example]:
    return [Example("set", str(i), f"woman {i // 2}", Path("nowhere.png")) for i in range(2 * count)]


def test_the_card_says_what_the_file_is_and_what_it_reached(tmp_path: Path) -> None:
    run = run_in(tmp_path)
    card = write_verdict(run, verdict())
    assert read_card(run.out / "cards" / "compact-masking.toml") == card
    assert cards(run.out) == (card,)
    assert verify(card, run.out) == run.weight_file
    assert (card.name, card.task, card.preset, card.architecture) == (
        "compact-masking",
        "masking",
        "compact",
        "a network",
    )
    assert card.sha256 == digest(run.weight_file)
    assert Recipe(**card.recipe) == Recipe()
    assert card.metrics == {"auc": Metric(0.7123, 0.61, 0.8, 40)}
    assert (card.calibration, card.limits) == ({"scale": 1.5, "offset": -0.5}, ("Small.",))
    assert card.operating_points == ({"confidence": 0.3, "sensitivity": 0.6},)
    assert (card.training["seed"], card.training["data"]) == (7, "9 views")
    assert "fold 0 of 5" in card.training["split"]


@pytest.mark.parametrize(
    "typed",
    [
        "cancer",
        "cancer-paper --held-out 3 --epochs 2",
        "masking --preset paper --sets mini_mias inbreast --seed 9",
        "detector --all --steps 40",
    ],
)
def test_the_command_on_the_card_is_the_one_that_was_typed(typed: str) -> None:
    name, *others = typed.split()
    run = run_of(["--data", "somewhere", *others, "--out", "there", name])
    assert run.command == " ".join([f"mammoscope train {name} --data ROOT --out DIR", *others])
    assert run_of(run.command.split()[2:]).recipe == run.recipe


def test_what_is_typed_changes_the_recipe() -> None:
    run = run_of(["masking-paper", "--sets", "mini_mias", "--epochs", "2", "--seed", "9", "--held-out", "3"])
    assert (run.recipe.view.schedule.epochs, run.recipe.seed, run.held_out) == (2, 9, 3)
    assert run.recipe.data.readers == ("mini_mias",)
    assert run_of(["masking", "--all"]).held_out is None


def test_a_recipe_of_ones_own_is_named_without_its_folder(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(find("masking").read_text().replace("seed = 7", 'seed = 8\nname = "my-masking"'))
    run = run_of([str(own)])
    assert (run.recipe.seed, run.weight_file.name) == (8, "my-masking.tflite")
    assert run.command == "mammoscope train own.toml --data ROOT --out DIR"


def test_the_licence_names_every_source_and_no_other(tmp_path: Path) -> None:
    run = run_in(tmp_path)
    licence = write_verdict(run, verdict()).data_licence
    assert "INbreast" in licence
    assert "mini-MIAS" in licence
    assert "RSNA" not in licence
    assert "ImageNet" not in licence
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "start.npz").touch()
    card = write_verdict(run, verdict(also_learnt_from=("rsna_subset",)))
    assert "ImageNet" in card.data_licence
    assert "RSNA" in card.data_licence
    assert card.training["start"] == "start.npz"


def test_nobody_trains_chooses_and_validates_at_once(tmp_path: Path) -> None:
    run = Run(RECIPE, tmp_path, tmp_path, held_out=2)
    known = women(60)
    parts = run.parts(known, "best")
    sides = [{example.patient for example in part} for part in (parts.training, parts.choosing, parts.validation)]
    assert [bool(side) for side in sides] == [True] * 3
    assert not sides[0] & sides[1] | sides[0] & sides[2] | sides[1] & sides[2]
    assert sum(map(len, (parts.training, parts.choosing, parts.validation))) == len(known)
    assert {fold_of("set", patient) for patient in sides[2]} == {2}
    assert {fold_of("set", patient) for patient in sides[1]} == {3}
    without = run.parts(known)
    assert not without.choosing
    assert {example.patient for example in without.validation} == sides[2]


def test_everybody_may_train_and_then_nobody_judges_or_chooses(tmp_path: Path) -> None:
    run = run_in(tmp_path, held_out=None)
    tested = Example("set", "t", "tested", Path("nowhere.png"), official_split="test")
    parts = run.parts([*women(20), tested])
    assert (len(parts.training), parts.choosing, parts.validation) == (40, [], [])
    with pytest.raises(RecipeError, match="nobody to choose"):
        run.parts(women(20), "best")
    card = write_verdict(run, Verdict({"names": ["image"]}, "40 views"))
    assert card.metrics == {}
    assert "by patient; everybody trained" in card.training["split"]
    assert "no figures" in card.training["split"]


def test_the_card_says_by_whom_the_epoch_was_chosen(tmp_path: Path) -> None:
    run = run_in(tmp_path)
    assert "fold 1, which neither trained nor validates" in write_verdict(run, verdict(choose="best")).training["split"]
    assert "no checkpoint was chosen" in write_verdict(run, verdict()).training["split"]


@pytest.mark.realdata
def test_start_weights_whose_batch_norms_are_measured_answer_alike_and_can_train(
    real_data: Path, tmp_path: Path
) -> None:
    recipe = replace(RECIPE, start="weights/mobilenet_v2_1.0_224_imagenet.npz")
    run = Run(recipe, real_data, tmp_path)
    pictures = np.random.default_rng(1).random((4, 96, 96, 1), np.float32)
    frozen, measured = mobilenet_v2(96, 96), mobilenet_v2(96, 96)
    run.start(frozen)
    run.start_measured(measured, pictures)
    signed = np.repeat(pictures * 2 - 1, 3, axis=-1)
    expected = np.asarray(frozen(signed, training=False))
    assert np.asarray(measured(signed, training=False)) == pytest.approx(expected, abs=5e-3)
    norms = [layer for layer in measured.layers if isinstance(layer, keras.layers.BatchNormalization)]
    assert all(norm.trainable for norm in norms)
    assert not any(np.allclose(norm.gamma, 1) for norm in norms)


def test_a_folder_keeps_one_recipe(tmp_path: Path) -> None:
    run = run_in(tmp_path)
    run.claim()
    run.claim()
    others = (replace(run, held_out=1), replace(run, recipe=replace(RECIPE, seed=8)))
    for other in (*others, run):
        other.claim()  # nothing was trained yet: a run that could not read its data left its recipe alone
    (run.folder / "log.csv").touch()
    for other in others:
        with pytest.raises(RecipeError, match="choose another --out"):
            other.claim()


def test_a_calibration_comes_with_its_worth_or_not_at_all(capsys: pytest.CaptureFixture[str]) -> None:
    rng = np.random.default_rng(0)
    truth = [bool(i % 2) for i in range(60)]
    logits, patients = np.array(truth) * 2 - 1 + rng.normal(size=60), [str(i) for i in range(60)]
    found = with_calibration(verdict(calibration={}), logits, truth, patients)
    assert found.calibration["scale"] > 0
    assert set(found.metrics) == {"auc", "brier_cross_fitted", "ece_cross_fitted"}
    first, second = found.operating_points
    assert first["specificity"] >= 0.8
    assert first["n"] == 60
    assert first["probability"] <= second["probability"]
    assert first["sensitivity"] >= second["sensitivity"]
    bare = with_calibration(verdict(calibration={}), logits[:3], [True] * 3, patients[:3])
    assert bare == verdict(calibration={})
    assert "no calibration" in capsys.readouterr().out


def two_backbones() -> Any:
    def backbone(name: str) -> Any:
        layers = [keras.layers.Conv2D(2, 3, name="conv"), keras.layers.BatchNormalization(name="norm")]
        return keras.Sequential([keras.Input((8, 8, 3)), *layers], name=name)

    inputs = [keras.Input((8, 8, 3)) for _ in range(2)]
    outputs = [backbone(f"backbone_{i}")(given) for i, given in enumerate(inputs)]
    return keras.Model(inputs, keras.layers.Dense(1)(keras.layers.Concatenate()(outputs)))


def test_every_backbone_starts_from_a_keras_file_of_imagenet_weights(tmp_path: Path) -> None:
    """Of the kind that Keras offers for its applications, an HDF5 file with a group a layer."""
    (tmp_path / "weights").mkdir()
    model, known = two_backbones(), two_backbones().get_layer("backbone_0")
    with h5py.File(tmp_path / "weights" / "notop.h5", "w") as file:
        keras.src.legacy.saving.legacy_h5_format.save_weights_to_hdf5_group(file, known)
    run = Run(replace(RECIPE, start="weights/notop.h5"), tmp_path, tmp_path)
    run.start(model)
    for name in ("backbone_0", "backbone_1"):
        for one, other in zip(model.get_layer(name).get_weights(), known.get_weights(), strict=True):
            assert np.array_equal(one, other)


def test_a_start_file_that_is_not_there_is_named_and_the_start_random(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = two_backbones()
    before = model.get_weights()
    run = run_in(tmp_path)
    run.start(model)
    assert "start.npz is not at hand: starting from random weights" in capsys.readouterr().out
    assert all(np.array_equal(one, other) for one, other in zip(before, model.get_weights(), strict=True))
    assert write_verdict(run, verdict()).training["start"] == "random weights"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nothing"], "no recipe 'nothing'"),
        (["masking", "--sets", "nowhere"], "no data set nowhere"),
        (["masking", "--data", "absent-folder"], "inbreast"),
    ],
)
def test_impossible_wishes_are_refused_in_one_line(
    words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, "--out", str(tmp_path)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line


@pytest.mark.parametrize("words", [["cancer", "--held-out", "5"], ["cancer", "--preset", "huge"]])
def test_wishes_outside_the_choices_are_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run_of(words)
    assert "invalid choice" in capsys.readouterr().err
