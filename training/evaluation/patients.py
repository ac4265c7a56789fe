"""Who is judged, and by which weights: nobody by weights that learned from her."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from models.weights import Card
from pipeline.model_choice import TASKS
from training.datasets.base import Example
from training.evaluation.analyses import LEAVABLE, Networks, Task
from training.split import FOLDS, official_test, split

FOLD = re.compile(r"fold (\d+) of (\d+)")
BY_PATIENT = re.compile(r"\bby (case and )?patient\b")
PATTERN = "{fold}"
FAMILIES = {  # words of a card's data that say its network may have learned from a set's patients
    "inbreast": ("inbreast",),
    "inbreast_release": ("inbreast",),
    "mini_mias": ("minimias",),
    "mini_mias_release": ("minimias",),
    "rsna_subset": ("rsna",),
    "rsna": ("rsna",),
    "mass_collection": ("inbreast", "mias", "ddsm"),
    "ddsm_tissue_seg": ("ddsm",),
    "cbis_ddsm": ("ddsm",),
    "microcalc_patches": ("infn", "microcalc"),
    "infn": ("infn", "microcalc"),
    "cdd_cesm": ("cesm",),
    "cdd_cesm_cc": ("cesm",),
    "csaw_m": ("csaw",),
    "synthetic_csaw": ("csaw",),
    "vindr_mammo": ("vindr",),
}


class NotHeldOut(ValueError):
    """The weights may have learned from the patients that were asked for."""


@dataclass(frozen=True)
class Chosen:
    """The networks of every fold: `weights` may hold {fold}; None for those that ship."""

    weights: str | None = None
    choice: Path | None = None  # a models.toml

    def of(self, fold: int) -> Networks:
        return Networks(None if self.weights is None else Path(self.weights.replace(PATTERN, str(fold))), self.choice)


def tasks(name: str, found: Sequence[Example], held_out: str, official: bool, chosen: Chosen) -> list[Task]:
    """What to analyse of the data set `name`, each image by networks that never saw its patient.

    `held_out`: a fold, "all" (each fold by its own weights) or "everybody". Raises NotHeldOut, PipelineError.
    """
    if official:
        check_untouched(chosen.of(0))
        return [Task(example, chosen.of(0)) for example in official_test(found)]
    if held_out == "everybody":
        networks = without_learners(name, chosen.of(0), None)
        check_unknown(name, networks)
        return [Task(example, networks) for example in found]
    if held_out == "all" and PATTERN not in (chosen.weights or ""):
        raise NotHeldOut(f"--held-out all needs weights of every fold: --weights DIR/{PATTERN}")
    planned = []
    for fold in range(FOLDS) if held_out == "all" else [int(held_out)]:
        networks = without_learners(name, chosen.of(fold), fold)
        check_fold(name, networks, fold)
        planned += [Task(example, networks) for example in split(found, fold)[1]]
    return planned


def without_learners(name: str, networks: Networks, fold: int | None) -> Networks:
    """Networks that may know the patients of `fold`, or with None some of the set, take no part where the analysis can
    do without their answer, and a line says so; their cards may tell of figures of their own, as the microcalcification
    committee's does."""
    leavable = [card for card in networks.cards if card.task in LEAVABLE and learned_from(card, name)]
    known = [card for card in leavable if fold is None or not leaves_out(card, name, fold)]
    whom = "some of them" if fold is None else f"fold {fold}"
    for card in known:
        print(f"{name}: {card.name} takes no part, for it may have learned from {whom}; its card says how it did")
    return replace(networks, left_out=tuple(card.task for card in known))


def leaves_out(card: Card, name: str, fold: int) -> bool:
    """Whether it learned nothing of the patients of `fold` of the data set `name`."""
    said = FOLD.search(str(card.training.get("split", "")))
    return not learned_from(card, name) or (said is not None and (int(said[1]), int(said[2])) == (fold, FOLDS))


def check_fold(name: str, networks: Networks, fold: int, only: Collection[str] = TASKS) -> None:
    """Every card of the tasks `only` that learned from sets like `name` must leave out `fold`. Raises NotHeldOut."""
    for card in _some_cards(networks):
        if card.task in only and not leaves_out(card, name, fold):
            words = _left_out(str(card.training.get("split", "")))
            raise NotHeldOut(f"the card {card.name} {words}; fold {fold} of {FOLDS} of {name} was to be judged")


def _left_out(split: str) -> str:
    if said := FOLD.search(split):
        return f"left out fold {said[1]} of {said[2]}"
    if "everybody trained" in split:
        return "learned from everybody (docs/evaluation.md says how to make weights that did not)"
    return "does not say which patients it left out"


def check_untouched(networks: Networks) -> None:
    """Official test parts are left out by every split by patient. Raises NotHeldOut where a card tells of none."""
    for card in _some_cards(networks):
        if not BY_PATIENT.search(str(card.training.get("split", ""))):
            raise NotHeldOut(f"the card {card.name} does not say that its data were split by patient")


def check_unknown(name: str, networks: Networks) -> None:
    """No card may have learned from sets like `name`. Raises NotHeldOut."""
    for card in _some_cards(networks):
        if learned_from(card, name):
            raise NotHeldOut(f"the card {card.name} learned from patients of {name}; choose a fold of it")


def learned_from(card: Card, name: str) -> bool:
    """Whether its data or their licences name the family of the data set; a card that names no data may have."""
    said = re.sub(r"[^a-z]", "", f"{card.training.get('data', '')} {card.data_licence}".lower())
    return not said or any(word in said for word in FAMILIES.get(name, (name.replace("_", ""),)))


def _some_cards(networks: Networks) -> tuple[Card, ...]:
    if not networks.cards:
        raise NotHeldOut(f"no cards in {networks.directory}")
    return networks.cards
