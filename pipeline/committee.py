"""The committee's weight file behind microcalcify()'s protocol: patches go in side by side, a sheet at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from models.weights import Card
from pipeline.cluster_signs import ClusterJudge, signs_of
from pipeline.declared import Answering, Stepwise
from pipeline.errors import ModelUnavailable
from pipeline.explain import cam_of
from pipeline.spots import Spots
from pipeline.wavelet import Wavelet, filtered

Floats = NDArray[np.float32]

STEPS = ("first", "more", "rest")  # functions of a committee's file: what it can say at most, and by how much less
LARGEST_LOGIT = 12.0


class SheetCommittee:
    """[input] of its card: height and width of a sheet, patch and spacing_mm, least_spot, perhaps least_promise and a
    wavelet table.

    A file that takes one patch has sheets of one. Its outputs are logits: (1, R, R, 1) of patches, and (1, R C, R C, 1)
    of their cells; a file with one output judges patches alone. Raises ModelUnavailable for a card that lacks these.
    """

    def __init__(self, model: Answering, card: Card) -> None:
        self._model = model
        self._judge = ClusterJudge.of(card.calibration)
        try:
            self.side, self.spacing_mm = int(card.input["patch"]), float(card.input["spacing_mm"])
            self.least_spot = float(card.input.get("least_spot", 0.5))
            self._least_promise = float(card.input.get("least_promise", self.least_spot))
            self._rows, self._columns = (int(card.input[name]) // self.side for name in ("height", "width"))
            self._wavelet = Wavelet(**card.input["wavelet"]) if "wavelet" in card.input else None
        except (KeyError, TypeError, ValueError) as error:
            raise ModelUnavailable(f"The card {card.name!r} has no usable [input]: {error}.") from error

    def __call__(self, patches: Floats) -> tuple[Floats, Floats]:
        """(N, side, side) 0..1 -> probabilities of the patches (N,) and of their cells (N, C, C)."""
        calcified, cells = map(_probabilities, self._asked(self._filtered(patches), self._model))
        return calcified[:, 0, 0], cells

    def spots(self, patches: Floats) -> tuple[Floats, Floats]:
        """As a call, but zeros for patches in which hardly anything can be a spot: then not all experts are asked.

        A spot's likelihood times its patch's reaches `least_spot`. A patch is settled where it cannot any more, and
        already after the first step where what it can reach at most is below the card's `least_promise`. Others get
        the answer that a call gives them.
        """
        model = self._model
        if not isinstance(model, Stepwise) or not all(map(model.has, STEPS)):
            return self(patches)
        given, left = self._filtered(patches), np.arange(len(patches))
        most = self._asked(given, partial(model.step, STEPS[0]))
        said = [np.zeros_like(part) for part in most]
        for step, least in zip(STEPS[1:], (self._least_promise, self.least_spot), strict=True):
            promising = np.flatnonzero(most[0][:, 0, 0] * most[1].max(axis=(1, 2)) >= least)
            left, most = left[promising], [part[promising] for part in most]
            if not len(left):
                break
            less = self._asked(given[left], partial(model.step, step))
            most = [part + less_of for part, less_of in zip(most, less, strict=True)]
        for whole, part in zip(said, most, strict=True):
            whole[left] = np.clip(part, 0, 1)
        calcified, cells = said
        return calcified[:, 0, 0], cells

    def confidence(self, cluster: Spots) -> float:
        """By the cluster's signs, weighed as the card's [calibration] says."""
        return self._judge.confidence(signs_of(cluster))

    def cams(self, patches: Floats) -> Floats:
        """(N, side, side) 0..1 -> Grad-CAM (N, h, w) of each patch's answer. Raises NoHeatmap."""
        (maps,) = self._asked(self._filtered(patches), lambda sheet: (cam_of(self._model, sheet),), (0,))
        return maps

    def _filtered(self, patches: Floats) -> Floats:
        return np.stack([filtered(patch, self._wavelet) for patch in patches]) if self._wavelet else patches

    def _asked(
        self, patches: Floats, ask: Callable[[Floats], tuple[Floats, ...]], places: Sequence[int] = (0, -1)
    ) -> list[Floats]:
        """What `ask` answers of sheets of (N, side, side), at the `places` of its outputs; each patch's (N, C, C)."""
        size = self._rows * self._columns
        sheets = [ask(self._laid_out(patches[start : start + size])) for start in range(0, len(patches), size)]
        return [np.concatenate([self._cells(sheet[place]) for sheet in sheets])[: len(patches)] for place in places]

    def _laid_out(self, patches: Floats) -> Floats:
        """At most R R patches -> one sheet (1, R side, R side, 1), black where there are fewer."""
        rows, columns, side = self._rows, self._columns, self.side
        full = np.zeros((rows * columns, side, side), np.float32)
        full[: len(patches)] = patches
        return full.reshape(rows, columns, side, side).swapaxes(1, 2).reshape(1, rows * side, columns * side, 1)

    def _cells(self, sheet: Floats) -> Floats:
        """(1, R C, R C, 1) or (1, R R) -> (R R, C, C)."""
        rows, columns = self._rows, self._columns
        cells = round((sheet.size / (rows * columns)) ** 0.5)
        return sheet.reshape(rows, cells, columns, cells).swapaxes(1, 2).reshape(-1, cells, cells)


def _probabilities(logits: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -LARGEST_LOGIT, LARGEST_LOGIT))), np.float32)
