"""Nobody is judged by weights that learned from her."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from models.weights import Card, write_card
from pipeline.finding import Analysis, Cancer, Masking, MaskingLevel
from pipeline.mammogram import Mammogram
from training.datasets.base import Example
from training.evaluation.analyses import Networks
from training.evaluation.patients import Chosen, NotHeldOut, check_fold, tasks
from training.split import fold_of

WOMEN = [Example("inbreast", f"{i}-{view}", f"{i}", Path("x.png")) for i in range(40) for view in ("CC", "MLO")]
SPLIT = "by patient; fold {fold} of 5 by SHA-256 of the patient validates, the others train"


def weights(folder: Path, fold: int, **more: object) -> Chosen:
    card = Card("c", "detector", "compact", "", "1", "c.tflite", "0" * 64, "INbreast: research use on request")
    training = {"split": SPLIT.format(fold=fold), "data": "10 views of inbreast"}
    changed = dataclasses.replace(card, **{"training": training, **more})  # type: ignore[arg-type]
    write_card(changed, folder / "cards" / "c.toml")
    return Chosen(str(folder))


def test_a_fold_is_judged_by_weights_that_left_it_out(tmp_path: Path) -> None:
    found = tasks("inbreast", WOMEN, "3", False, weights(tmp_path, 3))
    assert {task.example.patient for task in found} == {e.patient for e in WOMEN if fold_of("inbreast", e.patient) == 3}
    assert {task.networks.directory for task in found} == {tmp_path}


def test_weights_of_another_fold_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NotHeldOut, match="left out fold 3 of 5; fold 0 of 5 of inbreast was"):
        tasks("inbreast", WOMEN, "0", False, weights(tmp_path, 3))


def test_a_card_that_does_not_say_whom_it_left_out_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotHeldOut, match="does not say"):
        tasks("inbreast", WOMEN, "0", False, weights(tmp_path, 0, training={"split": "by image"}))


def test_weights_that_everybody_trained_say_where_to_find_others(tmp_path: Path) -> None:
    training = {
        "split": "by patient; everybody trained but those of official test parts",
        "data": "9 views of inbreast",
    }
    with pytest.raises(NotHeldOut, match=r"learned from everybody \(docs/evaluation.md"):
        tasks("inbreast", WOMEN, "0", False, weights(tmp_path, 0, training=training))


def test_an_optional_network_that_may_know_the_patients_takes_no_part_and_a_line_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = weights(tmp_path, 3)
    training = {"split": "every expert leaves out two folds", "data": "133 views of INbreast"}
    committee = Card("m", "microcalcification", "compact", "", "1", "m.tflite", "0" * 64, "INbreast", training=training)
    write_card(committee, tmp_path / "cards" / "m.toml")
    networks = {task.networks for task in tasks("inbreast", WOMEN, "3", False, chosen)}
    assert {one.left_out for one in networks} == {("microcalcification",)}
    assert {card.name for one in networks for card in one.cards} == {"c"}
    assert "m takes no part" in capsys.readouterr().out
    rsna = [Example("rsna_subset", f"{i}", f"{i}", Path("x.png")) for i in range(40)]
    assert {task.networks.left_out for task in tasks("rsna_subset", rsna, "3", False, chosen)} == {()}


def test_a_required_network_on_which_nothing_rests_is_asked_but_not_heard(tmp_path: Path) -> None:
    chosen = weights(tmp_path, 3)
    training = {"split": SPLIT.format(fold=0), "data": "9 views of inbreast"}
    for task in ("masking", "cancer"):
        other = Card(task, task, "compact", "", "1", f"{task}.tflite", "0" * 64, "INbreast", training=training)
        write_card(other, tmp_path / "cards" / f"{task}.toml")
    (networks,) = {task.networks for task in tasks("inbreast", WOMEN, "3", False, chosen)}
    assert networks.left_out == ("masking", "cancer")
    probabilities = {MaskingLevel.LOW: 0.2, MaskingLevel.MEDIUM: 0.3, MaskingLevel.HIGH: 0.5}
    said = Analysis(
        Mammogram(np.zeros((1, 1), np.float32)), (), Masking(MaskingLevel.HIGH, probabilities), Cancer(0.5, 0.5)
    )
    heard = networks.answers(said)
    assert (heard.masking, heard.cancer) == (None, None)
    whole = Networks().answers(said)
    assert (whole.masking, whole.cancer) == (said.masking, said.cancer)


def test_a_card_of_other_data_may_have_been_split_as_it_likes(tmp_path: Path) -> None:
    of_patches = {"training": {"split": "5 folds by case", "data": "700 patches"}, "data_licence": "INFN patches"}
    folder = weights(tmp_path, 0, **of_patches)
    assert tasks("inbreast", WOMEN, "2", False, folder)


def test_a_card_that_names_no_data_may_have_learned_from_anybody(tmp_path: Path) -> None:
    folder = weights(tmp_path, 0, training={}, data_licence="")
    with pytest.raises(NotHeldOut, match="learned from patients of vindr_mammo"):
        tasks("vindr_mammo", WOMEN, "everybody", False, folder)


def test_a_folder_without_cards_is_no_weights(tmp_path: Path) -> None:
    with pytest.raises(NotHeldOut, match="no cards"):
        tasks("inbreast", WOMEN, "0", False, Chosen(str(tmp_path)))


def test_all_folds_judge_everybody_once_each_by_her_own_weights(tmp_path: Path) -> None:
    for fold in range(5):
        weights(tmp_path / f"f{fold}", fold)
    found = tasks("inbreast", WOMEN, "all", False, Chosen(str(tmp_path / "f{fold}")))
    assert sorted(task.example.image_id for task in found) == sorted(example.image_id for example in WOMEN)
    for task in found:
        assert task.networks.directory == tmp_path / f"f{fold_of('inbreast', task.example.patient)}"


def test_all_folds_need_weights_of_each(tmp_path: Path) -> None:
    with pytest.raises(NotHeldOut, match="weights of every fold"):
        tasks("inbreast", WOMEN, "all", False, weights(tmp_path, 0))


def test_everybody_is_judged_only_of_sets_that_no_card_learned_from(tmp_path: Path) -> None:
    folder = weights(tmp_path, 0)
    others = [dataclasses.replace(example, dataset="vindr_mammo") for example in WOMEN]
    assert len(tasks("vindr_mammo", others, "everybody", False, folder)) == len(WOMEN)
    for name in ("inbreast", "inbreast_release", "mass_collection"):
        with pytest.raises(NotHeldOut, match=f"learned from patients of {name}"):
            tasks(name, WOMEN, "everybody", False, folder)


def test_everybody_is_judged_without_an_optional_network_that_knows_some_of_them(tmp_path: Path) -> None:
    folder = weights(tmp_path, 0)
    training = {"split": SPLIT.format(fold=0), "data": "9 views of CDD-CESM"}
    guard = Card("g", "guard", "compact", "", "1", "g.tflite", "0" * 64, "CC BY", training=training)
    write_card(guard, tmp_path / "cards" / "g.toml")
    others = [dataclasses.replace(example, dataset="cdd_cesm_cc") for example in WOMEN]
    found = tasks("cdd_cesm_cc", others, "everybody", False, folder)
    assert len(found) == len(WOMEN)
    assert {task.networks.left_out for task in found} == {("guard",)}


def test_an_official_test_part_is_judged_alone(tmp_path: Path) -> None:
    parts = [dataclasses.replace(e, official_split="test" if i < 6 else "train") for i, e in enumerate(WOMEN)]
    found = tasks("cbis_ddsm", parts, "0", True, weights(tmp_path, 0))
    assert [task.example.image_id for task in found] == [example.image_id for example in parts[:6]]
    with pytest.raises(NotHeldOut, match="split by patient"):
        tasks("cbis_ddsm", parts, "0", True, weights(tmp_path, 0, training={"split": "by row"}))


def test_only_the_networks_that_are_asked_must_have_left_the_patients_out(tmp_path: Path) -> None:
    networks = weights(tmp_path, 3).of(3)
    check_fold("inbreast", networks, 0, ("pathology",))
    with pytest.raises(NotHeldOut, match="left out fold 3 of 5; fold 0 of 5"):
        check_fold("inbreast", networks, 0, ("detector", "pathology"))
