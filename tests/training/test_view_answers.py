"""How well answers about whole views rank them: over all, within machines, by data set, and by breast."""

from __future__ import annotations

import pytest

from training.view_answers import Answered, areas, breasts


def views(dataset: str, *said: tuple[str, bool, float]) -> list[Answered]:
    return [Answered(dataset, f"w{i}", "L", machine, cancer, logit) for i, (machine, cancer, logit) in enumerate(said)]


BIOPSIES = views("rsna_subset", ("29", True, 1.0), ("29", False, 0.0), ("49", True, 0.0), ("49", False, -1.0))
READ = views("inbreast", ("", True, 4.0), ("", False, 5.0))


def test_a_breast_has_the_highest_of_its_views_and_the_other_one_its_own() -> None:
    found = [
        Answered(dataset, "w", side, "29", side == "R", logit)
        for dataset, side, logit in (
            ("a", "R", 0.4),
            ("a", "R", 1.2),
            ("a", "L", -1.0),
            ("a", "R", 0.9),
            ("b", "R", 2.0),
        )
    ]
    said = sorted((one.dataset, one.breast, one.logit) for one in breasts(found))
    assert said == [("a", "L", -1.0), ("a", "R", 1.2), ("b", "R", 2.0)]


def test_pairs_of_two_machines_count_over_all_but_not_within_machines() -> None:
    found = areas(BIOPSIES)
    assert {name: figure.value for name, figure in found.items()} == {"auc": 3.5 / 4, "auc_within_machine": 1.0}


def test_two_data_sets_have_figures_of_their_own_and_are_never_compared_within_machines() -> None:
    found = {name: figure.value for name, figure in areas([*BIOPSIES, *READ], "pooled_").items()}
    assert found == {
        "pooled_auc": pytest.approx((3.5 + 2) / 9),
        "pooled_auc_within_machine": pytest.approx(2 / 3),
        "pooled_auc_inbreast": 0.0,
        "pooled_auc_rsna_subset": 3.5 / 4,
        "pooled_auc_within_machine_rsna_subset": 1.0,
    }


def test_a_data_set_without_cancers_has_no_figure() -> None:
    found = areas([*BIOPSIES, *views("inbreast", ("", False, 0.0))])
    assert set(found) == {"auc", "auc_within_machine", "auc_rsna_subset", "auc_within_machine_rsna_subset"}
    assert areas(views("inbreast", ("", True, 0.0))) == {}
