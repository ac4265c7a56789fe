"""What a cancer network says of whole views whose truth is known, and how well that ranks them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from training.datasets.base import Example
from training.judge import auc, auc_within
from training.metrics import Estimate


@dataclass(frozen=True)
class Answered:
    """A view of which it is known whether it shows cancer, and what the network says."""

    dataset: str
    patient: str
    breast: str  # R, L, or "" where it is not known
    machine: str  # "" where it is not known
    cancer: bool
    logit: float  # before calibration

    @classmethod
    def of(cls, example: Example, logit: float) -> Answered:
        side = example.laterality.value if example.laterality else ""
        said = (example.dataset, example.patient, side, example.machine or "", bool(example.cancer))
        return cls(*said, float(logit))

    @property
    def woman(self) -> str:
        return f"{self.dataset} {self.patient}"

    @property
    def stratum(self) -> str:
        return f"{self.dataset} {self.machine}"


def breasts(views: Sequence[Answered]) -> list[Answered]:
    """Each by the highest of its views, as the page shows it."""
    highest: dict[tuple[str, str], Answered] = {}
    for view in sorted(views, key=lambda view: view.logit):
        highest[view.woman, view.breast] = view
    return list(highest.values())


def areas(answers: Sequence[Answered], prefix: str = "") -> dict[str, Estimate]:
    """`auc` over all pairs and `auc_within_machine` over pairs of one data set and machine; of several data sets also
    `auc_SET` and, where it has several machines, `auc_within_machine_SET`. What lacks a class has no figure."""
    sets = {one.dataset for one in answers}
    return _areas(answers, f"{prefix}auc", "") | (areas_by_set(answers, prefix) if len(sets) > 1 else {})


def areas_by_set(answers: Sequence[Answered], prefix: str = "") -> dict[str, Estimate]:
    found: dict[str, Estimate] = {}
    for name in sorted({one.dataset for one in answers}):
        found |= _areas([one for one in answers if one.dataset == name], f"{prefix}auc", f"_{name}")
    return found


def _areas(answers: Sequence[Answered], name: str, of: str) -> dict[str, Estimate]:
    truth, patients = [one.cancer for one in answers], [one.woman for one in answers]
    if len(set(truth)) < 2:
        return {}
    logits, strata = np.array([one.logit for one in answers], np.float64), [one.stratum for one in answers]
    found = {f"{name}{of}": auc(patients, truth, logits)}
    if not of or len(set(strata)) > 1:
        found[f"{name}_within_machine{of}"] = auc_within(patients, truth, logits, strata)
    return found
