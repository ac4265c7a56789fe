"""What the cancer networks of five folds say of whole views, each of the patients whom it left out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from models.weights import Card
from pipeline.classify import as_taught
from pipeline.declared import Answering
from pipeline.mirrored import as_declared
from pipeline.models import taught_size
from pipeline.preprocess import Recipe, preprocess
from training.datasets.base import Example
from training.fold_cases import Folds
from training.judge import calibrate, operating_points_of, probabilities_of
from training.metrics import Estimate
from training.view_answers import Answered, areas, areas_by_set, breasts

VALIDATING = re.compile(r"; \d+ views validate")
WHERE = "on the views of five folds, each by the network that left its patient out"


def answered(folds: Folds, name: str) -> list[Answered]:
    """Every known view of the set `name`, read and prepared as the server does. Raises NotHeldOut."""
    found: list[Answered] = []
    for card, file, views in folds.left_out("cancer", name, lambda example: example.cancer is not None):
        network = as_declared(file, card)
        found += [_answered(example, network, card) for example in views]
    return found


def _answered(example: Example, network: Answering, card: Card) -> Answered:
    pixels = preprocess(example.load(), Recipe(**card.recipe)).pixels
    height, width = int(card.input["height"]), int(card.input["width"])
    (logits,) = network(as_taught(pixels, height, width, taught_size(card))[None, :, :, None])
    return Answered.of(example, logits[0, 0])


def of_views(
    card: Card, views: Sequence[Answered], others: Sequence[Answered] = ()
) -> tuple[Card, dict[str, Estimate]]:
    """The card with the calibration and operating points of all `views` together, and their figures.

    The logits of five networks are taken to mean the same. `others`, of data sets that no network learned, have figures
    of their own and calibrate nothing.
    """
    patients, truth = [view.woman for view in views], [view.cancer for view in views]
    logits = np.array([view.logit for view in views], np.float64)
    fit = calibrate(logits, truth, patients)
    points = operating_points_of(truth, probabilities_of(logits, fit.calibration))
    figures = {**areas(views, "pooled_"), **areas(breasts(views), "pooled_breast_"), **fit.metrics}
    figures |= areas_by_set(others, "pooled_") | areas_by_set(breasts(others), "pooled_breast_")
    said = tuple({**point, "n": len(truth), "where": WHERE} for point in points)
    learned = VALIDATING.split(str(card.training.get("data", "")))[0]
    training = {**card.training, "data": f"{learned}; {len(truth)} views validate in five folds"}
    return replace(card, training=training, calibration=fit.calibration, operating_points=said), figures
