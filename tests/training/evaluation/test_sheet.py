"""The requirement sheet: what counts as met, and that the tests it names exist."""

from __future__ import annotations

import re

import pytest

from tests.rules.source_tree import ROOT
from training.evaluation.sheet import REQUIREMENTS, Requirement, Status, answers, table
from training.evaluation.values import Figure, Section, SetReport
from training.metrics import Estimate

AT_LEAST = Requirement("F9", "a share", "a.b", 0.8)
AT_MOST = Requirement("N9", "a time", "a.c", 30, at_most=True)


@pytest.mark.parametrize(
    ("requirement", "low", "value", "high", "status"),
    [
        (AT_LEAST, 0.81, 0.9, 0.95, Status.MET),
        (AT_LEAST, 0.7, 0.8, 0.9, Status.NOT_SURE),
        (AT_LEAST, 0.7, 0.79, 0.9, Status.NOT_MET),
        (AT_MOST, 1, 2, 29, Status.MET),
        (AT_MOST, 1, 2, 31, Status.NOT_SURE),
        (AT_MOST, 1, 31, 32, Status.NOT_MET),
    ],
)
def test_a_requirement_is_surely_met_when_the_whole_interval_meets_it(
    requirement: Requirement, low: float, value: float, high: float, status: Status
) -> None:
    assert requirement.status(Estimate(value, low, high, 9)) is status


def test_what_was_not_measured_says_so() -> None:
    told = {answer.requirement.number: answer.status for answer in answers({})}
    assert told["F1"] is Status.NOT_MEASURED
    nothing = Figure("pathology.auc", "AUC", Estimate(float("nan"), float("nan"), float("nan"), 0))
    told = {answer.requirement.number: answer.status for answer in answers({nothing.key: nothing})}
    assert told["F1.5"] is Status.NOT_MEASURED


def test_the_numbers_are_those_of_the_design() -> None:
    limits = {requirement.number: requirement.limit for requirement in REQUIREMENTS if not requirement.tests}
    assert limits == {"F1": 0.8, "F1.1": 0.4, "F1.2": 0.8, "F1.3": 0.79, "F1.4": 0.9, "F1.5": 0.9, "NF1": 30}


@pytest.mark.parametrize("name", [test for requirement in REQUIREMENTS for test in requirement.tests])
def test_a_test_that_proves_a_requirement_exists(name: str) -> None:
    file, _, function = name.partition("::")
    assert re.search(rf"^def {function}\(", (ROOT / file).read_text("utf-8"), re.MULTILINE)


def test_the_table_has_a_row_a_requirement_and_a_column_a_data_set() -> None:
    figure = Figure("masses.ap50", "AP", Estimate(0.7, 0.5, 0.8, 28))
    sets = [
        SetReport(name, 3, 2, (), (Section("Masses", figures=found),)) for name, found in (("a", (figure,)), ("b", ()))
    ]
    found = table(sets)
    rows = {str(row[0]): row for row in found.rows}
    assert found.columns[3:] == ("a", "b")
    assert rows["F1.1"][2:] == ("≥ 0.4", "0.700 (0.500-0.800, n = 28): met", "not measured")
    assert len(found.rows) == len(REQUIREMENTS)
