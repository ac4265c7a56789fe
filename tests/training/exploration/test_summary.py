"""A data set in numbers, each worked by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from training.exploration.facts import Facts, decade, years
from training.exploration.summary import MOST_VALUES, Summary, summary
from training.exploration.tables import text_of
from training.exploration.traps import traps
from training.split import fold_of


def fact(patient: str = "anna", positive: bool | None = False, age: float | None = None, **fields: str | None) -> Facts:
    return Facts(f"set/{patient}", positive, fields, (512, 512), age)


FOUR = (
    fact("anna", True, 60, machine="29", view="CC"),
    fact("anna", False, 60, machine="29", view="MLO"),
    fact("berta", False, 50, machine="48", view="CC"),
    fact("clara", None, None, machine=None, view="CC"),
)


def test_images_patients_and_classes_are_counted() -> None:
    found = summary("set", FOUR)
    assert (found.images, found.patients, found.judged) == (4, 3, 3)
    assert (found.positive, found.positive_patients) == (1, 1)
    assert found.images_a_patient == (1, 4 / 3, 2)


def test_every_value_of_a_field_is_counted_and_what_is_unknown_comes_last() -> None:
    machine = summary("set", FOUR).field("machine")
    assert machine is not None
    assert machine.missing == 1
    assert [(v.value, v.images, v.patients, v.positive, v.judged) for v in machine.values] == [
        ("29", 2, 1, 1, 2),
        ("48", 1, 1, 0, 1),
        ("unknown", 1, 1, 0, 0),
    ]
    shares = [v.share.value if v.share else None for v in machine.values]
    assert shares == [0.5, 0.0, None]


def test_numbers_stand_in_their_order() -> None:
    rows = [fact(str(i), False, machine=name) for i, name in enumerate(("170", "9", "29"))]
    machine = summary("set", rows).field("machine")
    assert machine is not None
    assert [value.value for value in machine.values] == ["9", "29", "170"]


def test_a_field_that_names_every_image_has_no_table() -> None:
    rows = [fact(str(i), False, series=f"s{i}") for i in range(MOST_VALUES + 1)]
    series = summary("set", rows).field("series")
    assert series is not None
    assert (series.values, series.missing) == ((), 0)


def test_ages_are_told_for_each_class() -> None:
    rows = [*(fact(str(i), False, age) for i, age in enumerate((40.0, 50.0, 60.0))), fact("x", True, 70.0)]
    groups = {ages.group: ages for ages in summary("set", rows).ages}
    assert (groups["all"].images, groups["all"].mean) == (4, 55.0)
    assert (groups["negative"].mean, groups["negative"].quartiles) == (50.0, (45.0, 50.0, 55.0))
    assert groups["negative"].deviation == pytest.approx((200 / 3) ** 0.5)
    assert groups["positive"].quartiles == (70.0, 70.0, 70.0)


def test_sizes_are_counted_and_files_that_do_not_open_too() -> None:
    rows = [fact(), fact(), replace(fact(), size=(256, 512)), replace(fact(), size=None)]
    found = summary("set", rows)
    assert found.sizes == (("512 x 512", 2), ("256 x 512", 1))
    assert found.unread == 1


def area(found: Summary, name: str) -> float:
    field = found.field(name)
    assert field is not None
    assert field.alone is not None
    return field.alone.value


def test_a_field_that_tells_cancer_outright_has_an_area_of_one_and_a_random_one_half() -> None:
    rows = [fact(f"p{i}", i % 2 == 0, machine=str(i % 2), view=("CC", "MLO")[i // 2 % 2]) for i in range(400)]
    found = summary("set", rows)
    assert area(found, "machine") == 1.0
    assert abs(area(found, "view") - 0.5) < 0.1


def test_a_field_that_is_different_for_everybody_says_nothing_of_others() -> None:
    """Fitted and judged on the same patients it would tell every cancer; across patients it tells none."""
    rows = [fact(f"p{i}", i % 2 == 0, site=f"s{i}") for i in range(20)]
    assert len({fold_of("set", f"p{i}") for i in range(20)}) > 1
    assert area(summary("set", rows), "site") == 0.5


@pytest.mark.parametrize(("text", "age"), [("57.0", 57.0), ("057Y", 57.0), ("", None), ("012M", None), (None, None)])
def test_ages_are_read_as_tables_and_dicom_write_them(text: str | None, age: float | None) -> None:
    assert years(text) == age


def test_ages_are_grouped_by_decades() -> None:
    assert [decade(age) for age in (40.0, 49.9, 50.0, 103.0)] == ["40-49", "40-49", "50-59", "100-109"]


@pytest.mark.parametrize(("cell", "text"), [("57.0", "57"), (" ", None), ("NaN", None), ("4a", "4a"), ("2.5", "2.5")])
def test_cells_say_what_they_mean(cell: str, text: str | None) -> None:
    assert text_of(cell) == text


def test_no_image_is_an_error() -> None:
    with pytest.raises(ValueError, match="holds no image"):
        summary("set", [])


def said(rows: list[Facts]) -> str:
    return "\n".join(traps(summary("set", rows), rows))


def many(count: int = 40, **changed: Any) -> list[Facts]:
    """Women with two images each, every second one with cancer; nothing tells them apart."""
    women = [fact(f"p{i // 2}", i // 2 % 2 == 0, view=("CC", "MLO")[i % 2]) for i in range(count)]
    return [replace(row, **{key: value(i) for key, value in changed.items()}) for i, row in enumerate(women)]


def test_a_set_with_too_many_cancers_is_named() -> None:
    assert "50 % of the judged images are positive" in said(many())
    rare = [fact(f"p{i // 2}", i == 0, view="CC") for i in range(200)]
    assert "judged images are positive" not in said(rare)


def breasts(women: int, alone_with: int) -> list[Facts]:
    """Both breasts of healthy women, and one of `women` more, of whom so many have cancer."""
    healthy = [fact(f"h{i}", False, side=side) for i in range(women) for side in "LR"]
    return [*healthy, *(fact(f"c{i}", i < alone_with, side="LR"[i % 2]) for i in range(women))]


def test_it_is_said_where_a_missing_breast_tells_cancer() -> None:
    told = said(breasts(40, 39))
    assert "Of 40 images of women whose other breast is not here 97.5 % are positive, of the 80 others 0.0 %" in told
    assert "other breast" not in said(breasts(40, 4))
    assert "other breast" not in said([fact(f"p{i}", i % 2 == 0, side="L") for i in range(80)])
    assert "other breast" not in said([fact(f"p{i}", i % 2 == 0, side=None) for i in range(80)])


def test_a_machine_that_tells_cancer_is_named_with_its_share_and_its_area() -> None:
    rows = many(160, fields=lambda i: {"machine": "9" if i // 2 % 4 == 1 else "5"})
    text = said(rows)
    assert "runs from 0 % (machine 9) to 67 % (machine 5)" in text
    assert "Whoever sees nothing but machine reaches an AUC of 0.7" in text
    assert area(summary("set", rows), "machine") == pytest.approx(0.75, abs=0.05)  # (1 + 1/2) / 2, folds differ
    assert "None of the 40 images with machine 9 is positive" in text


def test_what_follows_from_the_diagnosis_is_no_trap() -> None:
    rows = many(80, fields=lambda i: {"biopsy": "1" if i // 2 % 2 == 0 else "0"})
    assert "biopsy" not in said(rows)


def test_density_that_only_one_site_tells_is_named() -> None:
    rows = many(80, fields=lambda i: {"site": str(1 + i // 2 % 2), "density": "B" if i // 2 % 2 == 0 else None})
    text = said(rows)
    assert "Density is unknown for 50 % of the images, and known only for site 1" in text


def test_mirrored_images_are_counted_by_machine() -> None:
    def fields(i: int) -> dict[str, str]:
        return {"side": "L", "breast lies": "right" if i < 3 else "left", "machine": "49" if i < 10 else "21"}

    assert "3 images show the breast on the side of the other one" in said(many(fields=fields))
    assert "3 of 10 of machine 49" in said(many(fields=fields))


def test_images_of_one_square_size_are_taken_for_squashed() -> None:
    assert "All images have 512 x 512 pixels" in said(many())
    assert "squashed" not in said(many(size=lambda i: (512 + i, 700)))


def test_patients_who_cannot_be_told_apart_are_named() -> None:
    assert "Every image counts as a patient" in said([fact(str(i)) for i in range(30)])
    assert "1 patients or groups are too few" in said([fact() for _ in range(30)])
