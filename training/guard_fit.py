"""Linear answers and a distance over fixed features, and where they begin to say yes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from models.guard import ANSWERS
from training.guard_views import PLAIN, TAUGHT

Floats = NDArray[np.float32]
STEPS = 300
SURE = 0.995  # of the views that lack a look, so many are not said to have it


@dataclass(frozen=True, eq=False)
class Seen:
    """Features of many views, row by row, and what is known of them."""

    features: Floats  # (N, F)
    truth: Floats  # (N, len(TAUGHT)) 0, 1, or nan where unknown
    stratum: NDArray[np.str_]  # (N,) data set, or source of other pictures
    unit: NDArray[np.str_]  # (N,) what a split keeps together
    how: NDArray[np.str_]  # (N,) how the picture was changed

    def __len__(self) -> int:
        return len(self.features)

    def rows(self, chosen: NDArray[np.bool_]) -> Seen:
        return Seen(
            self.features[chosen], self.truth[chosen], self.stratum[chosen], self.unit[chosen], self.how[chosen]
        )

    def known(self, answer: str) -> NDArray[np.float32]:
        return self.truth[:, TAUGHT.index(answer)]

    @property
    def plain(self) -> NDArray[np.bool_]:
        return np.asarray(self.how == PLAIN)


@dataclass(frozen=True, eq=False)
class Heads:
    """What build_guard() takes: kernels and biases of its layers "said", "whitened", "inside"."""

    said: tuple[Floats, Floats]  # (F, 5), (5,)
    whitened: tuple[Floats, Floats]  # (F, C), (C,)
    inside: tuple[Floats, Floats]  # (1, 1), (1,)

    def logits(self, features: Floats) -> Floats:
        """(N, 6), in the order of ANSWERS."""
        said = features @ self.said[0] + self.said[1]
        place = features @ self.whitened[0] + self.whitened[1]
        inside = np.mean(place * place, axis=1, keepdims=True) @ self.inside[0] + self.inside[1]
        return np.concatenate([said[:, :1], inside, said[:, 1:]], axis=1)

    def put_into(self, model: Any) -> None:
        for name in ("said", "whitened", "inside"):
            model.get_layer(name).set_weights(list(getattr(self, name)))


def fitted(seen: Seen, components: int, strength: float, answers: Sequence[str] = TAUGHT) -> Heads:
    """Each answer by logistic regression, strata weighing by the root of their size and both truths alike.

    What is not in `answers` is never said: its logit is far below 0.
    """
    mean, spread = seen.features.mean(axis=0), seen.features.std(axis=0) + 1e-3
    scaled = (seen.features - mean) / spread
    silent = np.zeros(scaled.shape[1], np.float32), -60.0
    found = [_regression(scaled, seen, answer, strength) if answer in answers else silent for answer in TAUGHT]
    kernels, biases = zip(*found, strict=True)
    kernel = np.stack(kernels, axis=1) / spread[:, None]
    said = (kernel, np.array(biases, np.float32) - mean @ kernel)
    whitened, inside = _distance(seen, scaled, mean, spread, components)
    return Heads((said[0].astype(np.float32), said[1].astype(np.float32)), whitened, inside)


def _regression(scaled: Floats, seen: Seen, answer: str, strength: float) -> tuple[Floats, float]:
    truth = seen.known(answer)
    rows = np.flatnonzero(np.isfinite(truth))
    if len(np.unique(truth[rows])) < 2:  # nobody to tell it from
        return np.zeros(scaled.shape[1], np.float32), 60.0 if answer == "mammogram" else -60.0
    weights = balanced(truth[rows] > 0.5, seen.stratum[rows])
    regression = LogisticRegression(C=strength, max_iter=STEPS, tol=1e-3)
    regression.fit(scaled[rows], truth[rows] > 0.5, sample_weight=weights)
    return regression.coef_[0].astype(np.float32), float(regression.intercept_[0])


def balanced(truth: NDArray[np.bool_], strata: NDArray[np.str_]) -> NDArray[np.float64]:
    """Mean 1; yes and no together alike, and among each a stratum by the root of its size."""
    weights = np.zeros(len(truth))
    for said in (False, True):
        rows = np.flatnonzero(truth == said)
        _, place, counts = np.unique(strata[rows], return_inverse=True, return_counts=True)
        weights[rows] = 1 / np.sqrt(counts[place])
        weights[rows] *= len(truth) / 2 / max(weights[rows].sum(), 1e-12)
    return weights


def _distance(
    seen: Seen, scaled: Floats, mean: Floats, spread: Floats, components: int
) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    """Principal components of the mammograms as they came; the logit of "inside" is 0 at the farthest 1 in 1000."""
    own = scaled[(seen.known("mammogram") > 0.5) & seen.plain].astype(np.float64)
    middle = own.mean(axis=0)
    values, vectors = np.linalg.eigh(np.cov(own - middle, rowvar=False))
    axes = vectors[:, -components:] / np.sqrt(values[-components:] + 1e-6)
    kernel = axes / spread[:, None]
    bias = -((mean / spread + middle) @ axes)
    length = np.mean(((own - middle) @ axes) ** 2, axis=1)
    limit = float(np.quantile(length, 0.999))
    slope = 4.0 / limit
    whitened = (kernel.astype(np.float32), bias.astype(np.float32))
    return whitened, (np.array([[-slope]], np.float32), np.array([slope * limit], np.float32))


Point = Mapping[str, Any]


def points(logits: Floats, seen: Seen, passing: float, doubted: float) -> tuple[Point, ...]:
    """Operating points for the card, from rows that trained nothing: see pipeline.models.LinearGuard.

    Of the mammograms as they came, of every data set, `passing` are not refused, and no more than `doubted` are called
    doubtful for either reason. Nothing is refused that is rather a mammogram, or doubted that lies rather inside.
    """
    shares = _shares(logits)
    own = seen.plain & (seen.known("mammogram") > 0.5)
    mammogram, inside = (shares[:, ANSWERS.index(name)] for name in ("mammogram", "inside"))
    found: list[dict[str, Any]] = [
        {
            "says": "refused",
            "answer": "mammogram",
            "below": min(0.5, _lowest(mammogram[own], seen.stratum[own], 1 - passing)),
        },
        {"says": "doubtful", "answer": "mammogram", "below": _lowest(mammogram[own], seen.stratum[own], doubted)},
        {"says": "doubtful", "answer": "inside", "below": min(0.5, _lowest(inside[own], seen.stratum[own], doubted))},
        {"says": "film", "answer": "film", "above": 0.5},
        {"says": "digital", "answer": "film", "below": 0.5},
    ]
    for name in ("negative", "squashed", "cropped"):
        lacking = shares[seen.known(name) == 0, ANSWERS.index(name)]
        if not len(lacking):
            continue
        found.append({"says": name, "answer": name, "above": _short(max(0.5, np.quantile(lacking, SURE)))})
    return tuple(found)


def _shares(logits: Floats) -> NDArray[np.float64]:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits.astype(np.float64), -60, 60))))


def _lowest(shares: NDArray[np.floating[Any]], strata: NDArray[np.str_], left_out: float) -> float:
    """Below it lie `left_out` of the data set that suffers most."""
    return _short(min(float(np.quantile(shares[strata == name], left_out)) for name in np.unique(strata)))


def _short(value: float) -> float:
    return float(f"{value:.4g}")


def said(logits: Floats, found: Sequence[Point], word: str) -> NDArray[np.bool_]:
    """(N,) whether any point with that word holds, as LinearGuard would find; a cropped one is not called squashed."""
    shares = _shares(logits)
    held = np.zeros(len(logits), np.bool_)
    for point in found:
        if point["says"] == word:
            share = shares[:, ANSWERS.index(point["answer"])]
            held |= share >= point["above"] if "above" in point else share < point["below"]
    return held & ~said(logits, found, "cropped") if word == "squashed" else held
