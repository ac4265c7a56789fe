"""Masses of other views, set into views without cancer.

A label says that a view shows cancer, not where. A mass that a reader outlined, set into a view of the set that is
taught, says it. Benign masses, and tissue without any, are set in the same way and change no label, so that neither a
seam nor a mass alone tells cancer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from pipeline.classify import squashed
from training.augment import Grey
from training.cache import PreparedExample
from training.paste import Patch, cut_out, paste
from training.recipes.values import Source
from training.whole_image import Labelled

T = TypeVar("T")
TRIES = 20
SEAM = 0.05  # of a patch's edge, at most: more, and the picture's edge cut it off
CANCER = 1


@dataclass(frozen=True)
class LesionRecipe:
    """What is set in, and how often."""

    sets: tuple[Source, ...]  # the masses are theirs, and so is the tissue; whoever validates gives none
    chance: float  # that something is set into a view without cancer
    malignant: float = 0.5  # share of it that is a malignant mass, which makes the view one with cancer
    benign: float = 0.25  # share that is a benign mass; the rest is tissue
    strength: tuple[float, float] = (0.4, 1.0)  # what is set in shows through by so much

    def __post_init__(self) -> None:
        if not 0 <= self.chance <= 1 or min(self.malignant, self.benign) < 0 or self.malignant + self.benign > 1:
            raise ValueError(
                "expected a chance of 0 to 1, and shares of malignant and benign masses of 1 at most together"
            )

    @property
    def readers(self) -> tuple[str, ...]:
        return tuple(source.reader for source in self.sets)


@dataclass(frozen=True, eq=False)
class Cut:
    dataset: str
    patch: Patch


@dataclass(frozen=True, eq=False)
class Lesions:
    """Everything at the size of the views into which it is set."""

    recipe: LesionRecipe
    malignant: tuple[Cut, ...]
    benign: tuple[Cut, ...]
    plain: Mapping[str, tuple[Grey, ...]]  # by data set: views in which readers saw neither a mass nor cancer

    @classmethod
    def of(cls, prepared: Sequence[PreparedExample], recipe: LesionRecipe, height: int, width: int) -> Lesions:
        """Raises ValueError where malignant or benign masses, or views without any, are missing."""
        malignant: list[Cut] = []
        benign: list[Cut] = []
        plain: dict[str, list[Grey]] = {}
        for item in prepared:
            view = (squashed(item.pixels, height, width) * 255).round().astype(np.uint8)
            if item.example.masses == () and item.example.cancer is False:
                plain.setdefault(item.example.dataset, []).append(view)
            for mass, patch in _masses(item, view):
                (malignant if mass else benign).append(Cut(item.example.dataset, patch))
        if not (malignant and benign and plain.keys() >= {cut.dataset for cut in malignant}):
            raise ValueError("expected malignant and benign masses, and views without any in every set of [lesions]")
        return cls(recipe, tuple(malignant), tuple(benign), {name: tuple(views) for name, views in plain.items()})

    @property
    def said(self) -> str:
        return (
            f"{len(self.malignant)} malignant and {len(self.benign)} benign masses of {', '.join(self.recipe.readers)}"
        )

    def altered(self, rng: np.random.Generator, view: Labelled) -> Labelled:
        """The view, or a copy with something set into it; a view with cancer as it is."""
        if view.label == CANCER or rng.random() >= self.recipe.chance:
            return view
        patch, is_malignant = self._drawn(rng)
        pasted = paste(rng, view.pixels, patch) if patch else None
        if pasted is None:
            return view
        pixels = view.pixels + rng.uniform(*self.recipe.strength) * (pasted[0].astype(np.float32) - view.pixels)
        return replace(view, pixels=pixels.round().astype(np.uint8), label=CANCER if is_malignant else view.label)

    def _drawn(self, rng: np.random.Generator) -> tuple[Patch | None, bool]:
        """What to set in, and whether it is a malignant mass."""
        kind = rng.random()
        if kind < self.recipe.malignant:
            return _one(rng, self.malignant).patch, True
        if kind < self.recipe.malignant + self.recipe.benign:
            return _one(rng, self.benign).patch, False
        return self._tissue(rng), False

    def _tissue(self, rng: np.random.Generator) -> Patch | None:
        """In the shape of a malignant mass, from a view of its set; None where no place inside a breast was found."""
        shape = _one(rng, self.malignant)
        rows, columns = shape.patch.alpha.shape
        for _ in range(TRIES):
            ground = _one(rng, self.plain[shape.dataset])
            top, left = (int(rng.integers(max(1, n - m))) for n, m in zip(ground.shape, (rows, columns), strict=True))
            pixels = ground[top : top + rows, left : left + columns]
            if _is_tissue(pixels):
                return replace(shape.patch, pixels=pixels)
        return None


def _masses(item: PreparedExample, view: Grey) -> list[tuple[bool, Patch]]:
    """(malignant, the mass), where that is known and neither the picture's edge nor the breast's cuts the mass off."""
    scale = np.array(view.shape[::-1]) / item.pixels.shape[::-1]
    found: list[tuple[bool, Patch]] = []
    for mass, outline in zip(item.example.masses or (), item.outlines, strict=True):
        patch = cut_out(view, outline * scale)
        edge = np.concatenate([patch.alpha[0], patch.alpha[-1], patch.alpha[:, 0], patch.alpha[:, -1]])
        if mass.malignant is not None and edge.max() < SEAM and _is_tissue(patch.pixels):
            found.append((mass.malignant, patch))
    return found


def _is_tissue(pixels: Grey) -> bool:
    return bool((pixels > 0).mean() > 0.97)


def _one(rng: np.random.Generator, of: Sequence[T]) -> T:
    return of[int(rng.integers(len(of)))]
