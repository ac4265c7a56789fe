"""Clusters drawn into phantoms, looked for by the weights that ship."""

from __future__ import annotations

import pytest

from pipeline.analyze import analyze
from pipeline.finding import Finding, Kind
from pipeline.models import Models, load_models
from pipeline.read import read
from training.metrics import box_iou
from training.phantom import Phantom, draw_phantom
from training.phantom.dicom import dicom_bytes

SIZE = (3328, 2560)


@pytest.fixture(scope="module")
def models() -> Models:
    return load_models()


def clusters(phantom: Phantom, models: Models) -> list[Finding]:
    analysis = analyze(read(dicom_bytes(phantom, "MONOCHROME1")), models, ask_second=False)
    return [finding for finding in analysis.findings if finding.kind is Kind.CALCIFICATION_CLUSTER]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [3, 11])
def test_a_planted_cluster_is_the_most_confident_one_and_its_spots_are_counted(seed: int, models: Models) -> None:
    phantom = draw_phantom(seed, size=SIZE, masses=0, clusters=1, malignant=True)
    (drawn,) = phantom.lesions
    first, *_ = clusters(phantom, models)
    assert box_iou(first.box, drawn.box) > 0.3
    assert first.calcifications is not None
    assert first.calcifications.extent_mm == pytest.approx(drawn.diameter_mm, rel=0.5)
    assert drawn.spots is not None
    assert 3 <= first.calcifications.count <= len(drawn.spots) + 3
