"""Attributes that enhanced and multi-frame objects keep in functional groups, where plain ones have them at the top."""

from __future__ import annotations

from collections.abc import Iterator

from pydicom import Dataset

from pipeline.dicom_values import items

# Functional group -> the attributes a single frame needs of it. DICOM PS3.3 C.7.6.16.2 and C.8.31.
GROUPS = {
    "FrameAnatomySequence": ("FrameLaterality", "AnatomicRegionSequence"),
    "FrameVOILUTSequence": ("WindowCenter", "WindowWidth", "VOILUTFunction", "VOILUTSequence"),
    "PixelValueTransformationSequence": ("RescaleSlope", "RescaleIntercept"),
    "PixelMeasuresSequence": ("PixelSpacing",),
    "XRayFrameDetectorParametersSequence": ("ImagerPixelSpacing",),
    "XRayProjectionPixelCalibrationSequence": ("EstimatedRadiographicMagnificationFactor",),
}


def lift_groups(dataset: Dataset) -> None:
    """Copies what the shared functional groups (5200,9229), else those of the first frame (5200,9230), hold to the top.

    What stands at the top already is kept: there it describes the one frame as well.
    """
    for group in _groups(dataset):
        for sequence, keywords in GROUPS.items():
            for item in items(group, sequence)[:1]:
                for keyword in keywords:
                    if keyword in item and keyword not in dataset:
                        dataset[keyword] = item[keyword]


def _groups(dataset: Dataset) -> Iterator[Dataset]:
    yield from items(dataset, "SharedFunctionalGroupsSequence")[:1]
    yield from items(dataset, "PerFrameFunctionalGroupsSequence")[:1]
