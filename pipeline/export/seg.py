"""Segmentation: the outline of each finding as a mask, in acquired pixels. DICOM PS3.3 A.51."""

from __future__ import annotations

import numpy as np
from highdicom import AlgorithmIdentificationSequence
from highdicom.color import CIELabColor
from highdicom.seg import Segmentation, SegmentDescription
from pydicom import Dataset
from pydicom.uid import ExplicitVRLittleEndian

from pipeline.dicom_values import values_of
from pipeline.document import DISCLAIMER
from pipeline.export import codes
from pipeline.export.content import algorithm_of
from pipeline.export.mask import empty, filled
from pipeline.export.result import Result, described, equipment, finished, uid_of
from pipeline.finding import Kind
from pipeline.overlay import COLOURS, WORDS


def seg(result: Result) -> Dataset:
    """One segment for each finding that is shown and has an outline; a single empty one where there is none."""
    shown = ((i, found.kind, found.outline) for i, found in result.findings)
    outlined = [(i, kind, outline) for i, kind, outline in shown if outline is not None and len(outline) >= 3]
    masks = [filled(outline, result.rows, result.columns) for _, _, outline in outlined]
    segments = [_segment(result, place, i, kind) for place, (i, kind, _) in enumerate(outlined, start=1)]
    made = Segmentation(
        source_images=[described(result.source)],
        pixel_array=np.stack(masks or [empty(result.rows, result.columns)], axis=-1)[None],
        segmentation_type="BINARY",
        segment_descriptions=segments or [_nothing(result)],
        content_label="MAMMOSCOPE",
        content_description=DISCLAIMER,
        omit_empty_frames=False,
        transfer_syntax_uid=ExplicitVRLittleEndian,
        **equipment(result),
    )
    _name_dimensions(made, result)
    made.PatientOrientation = list(values_of(result.source.dataset, "PatientOrientation"))
    return finished(made, result)


def _segment(result: Result, place: int, number: int, kind: Kind) -> SegmentDescription:
    identifier, uid = result.tracking(number)
    return SegmentDescription(
        segment_number=place,
        segment_label=f"{number} {WORDS[kind]}",
        segmented_property_category=codes.MORPHOLOGICALLY_ABNORMAL,
        segmented_property_type=codes.FINDINGS[kind],
        algorithm_type="AUTOMATIC",
        algorithm_identification=_algorithm(result, kind),
        tracking_uid=uid,
        tracking_id=identifier,
        anatomic_regions=[codes.BREAST],
        display_color=CIELabColor.from_rgb(*COLOURS[kind]),
    )


def _nothing(result: Result) -> SegmentDescription:
    """A segmentation has at least one segment (PS3.3 C.8.20.2): this one holds no pixel."""
    return SegmentDescription(
        segment_number=1,
        segment_label="No outlined finding",
        segmented_property_category=codes.MORPHOLOGICALLY_ABNORMAL,
        segmented_property_type=codes.FINDINGS[Kind.MASS],
        algorithm_type="AUTOMATIC",
        algorithm_identification=_algorithm(result, Kind.MASS),
        anatomic_regions=[codes.BREAST],
    )


def _algorithm(result: Result, kind: Kind) -> AlgorithmIdentificationSequence:
    """Of the outline: a mass has a network for it, a cluster's is the hull of its spots."""
    name, version = algorithm_of(result.model("segmenter") if kind is Kind.MASS else result.found_by(kind))
    return AlgorithmIdentificationSequence(name, codes.ARTIFICIAL_INTELLIGENCE, version, source="Mammoscope")


def _name_dimensions(made: Dataset, result: Result) -> None:
    """highdicom draws this UID at random; ours follows from the object, as its bytes then do."""
    uid = uid_of("dimensions", result.sop_instance_uid)
    for item in (*made.DimensionOrganizationSequence, *made.DimensionIndexSequence):
        item.DimensionOrganizationUID = uid
