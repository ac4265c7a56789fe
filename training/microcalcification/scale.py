"""Clusters on the scale of the masses: at one confidence both kinds make as many false marks an image.

The page has one slider for all marks. A cluster's own calibrated probability is low, because few marks are true where
true ones are rare, so a slider set for masses would hide nearly every cluster.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from training.microcalcification.judge import ClusteredImage, froc

LEAST_MARKS = 2  # false marks in all; a rate that rests on fewer says nothing


def knots(detector: Sequence[Mapping[str, float]], images: Sequence[ClusteredImage]) -> Mapping[str, tuple[float, ...]]:
    """x: a cluster's confidence in `images`, rising; y: the detector's at which it makes as many false marks an image.

    `detector`: operating points of its card. Empty where no rate of theirs is reached by two false clusters. Raises
    ValueError without a cluster or an image whose list is complete.
    """
    curve, judged = froc(images), sum(image.complete for image in images)
    found: dict[float, float] = {}
    for point in sorted(detector, key=lambda point: point["confidence"]):
        reached = curve.confidences[curve.false_marks <= point["false_marks"]]
        if len(reached) and LEAST_MARKS / judged <= point["false_marks"] <= curve.false_marks.max():
            found[float(reached.min())] = point["confidence"]  # of equal ones the highest
    rising = sorted((x, y) for x, y in found.items() if 0 < x < 1)
    if not rising:
        return {}
    x, y = zip((0.0, 0.0), *rising, (1.0, 1.0), strict=True)
    return {"x": tuple(round(value, 4) for value in x), "y": y}
