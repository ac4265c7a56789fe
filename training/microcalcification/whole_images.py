"""What the whole stage reaches on whole images: a calibration, figures and operating points from its marks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from pipeline.calibration import Calibration, logit_of
from training.judge import Calibrated, calibrate
from training.microcalcification.judge import RULE, ClusteredImage, operating_points, sensitivity_at
from training.microcalcification.scale import knots
from training.run import Verdict

CONFIDENCES = tuple(round(step * 0.05, 2) for step in range(1, 20))


def judged(verdict: Verdict, unscaled: Sequence[ClusteredImage], detector: Sequence[Mapping[str, float]]) -> Verdict:
    """`verdict` with what the marks say; with the operating points of a detector, confidences are on its scale.

    The cross-fitted calibration is told only where the confidence is the calibrated probability.
    """
    fitted = calibrated([image for image in unscaled if image.complete])
    own = [_calibrated(image, fitted.calibration) for image in unscaled]
    curve = knots(detector, [image for image in own if image.complete]) if detector and fitted.calibration else {}
    calibration = {**_line(fitted.calibration), "knots": curve} if curve else fitted.calibration
    shown = [_calibrated(image, calibration) for image in unscaled]
    complete = [image for image in shown if image.complete]
    metrics = {
        **verdict.metrics,
        "clusters_sensitivity_at_1_false": sensitivity_at(complete, 1.0),
        "clusters_sensitivity_at_half_false": sensitivity_at(complete, 0.5),
        "clusters_sensitivity_at_1_false_with_incomplete_lists": sensitivity_at(shown, 1.0),
        **({} if curve else fitted.metrics),
    }
    data = f"{verdict.data}; {len(complete)} views with complete lists validate; {RULE}"
    points = operating_points(complete, CONFIDENCES)
    return replace(verdict, data=data, metrics=metrics, calibration=calibration, operating_points=points)


def calibrated(complete: Sequence[ClusteredImage]) -> Calibrated:
    """Of clusters, true and false; none where a short run marks too few of either."""
    judged = [(image.patient, mark) for image in complete for mark in image.marks]
    logits = np.array([np.log(confidence / (1 - confidence)) for _, (confidence, _) in judged])
    try:
        return calibrate(logits, [hit is not None for _, (_, hit) in judged], [patient for patient, _ in judged])
    except ValueError as error:
        print(f"no calibration: {error}")
        return Calibrated({}, {})


def _line(calibration: Mapping[str, Any]) -> Mapping[str, Any]:
    """Without the variances: they are of a probability, which the knots do away with."""
    return {name: calibration[name] for name in ("scale", "offset")}


def _calibrated(image: ClusteredImage, calibration: Mapping[str, Any]) -> ClusteredImage:
    curve = Calibration.of(calibration)
    marks = tuple((curve.judge(logit_of(confidence)).probability, cluster) for confidence, cluster in image.marks)
    return replace(image, marks=marks)
