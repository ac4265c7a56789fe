"""What a guard's card says: who passes, who is refused, who is doubted, with intervals over patients and sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from training.draws import Draws
from training.figures import mean
from training.guard_fit import Point, Seen, points, said
from training.metrics import Estimate

Bools = NDArray[np.bool_]
Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
LOOKS = ("film", "negative", "squashed", "cropped")
DRAWN = ("drawn-", "phantoms")
MEDICAL = ("dicom-", "ct-", "mr-", "nilearn-", "dipy-", "nibabel-")  # how sources of medical pictures are named


def share_of(held: Bools, units: NDArray[np.str_]) -> Estimate:
    """Of the rows, with its interval over units.

    Where all or none hold, every draw would say the same, and three over the number of units bounds the share.
    """
    draws = Draws.of(units.tolist())
    found = draws.estimate(mean(held.astype(np.float64), draws.weights(units.tolist())), len(held))
    margin = min(1.0, 3 / len(draws.place))
    if found.value == 1:
        return replace(found, low=1 - margin)
    return replace(found, high=margin) if found.value == 0 else found


def figures(seen: Seen, refused: Bools, doubted: Bools, suffix: str = "") -> dict[str, Estimate]:
    """Of the pictures as they came, rows that trained nothing: mammograms that passed, were doubted; others refused."""
    own, drawn = seen.known("mammogram") > 0.5, _begins(seen.stratum, DRAWN)
    sets = {"real": own & ~drawn} | {name: seen.stratum == name for name in sorted({*seen.stratum[own].tolist()})}
    metrics = {}
    for name, chosen in sets.items():
        rows = chosen & seen.plain
        metrics[f"passed_{name}{suffix}"] = share_of(~refused[rows], seen.unit[rows])
        metrics[f"doubted_{name}{suffix}"] = share_of((doubted & ~refused)[rows], seen.unit[rows])
    kinds = {"real": ~drawn, "medical": _begins(seen.stratum, MEDICAL), "drawn": drawn}
    for name, chosen in kinds.items():
        rows = chosen & seen.plain & ~own
        if rows.any():
            metrics[f"refused_others_{name}{suffix}"] = share_of(refused[rows], seen.unit[rows])
    return metrics


def of_looks(seen: Seen, logits: Floats, found: Sequence[Point]) -> dict[str, Estimate]:
    """Over all views of mammograms, changed ones too: how often a look is told, and how often it is made up."""
    metrics = {}
    for name in LOOKS:
        told, truth = said(logits, found, name), seen.known(name)
        for key, rows in ((f"{name}_told", truth == 1), (f"{name}_made_up", truth == 0)):
            if rows.any():
                metrics[key] = share_of(told[rows], seen.unit[rows])
    return metrics


def cross_fitted(seen: Seen, folds: Ints, logits: Floats, passing: float, doubted: float) -> tuple[Bools, Bools]:
    """(refused, doubted) of every row: `logits` by heads that never saw its fold, points chosen on the other folds."""
    refused, in_doubt = np.zeros(len(seen), np.bool_), np.zeros(len(seen), np.bool_)
    for fold in np.unique(folds):
        rows = folds == fold
        chosen = points(logits[~rows], seen.rows(~rows), passing, doubted)
        refused[rows] = said(logits[rows], chosen, "refused")
        in_doubt[rows] = said(logits[rows], chosen, "doubtful")
    return refused, in_doubt


def _begins(names: NDArray[np.str_], heads: Sequence[str]) -> Bools:
    return np.asarray(np.any([np.char.startswith(names, head) for head in heads], axis=0), np.bool_)
