"""The result document, word by word."""

from __future__ import annotations

import json

import numpy as np

from pipeline.document import to_document
from pipeline.finding import (
    Analysis,
    Calcifications,
    Cancer,
    Finding,
    Kind,
    Look,
    Masking,
    MaskingLevel,
    SecondOpinion,
    Size,
)
from pipeline.geometry import Box
from pipeline.mammogram import Laterality, Mammogram

PIXELS = np.zeros((40, 30), np.float32)
SPOTS = np.array([[10.0, 20.0], [11.5, 21.123], [12.0, 23.0]])
OUTLINE = np.array([[1.0, 2.0], [5.123456, 2.5], [3.0, 7.999]])

FULL = Analysis(
    Mammogram(PIXELS, Laterality.RIGHT, "MLO", (0.07, 0.08)),
    (
        Finding(
            Kind.MASS, Box(1.004, 2.006, 4.126, 6), 0.834567, OUTLINE, 0.71239, Size(17.149, 190.26), (0.61, 0.80001)
        ),
        Finding(Kind.CALCIFICATION_CLUSTER, Box(10, 20, 3, 4), 0.05, calcifications=Calcifications(SPOTS, 1.2345)),
        Finding(Kind.MASS, Box(0, 0, 3, 4), 0.05, second_opinion=SecondOpinion("hybrid", 0.12345, disagrees=True)),
    ),
    Masking(MaskingLevel.MEDIUM, {MaskingLevel.LOW: 0.2, MaskingLevel.MEDIUM: 0.70001, MaskingLevel.HIGH: 0.1}),
    Cancer(0.71239, 0.34567, (0.2, 0.5), 1),
    models={"detector": "compact-detector 2025.01.01 sha256:0123456789ab"},
    timings_ms={"preprocess": 12.3},
    warnings=("Laterality is unknown.",),
    look=Look(0.98765, 0.71239, ("film", "cropped"), doubtful=True),
)

GOLDEN = {
    "schema": "mammoscope/analysis/1",
    "disclaimer": "Research and demonstration software, not a medical device.",
    "file": "a.dcm",
    "image": {
        "width": 30,
        "height": 40,
        "laterality": "R",
        "view": "MLO",
        "pixel_spacing_mm": [0.07, 0.08],
    },
    "look": {"mammogram": 0.9877, "inside": 0.7124, "words": ["film", "cropped"], "doubtful": True},
    "findings": [
        {
            "id": 1,
            "kind": "mass",
            "box": {"x": 1.0, "y": 2.01, "width": 4.13, "height": 6},
            "confidence": 0.8346,
            "outline": [[1.0, 2.0], [5.12, 2.5], [3.0, 8.0]],
            "pathology": {"malignant": 0.7124, "interval": [0.61, 0.8]},
            "size_mm": {"long_axis": 17.1, "area": 190.3},
            "calcifications": None,
            "second_opinion": None,
        },
        {
            "id": 2,
            "kind": "calcification_cluster",
            "box": {"x": 10, "y": 20, "width": 3, "height": 4},
            "confidence": 0.05,
            "outline": None,
            "pathology": None,
            "size_mm": None,
            "calcifications": {"count": 3, "extent_mm": 1.2, "spots": [[10.0, 20.0], [11.5, 21.12], [12.0, 23.0]]},
            "second_opinion": None,
        },
        {
            "id": 3,
            "kind": "mass",
            "box": {"x": 0, "y": 0, "width": 3, "height": 4},
            "confidence": 0.05,
            "outline": None,
            "pathology": None,
            "size_mm": None,
            "calcifications": None,
            "second_opinion": {"model": "hybrid", "malignant": 0.1235, "disagrees": True},
        },
    ],
    "masking": {"level": "medium", "probabilities": {"low": 0.2, "medium": 0.7, "high": 0.1}},
    "cancer": {"probability": 0.7124, "image": 0.3457, "interval": [0.2, 0.5], "worst_finding": 1},
    "warnings": ["Laterality is unknown."],
    "models": {"detector": "compact-detector 2025.01.01 sha256:0123456789ab"},
    "timings_ms": {"preprocess": 12.3},
}


def test_an_analysis_becomes_exactly_this_document() -> None:
    document = to_document(FULL, "a.dcm")
    assert document == GOLDEN
    assert list(document) == list(GOLDEN)


def test_what_is_unknown_is_null() -> None:
    document = to_document(Analysis(Mammogram(PIXELS), (), None, None), "b.png")
    assert document["image"] == {
        "width": 30,
        "height": 40,
        "laterality": None,
        "view": None,
        "pixel_spacing_mm": None,
    }
    assert (document["findings"], document["masking"], document["cancer"], document["warnings"]) == ([], None, None, [])
    assert (document["models"], document["timings_ms"], document["look"]) == ({}, {}, None)


def test_a_document_survives_json() -> None:
    assert json.loads(json.dumps(to_document(FULL, "a.dcm"), allow_nan=False)) == GOLDEN


def test_a_magnified_view_says_so() -> None:
    magnified = Mammogram(PIXELS, spacing_mm=(0.07, 0.07), magnification=1.8)
    image = to_document(Analysis(magnified, (), None, None), "c.dcm")["image"]
    assert image["magnification"] == 1.8
    assert image["pixel_spacing_mm"] == [0.07, 0.07]
