"""The published pipeline's own requirements, filled with what was measured.

docs/evaluation.md says where the requirements come from and why they carry these numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from training.evaluation.values import Figure, SetReport, Table
from training.metrics import Estimate


class Status(StrEnum):
    MET = "met"
    NOT_SURE = "met, interval reaches past it"
    NOT_MET = "not met"
    NOT_MEASURED = "not measured"
    TESTED = "by test"


@dataclass(frozen=True)
class Requirement:
    number: str
    words: str
    figure: str = ""  # key of the figure that answers it
    limit: float = 0.0
    at_most: bool = False  # else: at least
    tests: tuple[str, ...] = ()  # that prove it, where no figure can

    @property
    def required(self) -> str:
        return "a test" if self.tests else f"{'≤' if self.at_most else '≥'} {self.limit:g}"

    def status(self, estimate: Estimate) -> Status:
        """Met by the figure; sure only where the whole interval meets it."""
        if not self._meets(estimate.value):
            return Status.NOT_MET
        return Status.MET if self._meets(estimate.high if self.at_most else estimate.low) else Status.NOT_SURE

    def _meets(self, value: float) -> bool:
        return value <= self.limit if self.at_most else value >= self.limit


REQUIREMENTS = (
    Requirement("F1", "masses found and rightly classified, ROI threshold 0.2", "e2e.one_to_one.at_0.2.right", 0.80),
    Requirement("F1.1", "regions of interest: mAP at IoU 0.5 (one class, so AP50)", "masses.ap50", 0.40),
    Requirement("F1.2", "segmentation: mean IoU", "outlines.iou", 0.80),
    Requirement("F1.3", "segmentation: AUC of pixels (a lower bound is measured)", "outlines.roi_auc", 0.79),
    Requirement("F1.4", "pathology: accuracy", "pathology.accuracy", 0.90),
    Requirement("F1.5", "pathology: AUC", "pathology.auc", 0.90),
    Requirement("NF1", "seconds an image, 95th percentile", "runtime.p95", 30.0, at_most=True),
    Requirement(
        "NF2",
        "works offline",
        tests=(
            "tests/rules/test_offline.py::test_only_the_network_folder_imports_what_reaches_other_machines",
            "tests/rules/test_offline.py::test_the_page_asks_no_other_machine",
        ),
    ),
    Requirement(
        "NF3",
        "modular: stages stand alone and can be swapped",
        tests=(
            "tests/rules/test_imports.py::test_imports_point_one_way",
            "tests/pipeline/test_analyze.py::"
            "test_a_disc_is_found_outlined_judged_and_measured_in_pixels_of_the_sent_image",
        ),
    ),
    Requirement(
        "NF4",
        "the reader chooses the ROI confidence without another analysis",
        tests=("tests/browser/test_operating.py::test_the_line_at_the_slider_follows_the_handle_without_any_request",),
    ),
)


@dataclass(frozen=True)
class Answer:
    requirement: Requirement
    status: Status
    estimate: Estimate | None


def answers(figures: Mapping[str, Figure]) -> tuple[Answer, ...]:
    """One for each of REQUIREMENTS, from the figures of one data set."""
    return tuple(_answer(requirement, figures.get(requirement.figure)) for requirement in REQUIREMENTS)


def _answer(requirement: Requirement, figure: Figure | None) -> Answer:
    if requirement.tests:
        return Answer(requirement, Status.TESTED, None)
    if figure is None or figure.estimate.value != figure.estimate.value:  # nan: nothing to measure it on
        return Answer(requirement, Status.NOT_MEASURED, None)
    return Answer(requirement, requirement.status(figure.estimate), figure.estimate)


def table(sets: Sequence[SetReport]) -> Table:
    """A row a requirement, a column a data set."""
    told = [answers(found.figures) for found in sets]
    rows = tuple(
        (requirement.number, requirement.words, requirement.required, *(_words(answer[row]) for answer in told))
        for row, requirement in enumerate(REQUIREMENTS)
    )
    return Table("Requirements", ("", "requirement", "required", *(found.name for found in sets)), rows)


def _words(answer: Answer) -> str:
    if answer.status is Status.TESTED:
        return "; ".join(answer.requirement.tests)
    return answer.status.value if answer.estimate is None else f"{answer.estimate}: {answer.status.value}"
