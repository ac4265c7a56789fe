"""The yes-or-no questions of an analysis: is a found mass malignant, does the image show cancer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from pipeline.finding import Finding
from training.datasets.base import MassTruth
from training.evaluation import classes
from training.evaluation.classes import Question
from training.evaluation.values import Case, Figure, Judged, Section
from training.figures import Floats, mean, share
from training.metrics import Estimate, matching

FOUND_IOU = 0.2  # of the boxes: from here on a mass counts as found
Pair = tuple[Case, MassTruth, Finding]


def found_masses(judged: Judged) -> list[Pair]:
    """Masses that a mark found, whatever its confidence, one to one: the most confident mark takes its mass first."""
    return [
        (case, case.example.masses[truth], case.masses[mark])
        for case in judged.searched
        for mark, truth in matching(case.scored, FOUND_IOU)
        if truth is not None and case.example.masses
    ]


def sections(judged: Judged) -> list[Section]:
    pairs = found_masses(judged)
    asked = [pathology(pairs), second_opinion(pairs), served_cancer(judged), image_cancer(judged)]
    found = [_with_machines(question, section, judged) for question in asked if (section := _told(question, judged))]
    return [_with_agreement(section, pairs, judged) for section in found]


def _told(question: Question, judged: Judged) -> Section | None:
    return classes.section(question, judged)


def pathology(pairs: list[Pair]) -> Question:
    return _of_masses(
        pairs,
        lambda mark: mark.malignant,
        "pathology",
        "Malignancy of found masses",
        "Of every mass that a mark found (box IoU ≥ 0.2, one to one, whatever its confidence), judged with the outline "
        "that the analysis drew. Missed masses are not in here: see the end-to-end table. On INbreast malignant means "
        "BI-RADS 4 to 6, no biopsy.",
    )


def second_opinion(pairs: list[Pair]) -> Question:
    return _of_masses(
        pairs,
        lambda mark: mark.second_opinion.malignant if mark.second_opinion else None,
        "second_opinion",
        "Second opinion on found masses",
        "The same masses, answered by the second network.",
    )


def _of_masses(
    pairs: list[Pair], answer: Callable[[Finding], float | None], key: str, title: str, note: str
) -> Question:
    rows = [
        (case, mass.malignant, said)
        for case, mass, mark in pairs
        if mass.malignant is not None and (said := answer(mark)) is not None
    ]
    return Question(
        key,
        title,
        note,
        "malignant",
        "benign",
        tuple(case for case, _, _ in rows),
        np.array([truth for _, truth, _ in rows], np.float64),
        np.array([said for _, _, said in rows], np.float64),
    )


def served_cancer(judged: Judged) -> Question:
    rows = [
        (case, case.example.cancer, case.analysis.cancer.probability)
        for case in judged.cases
        if case.example.cancer is not None and case.analysis.cancer is not None
    ]
    return Question(
        "cancer",
        "Cancer in the image, as served",
        "The probability of the result document: of the image with its findings, or that of its worst finding, "
        "whichever is larger. "
        "RSNA and mini-MIAS: biopsy; INbreast: BI-RADS 4 to 6. The sets are enriched, so the probabilities are far too "
        "high for screening.",
        "cancer",
        "no cancer",
        tuple(case for case, _, _ in rows),
        np.array([truth for _, truth, _ in rows], np.float64),
        np.array([said for _, _, said in rows], np.float64),
    )


def image_cancer(judged: Judged) -> Question:
    """The whole-image network alone."""
    served = served_cancer(judged)
    alone = [case.analysis.cancer.image for case in served.cases if case.analysis.cancer]
    note = "The whole-image network by itself, before the worst finding is looked at."
    title = "Cancer in the image, whole-image network alone"
    return replace(served, key="cancer_image", title=title, note=note, said=np.array(alone, np.float64))


def _with_machines(question: Question, section: Section, judged: Judged) -> Section:
    machines = [case.example.machine for case in question.cases]
    if not all(machines):
        return section
    figure = classes.within_groups(question, [str(machine) for machine in machines], judged)
    return replace(section, figures=(section.figures[0], figure, *section.figures[1:]))


def _with_agreement(section: Section, pairs: list[Pair], judged: Judged) -> Section:
    """How often the second opinion disagrees, and how often the first one is right when both agree."""
    if not section.figures[0].key.startswith("second_opinion"):
        return section
    both = [(case, mass, mark) for case, mass, mark in pairs if mark.second_opinion and mark.malignant is not None]
    weights = judged.weights([case for case, _, _ in both])
    disagrees = np.array([mark.second_opinion.disagrees for _, _, mark in both if mark.second_opinion], np.float64)
    right = np.array([(mark.malignant or 0) >= classes.CUT for _, _, mark in both]) == np.array(
        [bool(mass.malignant) for _, mass, _ in both]
    )
    agreed = share((weights * (1 - disagrees)) @ right.astype(np.float64), (weights * (1 - disagrees)).sum(axis=1))
    figures = (
        Figure("second_opinion.disagrees", "share on which the two disagree", _estimate(judged, disagrees, weights)),
        Figure(
            "second_opinion.right_when_agreed",
            "accuracy of the first network where they agree",
            judged.draws.estimate(agreed, int((1 - disagrees).sum())),
        ),
    )
    return replace(section, figures=(*section.figures, *figures))


def _estimate(judged: Judged, values: Floats, weights: Floats) -> Estimate:
    return judged.draws.estimate(mean(values, weights), len(values))
