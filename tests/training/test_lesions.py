"""A malignant mass of another view makes a view one with cancer; a benign one and mere tissue change no label."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipeline.geometry import Box
from tests.training.pictures import circle, disc, prepared_example
from training.augment import Ranges
from training.cache import PreparedExample
from training.datasets.base import MassTruth
from training.lesions import LesionRecipe, Lesions
from training.recipes.values import Schedule, Source
from training.whole_image import Labelled, WholeView, draws

HEIGHT, WIDTH = 160, 100
RECIPE = LesionRecipe((Source("set", "set"),), chance=1.0, strength=(1.0, 1.0))
ALWAYS = {"malignant": (1.0, 0.0), "benign": (0.0, 1.0), "tissue": (0.0, 0.0)}
EMPTY = Labelled(np.full((HEIGHT, WIDTH), 100, np.uint8), 0, "machine")
STILL = Ranges(
    scale=(1, 1), rotation=0, shear=0, shift=0, flip=0, gamma=(1, 1), contrast=(1, 1), brightness=0, noise=0, blur=0
)


def with_mass(malignant: bool | None, bright: int, at: tuple[float, float] = (100, 160)) -> PreparedExample:
    """Twice as large as the views into which its mass of a radius of 16 is set."""
    pixels = disc(2 * HEIGHT, 2 * WIDTH, at, 16, ground=60, bright=bright)
    return prepared_example(pixels, MassTruth.around(circle(*at, 16), malignant))


def without(cancer: bool | None = False, masses: tuple[MassTruth, ...] | None = ()) -> PreparedExample:
    """Striped, so that what is cut from it shows."""
    pixels = np.tile(np.repeat(np.array([50, 150], np.uint8), 4), (2 * HEIGHT, 25))
    item = prepared_example(pixels)
    return replace(item, example=replace(item.example, cancer=cancer, masses=masses))


SEEN = (with_mass(True, 220), with_mass(False, 180), without())


def lesions(kind: str, *more: PreparedExample, strength: float = 1.0) -> Lesions:
    malignant, benign = ALWAYS[kind]
    recipe = replace(RECIPE, malignant=malignant, benign=benign, strength=(strength, strength))
    return Lesions.of([*SEEN, *more], recipe, HEIGHT, WIDTH)


def altered(kind: str, seed: int, strength: float = 1.0) -> Labelled:
    return lesions(kind, strength=strength).altered(np.random.default_rng(seed), EMPTY)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("kind", "label", "rise"), [("malignant", 1, 160), ("benign", 0, 120)])
def test_a_mass_stands_out_as_it_did_where_it_was_and_only_a_malignant_one_is_cancer(
    kind: str, label: int, rise: int, seed: int
) -> None:
    """Its radius is 8 pixels here: the views are squashed to half."""
    view = altered(kind, seed)
    assert view.label == label
    assert view.stratum == "machine"
    assert view.pixels.max() == pytest.approx(min(100 + rise, 255), abs=12)  # its feathered border is part of "around"
    bright = int((view.pixels > 100 + rise / 2).sum())
    assert bright == pytest.approx(np.pi * 8**2, rel=0.15)


@pytest.mark.parametrize("seed", range(5))
def test_tissue_has_the_shape_of_a_malignant_mass_and_changes_no_label(seed: int) -> None:
    view = altered("tissue", seed)
    touched = view.pixels != 100
    rows, columns = np.nonzero(touched)
    assert view.label == 0
    assert rows.max() - rows.min() < 30
    assert columns.max() - columns.min() < 30
    assert int(view.pixels.max()) == pytest.approx(
        150, abs=20
    )  # the lighter stripes; sometimes the brighter of both shows


def test_what_is_set_in_may_show_through_weakly() -> None:
    strong, weak = (altered("malignant", 3, strength).pixels.astype(float) - 100 for strength in (1.0, 0.5))
    assert weak == pytest.approx(strong / 2, abs=0.51)


def test_the_view_itself_is_not_written_to() -> None:
    altered("malignant", 0)
    assert (EMPTY.pixels == 100).all()


def test_a_view_with_cancer_stays_as_it_is() -> None:
    ill = replace(EMPTY, label=1)
    assert lesions("malignant").altered(np.random.default_rng(0), ill) is ill


def test_so_often_as_the_recipe_says() -> None:
    half = replace(lesions("malignant"), recipe=replace(RECIPE, chance=0.3, malignant=0.5))
    rng = np.random.default_rng(0)
    views = [half.altered(rng, EMPTY) for _ in range(600)]
    assert np.mean([view is not EMPTY for view in views]) == pytest.approx(0.3, abs=0.06)
    assert np.mean([view.label for view in views]) == pytest.approx(0.15, abs=0.04)


@pytest.mark.parametrize(
    "left_out",
    [
        with_mass(None, 250),
        with_mass(True, 250, at=(8, 160)),  # over the chest wall's edge
        with_mass(True, 250, at=(100, 316)),
    ],
)
def test_masses_of_unknown_kind_and_such_as_an_edge_cuts_off_are_not_used(left_out: PreparedExample) -> None:
    assert len(lesions("malignant", left_out).malignant) == 1


def test_a_mass_beside_the_background_is_not_used() -> None:
    """Its surroundings would bring a black seam along."""
    pixels = disc(2 * HEIGHT, 2 * WIDTH, (100, 160), 16, ground=60)
    pixels[:, 112:] = 0
    at_skin = prepared_example(pixels, MassTruth.around(circle(100, 160, 16), True))
    assert len(lesions("malignant", at_skin).malignant) == 1


def test_a_mass_of_which_only_a_box_is_known_is_taken_as_the_ellipse_in_it() -> None:
    boxed = with_mass(True, 220)
    box = MassTruth(Box(84, 144, 32, 32), None, True)
    made = lesions("malignant", replace(boxed, example=replace(boxed.example, masses=(box,)))).malignant
    outlined, from_box = (one.patch.alpha for one in made)
    assert outlined.shape == from_box.shape
    assert np.abs(outlined - from_box).mean() < 0.02


@pytest.mark.parametrize("unknown", [without(cancer=None), without(cancer=True), without(masses=None)])
def test_tissue_comes_from_views_in_which_readers_saw_nothing(unknown: PreparedExample) -> None:
    assert len(lesions("tissue", unknown).plain["set"]) == 1


@pytest.mark.parametrize("missing", range(3))
def test_without_either_kind_of_mass_or_a_view_without_one_it_says_what_is_missing(missing: int) -> None:
    with pytest.raises(ValueError, match="malignant and benign masses, and views without any"):
        Lesions.of([item for i, item in enumerate(SEEN) if i != missing], RECIPE, HEIGHT, WIDTH)


def test_batches_show_what_was_set_in_with_its_new_label_and_the_weight_of_the_view() -> None:
    how = WholeView(HEIGHT, WIDTH, 40, 0.0, False, True, Schedule(1, 1, 0.1), STILL)
    views = [EMPTY, EMPTY, EMPTY, replace(EMPTY, label=1)]
    images, labels, weights = draws(views, 2, how, lesions("malignant").altered)(np.random.default_rng(0))
    bright = images.max(axis=(1, 2, 3)) > 0.8
    rare = weights == np.float32(2)
    assert labels[:, 0].tolist() == (bright | rare).tolist()
    assert (bright != rare).all()
    assert rare.any()
    assert set(weights[bright]) == {np.float32(4 / 6)}


def test_balanced_batches_show_it_too() -> None:
    how = WholeView(HEIGHT, WIDTH, 40, 0.0, True, False, Schedule(1, 1, 0.1), STILL)
    images, labels, _ = draws([EMPTY, replace(EMPTY, label=1)], 2, how, lesions("malignant").altered)(
        np.random.default_rng(0)
    )
    assert labels.all()
    assert (images.max(axis=(1, 2, 3)) > 0.8).mean() == pytest.approx(0.5, abs=0.25)


@pytest.mark.parametrize("wrong", [{"chance": 1.1}, {"malignant": 0.8, "benign": 0.3}, {"malignant": -0.1}])
def test_impossible_shares_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="expected a chance of 0 to 1"):
        replace(RECIPE, **wrong)  # type: ignore[arg-type]


def test_it_says_what_it_holds() -> None:
    assert lesions("benign").said == "1 malignant and 1 benign masses of set"
