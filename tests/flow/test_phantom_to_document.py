"""From a DICOM file to the document, with the weights that ship."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from pipeline.geometry import Box
from tests.flow.golden import GOLDEN, document, phantom
from training.metrics import box_iou, outline_iou


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    return document()


@pytest.fixture(scope="module")
def golden() -> dict[str, Any]:
    return dict(json.loads(GOLDEN.read_text()))


def test_the_image_is_told_as_its_file_tells_it(found: dict[str, Any], golden: dict[str, Any]) -> None:
    assert found["image"] == golden["image"]
    assert found["image"]["laterality"] == "R"
    assert found["image"]["view"] == "MLO"


def test_the_same_file_gives_the_golden_findings(found: dict[str, Any], golden: dict[str, Any]) -> None:
    """Within what another processor's float arithmetic changes."""
    sure = [finding for finding in golden["findings"] if finding["confidence"] > 0.1]
    for expected in sure:
        match = max(found["findings"], key=lambda finding: box_iou(Box(**finding["box"]), Box(**expected["box"])))
        assert box_iou(Box(**match["box"]), Box(**expected["box"])) > 0.9
        assert match["confidence"] == pytest.approx(expected["confidence"], abs=0.03)
        assert match["pathology"]["malignant"] == pytest.approx(expected["pathology"]["malignant"], abs=0.05)
        assert match["size_mm"]["long_axis"] == pytest.approx(expected["size_mm"]["long_axis"], rel=0.05)
        assert outline_iou(np.array(match["outline"]), np.array(expected["outline"])) > 0.9


def test_masking_and_cancer_are_the_golden_ones(found: dict[str, Any], golden: dict[str, Any]) -> None:
    assert found["masking"]["level"] == golden["masking"]["level"]
    assert found["masking"]["probabilities"] == pytest.approx(golden["masking"]["probabilities"], abs=0.03)
    assert found["cancer"]["probability"] == pytest.approx(golden["cancer"]["probability"], abs=0.03)


def test_the_document_names_the_weights_that_made_it(found: dict[str, Any], golden: dict[str, Any]) -> None:
    assert found["models"] == golden["models"]


def test_the_drawn_masses_are_found_and_outlined(found: dict[str, Any]) -> None:
    """Not golden but true: the phantom's own lesions."""
    for lesion in phantom().lesions:
        best = max(found["findings"], key=lambda finding: box_iou(Box(**finding["box"]), lesion.box))
        assert box_iou(Box(**best["box"]), lesion.box) > 0.3
        assert outline_iou(np.array(best["outline"]), lesion.outline) > 0.4
