"""Which places of an image a network's answer comes from, in the frame of the image as it was sent.

The numbers are relative to the picture itself: 0 is its median place or less, 1 its strongest. They are no
probabilities, and a bright place is no finding.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.classify import as_taught, three_inputs
from pipeline.crop import Crop, crop_around
from pipeline.errors import NoHeatmap
from pipeline.explain import Explained
from pipeline.finding import Finding, Kind
from pipeline.frames import in_acquired_frame
from pipeline.heatmap_spots import RegionJudge, region_around
from pipeline.mammogram import Mammogram
from pipeline.models import Models
from pipeline.occlusion import occlusion
from pipeline.preprocess import Prepared
from pipeline.segment import filled

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

METHODS = ("gradcam", "occlusion")
OF_THE_IMAGE = ("masking", "cancer")
OF_A_FINDING = ("pathology", "hybrid", "microcalcification")
MODELS = (*OF_A_FINDING, *OF_THE_IMAGE)
UNIT = "Relative to this picture: 0 its median place or less, 1 its strongest. No probability, and no finding."
CANVAS = 512  # pixels of the longer side on which maps are put together; the networks see no finer


@dataclass(frozen=True, eq=False)
class Question:
    """What a network was shown, and how its picture lies in the prepared image."""

    network: Explained
    picture: Floats  # (height, width) 0..1, to be hidden in part
    inputs: Callable[[Floats], tuple[Floats, ...]]  # picture -> what the network takes
    left: float  # of the picture, in prepared pixels
    top: float
    width: float
    height: float


def heatmap(
    mammogram: Mammogram,
    prepared: Prepared,
    findings: Sequence[Finding],
    models: Models,
    model: str,
    method: str = "gradcam",
    finding: int | None = None,
) -> Floats:
    """(rows, columns) of the mammogram, 0..1; 0 outside what the network saw of the breast.

    `prepared` is what preprocess() made of it; an 8-bit copy of the mammogram is good enough. `finding` counts from 1
    and is needed for networks that judge one. What is shown speaks for the answer "malignant", "calcified" or "cancer",
    or for the masking level that was given. Raises NoHeatmap for a network that is not set up or cannot say, and for a
    finding that it did not judge.
    """
    asked = question(mammogram, prepared, findings, models, model, finding)
    found = cam(asked) if method == "gradcam" else occluded(asked)
    map_ = relative(*on_canvas(found, asked, prepared))
    return in_acquired_frame(map_, prepared, (mammogram.height, mammogram.width))


def question(
    mammogram: Mammogram,
    prepared: Prepared,
    findings: Sequence[Finding],
    models: Models,
    model: str,
    finding: int | None = None,
) -> Question:
    """What `model` was asked about the image or the finding. Raises NoHeatmap."""
    network: Any = network_of(models, model)
    if model in OF_THE_IMAGE:
        rows, columns = prepared.pixels.shape
        picture = as_taught(prepared.pixels, network.height, network.width, getattr(network, "taught", None))
        return Question(cast(Explained, network), picture, lambda seen: (seen,), 0, 0, columns, rows)
    chosen = judged(findings, finding, model)
    if model == "microcalcification":
        return question_of_spots(mammogram, prepared, chosen, network)
    box, margin = prepared.transform.to_prepared(chosen.box), getattr(network, "margin", None)
    around = crop_around if margin is None else partial(crop_around, margin=margin)
    crop = around(prepared.pixels, box, network.side)
    inputs = three_parts(chosen, prepared, crop) if model == "pathology" else lambda seen: (seen,)
    return Question(cast(Explained, network), crop.pixels, inputs, crop.left, crop.top, crop.size, crop.size)


def question_of_spots(mammogram: Mammogram, prepared: Prepared, cluster: Finding, network: Any) -> Question:
    region = region_around(mammogram, prepared, prepared.transform.to_prepared(cluster.box), network)
    judge, place = RegionJudge(network), (region.left, region.top, region.width, region.height)
    return Question(judge, region.pixels, lambda seen: (seen,), *place)


def network_of(models: Models, model: str) -> object:
    """Raises NoHeatmap."""
    second = models.second_opinion
    network = (second.classifier if second else None) if model == "hybrid" else getattr(models, model, None)
    if network is None:
        raise NoHeatmap(f"No network {model!r} is set up.")
    if not hasattr(network, "cams" if model == "microcalcification" else "logits"):
        raise NoHeatmap(f"The network {model!r} gives no more than its answer, so no map of it can be made.")
    return network


def judged(findings: Sequence[Finding], finding: int | None, model: str) -> Finding:
    """Raises NoHeatmap for a finding that does not exist or that `model` said nothing about."""
    if finding is None or not 1 <= finding <= len(findings):
        raise NoHeatmap(f"{model!r} judges one finding: name it with finding=1 to {len(findings)}.")
    chosen = findings[finding - 1]
    kind = Kind.CALCIFICATION_CLUSTER if model == "microcalcification" else Kind.MASS
    if chosen.kind is not kind or chosen.outline is None:
        raise NoHeatmap(
            f"Finding {finding} is no outlined {kind.value.replace('_', ' ')}: {model!r} has not judged it."
        )
    return chosen


def three_parts(finding: Finding, prepared: Prepared, crop: Crop) -> Callable[[Floats], tuple[Floats, ...]]:
    assert finding.outline is not None
    inside = filled(prepared.transform.points_to_prepared(finding.outline), crop)
    return lambda seen: three_inputs(seen, inside)


def cam(asked: Question) -> Floats:
    """Grad-CAM (h, w) of the answer; raises NoHeatmap where the network's file has none."""
    inputs = asked.inputs(asked.picture)
    return np.asarray(asked.network.cam(*inputs)[..., said(asked.network.logits(*inputs))], np.float32)


def occluded(asked: Question) -> Floats:
    answer = said(asked.network.logits(*asked.inputs(asked.picture)))
    return occlusion(asked.picture, lambda seen: margin_of(asked.network.logits(*asked.inputs(seen)), answer))


def said(logits: Floats) -> int:
    """The class that is explained: the likeliest of several, else the only one."""
    return int(np.argmax(logits))


def margin_of(logits: Floats, answer: int) -> float:
    """A lone logit, or by how much one of several leads the strongest other."""
    numbers = list(map(float, logits))
    return numbers[answer] - max(numbers[:answer] + numbers[answer + 1 :], default=0.0)


def on_canvas(found: Floats, asked: Question, prepared: Prepared) -> tuple[Floats, Mask]:
    """The map over the whole prepared image, scaled to CANVAS, and where the network saw breast."""
    scale = canvas_scale(prepared)
    rows, columns = (max(1, round(side * scale)) for side in prepared.pixels.shape)
    breast = cv2.resize(prepared.pixels, (columns, rows), interpolation=cv2.INTER_AREA) > 0
    matrix = np.array(
        [
            [asked.width * scale / found.shape[1], 0, asked.left * scale],
            [0, asked.height * scale / found.shape[0], asked.top * scale],
        ]
    )
    matrix[:, 2] += 0.5 * (matrix[0, 0] - 1), 0.5 * (matrix[1, 1] - 1)  # from middle to middle of pixels
    spread = cv2.warpAffine(found, matrix, (columns, rows), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    y, x = np.ogrid[:rows, :columns]
    seen = (x >= asked.left * scale) & (x < (asked.left + asked.width) * scale)
    seen = seen & (y >= asked.top * scale) & (y < (asked.top + asked.height) * scale)
    return np.asarray(spread, np.float32), np.asarray(seen & breast, np.bool_)


def relative(map_: Floats, inside: Mask) -> Floats:
    """0 at the median of `inside` and below, 1 at its largest, 0 outside; all 0 where nothing stands out."""
    values = map_[inside]
    low, high = (float(np.median(values)), float(values.max())) if values.size else (0.0, 0.0)
    if high - low < 1e-6:
        return np.zeros_like(map_)
    return np.asarray(np.where(inside, np.clip((map_ - low) / (high - low), 0, 1), 0), np.float32)


def canvas_scale(prepared: Prepared) -> float:
    return min(1.0, CANVAS / float(max(prepared.pixels.shape)))
