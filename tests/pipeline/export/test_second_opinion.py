"""In the measurement report a second opinion is a second probability, told apart by the algorithm that gave it."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Iterator

from pydicom import Dataset, dcmread

from pipeline.finding import SecondOpinion
from tests.pipeline.export.cases import MODELS, SURE, analysis, headers, written_objects

PROBABILITY_OF_CANCER, ALGORITHM_NAME = "111047", "111001"


def items(dataset: Dataset) -> Iterator[Dataset]:
    for item in dataset.get("ContentSequence", ()):
        yield item
        yield from items(item)


def probabilities(second: SecondOpinion | None) -> dict[str, float]:
    """Algorithm name -> percent, of the one finding."""
    finding = dataclasses.replace(SURE, second_opinion=second)
    models = MODELS | {"hybrid": "hybrid-compact 1.0 sha256:56789abcdef0"}
    said = dataclasses.replace(analysis("framed"), findings=(finding,), models=models, cancer=None)
    found = dcmread(io.BytesIO(written_objects(said, headers("framed"))["sr"]))
    named = {}
    for item in items(found):
        if item.get("ConceptNameCodeSequence", [Dataset()])[0].get("CodeValue") == PROBABILITY_OF_CANCER:
            by = [i.TextValue for i in items(item) if i.ConceptNameCodeSequence[0].CodeValue == ALGORITHM_NAME]
            named[by[0]] = float(item.MeasuredValueSequence[0].NumericValue)
    return named


def test_both_networks_are_named_with_what_they_say() -> None:
    assert probabilities(None) == {"pathology-compact": 71.0}
    assert probabilities(SecondOpinion("hybrid", 0.4, True)) == {"pathology-compact": 71.0, "hybrid-compact": 40.0}
