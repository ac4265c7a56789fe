"""What the whole stage reaches on whole images: weights of a cluster's signs, figures and operating points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from pipeline.calibration import Calibration, logit_of
from training.judge import calibrate
from training.metrics import Estimate
from training.microcalcification.judge import RULE, ClusteredImage, operating_points, sensitivity_at
from training.microcalcification.scale import knots
from training.microcalcification.weighing import SignedImage, cross_weighed, weighed
from training.verdict import Verdict

CONFIDENCES = tuple(round(step * 0.05, 2) for step in range(1, 20))
WEIGHED = "each fold's marks weighed by what the four others taught"


def judged(verdict: Verdict, images: Sequence[SignedImage], detector: Sequence[Mapping[str, float]]) -> Verdict:
    """`verdict` with what the marks say; with the operating points of a detector, confidences are on its scale.

    What ships is weighed by all marks; the figures, the scale and the operating points are those of marks that were
    weighed by others. The cross-fitted calibration is told only where the confidence is the calibrated probability.
    """
    own = cross_weighed(images)
    curve = knots(detector, [image for image in own if image.complete]) if detector else {}
    shown = [_on_scale(image, curve) for image in own] if curve else own
    complete = [image for image in shown if image.complete]
    metrics = {
        **verdict.metrics,
        "clusters_sensitivity_at_1_false": sensitivity_at(complete, 1.0),
        "clusters_sensitivity_at_half_false": sensitivity_at(complete, 0.5),
        "clusters_sensitivity_at_1_false_with_incomplete_lists": sensitivity_at(shown, 1.0),
        **({} if curve else calibrated(complete)),
    }
    data = f"{verdict.data}; {len(complete)} views with complete lists validate, {WEIGHED}; {RULE}"
    return replace(
        verdict,
        data=data,
        metrics=metrics,
        calibration={**weighed(images), **({"knots": curve} if curve else {})},
        operating_points=operating_points(complete, CONFIDENCES),
    )


def calibrated(complete: Sequence[ClusteredImage]) -> Mapping[str, Estimate]:
    """What the confidence in clusters, true and false, is worth; nothing where a short run marks too few of either."""
    judged = [(image.patient, mark) for image in complete for mark in image.marks]
    logits = np.array([logit_of(confidence) for _, (confidence, _) in judged])
    truth, patients = [hit is not None for _, (_, hit) in judged], [patient for patient, _ in judged]
    try:
        return calibrate(logits, truth, patients).metrics
    except ValueError as error:
        print(f"no calibration: {error}")
        return {}


def _on_scale(image: ClusteredImage, curve: Mapping[str, tuple[float, ...]]) -> ClusteredImage:
    scale = Calibration.of({"knots": curve})
    marks = tuple((scale.judge(logit_of(confidence)).probability, cluster) for confidence, cluster in image.marks)
    return replace(image, marks=marks)
