"""Mammography CAD SR: what mammography workstations show as CAD marks. DICOM PS3.3 A.35.5, PS3.16 TID 4000."""

from __future__ import annotations

from collections.abc import Iterator

from pydicom import Dataset
from pydicom.sr.coding import Code
from pydicom.uid import MammographyCADSRStorage

from pipeline.dicom_values import items, text, values_of
from pipeline.export import codes
from pipeline.export import content as c
from pipeline.export.result import Result, begun, described, finished, summary
from pipeline.finding import Finding, Kind

IMAGE: c.Reference = (1, 2, 1)  # root, Image Library, its only image
LOWER_THRESHOLDS = (0.2, 0.1, 0.05)  # of confidence, for readers who want to see more


def cad_sr(result: Result) -> Dataset:
    """Every finding, whatever its confidence: those below the threshold may be shown, from an operating point up."""
    made = begun(result, MammographyCADSRStorage, "SR")
    made.ReferencedPerformedProcedureStepSequence = []
    made.CompletionFlag, made.VerificationFlag = "COMPLETE", "UNVERIFIED"
    made.PerformedProcedureCodeSequence = []
    made.CurrentRequestedProcedureEvidenceSequence = [_evidence(result)]
    made.update(_root(result))
    return finished(made, result)


def thresholds(result: Result) -> tuple[float, ...]:
    """Least confidence by CAD operating point, the highest first: point 0 shows what every reader should see."""
    return (result.min_confidence, *(lower for lower in LOWER_THRESHOLDS if lower < result.min_confidence))


def operating_point(confidence: float, levels: tuple[float, ...]) -> int:
    """The first operating point that shows such a finding; the last for what lies below all of them."""
    return next((point for point, least in enumerate(levels) if confidence >= least), len(levels) - 1)


def _root(result: Result) -> Dataset:
    root = c.container(
        codes.MAMMOGRAPHY_CAD_REPORT,
        *c.related("HAS CONCEPT MOD", c.code(codes.LANGUAGE, codes.ENGLISH)),
        *c.contains(
            c.container(codes.IMAGE_LIBRARY, *c.contains(_library_entry(result))),
            _findings_summary(result),
            _summary_of_detections(result),
            _summary_of_analyses(result),
        ),
    )
    template = Dataset()
    template.MappingResource, template.TemplateIdentifier = "DCMR", "4000"
    root.ContentTemplateSequence = [template]
    return root


def _evidence(result: Result) -> Dataset:
    instance, series, study = Dataset(), Dataset(), Dataset()
    instance.ReferencedSOPClassUID = result.source.sop_class_uid
    instance.ReferencedSOPInstanceUID = result.source.sop_instance_uid
    series.SeriesInstanceUID, series.ReferencedSOPSequence = result.source.series_instance_uid, [instance]
    study.StudyInstanceUID, study.ReferencedSeriesSequence = result.source.study_instance_uid, [series]
    return study


def _library_entry(result: Result) -> c.Item:
    """TID 4020: what a reader of the report must know of the image without having it."""
    context = c.related("HAS ACQ CONTEXT", *_laterality(result), *_view(result), *_header(result), *_grid(result))
    return c.image(result.source.sop_class_uid, result.source.sop_instance_uid, *context)


def _laterality(result: Result) -> Iterator[c.Item]:
    side = result.analysis.mammogram.laterality
    if side is not None:
        yield c.code(codes.IMAGE_LATERALITY, codes.BREASTS[side])


def _view(result: Result) -> Iterator[c.Item]:
    sent = next(iter(items(result.source.dataset, "ViewCodeSequence")), Dataset())
    view = codes.VIEWS.get(result.analysis.mammogram.view or "") or _code_of(sent)
    if view is not None:
        found = (_code_of(item) for item in items(sent, "ViewModifierCodeSequence"))
        modifiers = [c.code(codes.IMAGE_VIEW_MODIFIER, modifier) for modifier in found if modifier]
        yield c.code(codes.IMAGE_VIEW, view, *c.related("HAS CONCEPT MOD", *modifiers))


def _code_of(item: Dataset) -> Code | None:
    parts = [str(item.get(keyword, "")) for keyword in ("CodeValue", "CodingSchemeDesignator", "CodeMeaning")]
    return Code(*parts) if all(parts) else None


def _header(result: Result) -> Iterator[c.Item]:
    dataset = described(result.source)
    orientation = [str(value) for value in values_of(dataset, "PatientOrientation")]
    if len(orientation) == 2 and all(orientation):
        yield c.text(codes.ORIENTATION_ROW, orientation[0])
        yield c.text(codes.ORIENTATION_COLUMN, orientation[1])
    for keyword, name, made in (
        ("StudyDate", codes.STUDY_DATE, c.date),
        ("StudyTime", codes.STUDY_TIME, c.time),
        ("ContentDate", codes.CONTENT_DATE, c.date),
        ("ContentTime", codes.CONTENT_TIME, c.time),
    ):
        if value := text(dataset, keyword):
            yield made(name, value)


def _grid(result: Result) -> Iterator[c.Item]:
    spacing_mm = result.analysis.mammogram.spacing_mm
    if spacing_mm is not None:
        yield c.number(codes.HORIZONTAL_SPACING, spacing_mm[1], codes.MILLIMETRE)
        yield c.number(codes.VERTICAL_SPACING, spacing_mm[0], codes.MILLIMETRE)
    if frame := text(result.source.dataset, "FrameOfReferenceUID"):
        yield c.uid(codes.FRAME_OF_REFERENCE, frame)
    yield c.number(codes.PIXEL_ROWS, result.rows, codes.PIXELS)
    yield c.number(codes.PIXEL_COLUMNS, result.columns, codes.PIXELS)


def _findings_summary(result: Result) -> c.Item:
    """TID 4001: overall impression, then one individual impression for each finding (TID 4003)."""
    found = codes.WITH_FINDINGS if result.analysis.findings else codes.WITHOUT_FINDINGS
    description = c.text(codes.IMPRESSION_DESCRIPTION, summary(result))
    overall = c.properties(description, *c.algorithm(result.model("cancer", "detector")))
    individual = [_impression(result, i, finding) for i, finding in enumerate(result.analysis.findings, start=1)]
    return c.code(codes.FINDINGS_SUMMARY, found, *overall, *c.related("INFERRED FROM", *individual))


def _impression(result: Result, number: int, finding: Finding) -> c.Item:
    return c.container(
        codes.INDIVIDUAL_IMPRESSION,
        *c.related("HAS CONCEPT MOD", _rendering_intent(result, finding, with_point=False)),
        *c.contains(_single_image_finding(result, number, finding)),
    )


def _rendering_intent(result: Result, finding: Finding, with_point: bool) -> c.Item:
    if finding.confidence >= result.min_confidence:
        return c.code(codes.RENDERING_INTENT, codes.PRESENTATION_REQUIRED)
    levels = thresholds(result)
    if not with_point or len(levels) == 1:
        return c.code(codes.RENDERING_INTENT, codes.PRESENTATION_OPTIONAL)
    point = operating_point(finding.confidence, levels)
    said = c.number(codes.OPERATING_POINT, point, codes.range_of(1, len(levels) - 1))
    return c.code(codes.RENDERING_INTENT, codes.PRESENTATION_OPTIONAL, *c.properties(said))


def _single_image_finding(result: Result, number: int, finding: Finding) -> c.Item:
    """TID 4006, with the geometry of TID 4021."""
    identifier, uid = result.tracking(number)
    certainty = c.number(codes.CERTAINTY_OF_FINDING, 100 * finding.confidence, codes.PERCENT)
    probability = (
        [c.number(codes.PROBABILITY_OF_CANCER, 100 * finding.malignant, codes.PERCENT)]
        if finding.malignant is not None
        else []
    )
    return c.code(
        codes.SINGLE_IMAGE_FINDING,
        codes.SINGLE_IMAGE_FINDINGS[finding.kind],
        *c.related("HAS CONCEPT MOD", _rendering_intent(result, finding, with_point=True)),
        *c.related("HAS OBS CONTEXT", c.text(codes.TRACKING_IDENTIFIER, identifier), c.uid(codes.TRACKING_UID, uid)),
        *c.properties(
            *c.algorithm(result.found_by(finding.kind)), certainty, *probability, *_geometry(result, finding)
        ),
    )


def _geometry(result: Result, finding: Finding) -> tuple[c.Item, c.Item]:
    center = c.center_point(finding, result.rows, result.columns)
    outline = c.outline_points(finding, result.rows, result.columns)
    return (
        c.coordinates(codes.CENTER, "POINT", center, *_of_the_image()),
        c.coordinates(codes.OUTLINE, "POLYLINE", outline, *_of_the_image()),
    )


def _of_the_image() -> tuple[c.Item, ...]:
    return c.related("SELECTED FROM", c.by_reference(IMAGE))


def _summary_of_detections(result: Result) -> c.Item:
    kinds = [Kind.MASS, *(kind for kind in Kind if any(f.kind is kind for f in result.analysis.findings))]
    performed = [_detection(result, kind) for kind in dict.fromkeys(kinds)]
    successful = c.container(codes.SUCCESSFUL_DETECTIONS, *c.contains(*performed))
    return c.code(codes.SUMMARY_OF_DETECTIONS, codes.SUCCEEDED, *c.related("INFERRED FROM", successful))


def _detection(result: Result, kind: Kind) -> c.Item:
    """TID 4017."""
    by = c.properties(*c.algorithm(result.found_by(kind)), c.by_reference(IMAGE), *_operating_points(result))
    return c.code(codes.DETECTION_PERFORMED, codes.SINGLE_IMAGE_FINDINGS[kind], *by)


def _operating_points(result: Result) -> tuple[c.Item, c.Item, c.Item]:
    """TID 4023: each point shows what has at least its confidence. Sensitivities are in the models' cards."""
    levels = thresholds(result)
    last = len(levels) - 1
    points = []
    for point, least in enumerate(levels):
        description = c.text(codes.OPERATING_POINT_DESCRIPTION, f"Findings of confidence {least:.0%} and above")
        certainty = c.number(codes.CERTAINTY_OF_FINDING, 100 * least, codes.PERCENT)
        points.append(
            c.number(codes.OPERATING_POINT, point, codes.range_of(0, last), *c.properties(description, certainty))
        )
    axes = (c.code(codes.X_CONCEPT, codes.CERTAINTY_OF_FINDING), c.code(codes.Y_CONCEPT, codes.LESION_SENSITIVITY))
    return (
        c.number(codes.MAXIMUM_OPERATING_POINT, last, codes.ARBITRARY_UNIT),
        c.number(codes.RECOMMENDED_OPERATING_POINT, 0, codes.range_of(0, last)),
        c.container(codes.OPERATING_POINT_TABLE, *c.contains(*axes, *points)),
    )


def _summary_of_analyses(result: Result) -> c.Item:
    """TID 4016: the networks that judged the findings and the image as a whole."""
    judged = [("pathology", codes.OF_INDIVIDUAL_FINDINGS), ("cancer", codes.OF_THE_WHOLE)]
    performed = [
        c.code(codes.ANALYSIS_PERFORMED, kind, *c.properties(*c.algorithm(model), c.by_reference(IMAGE)))
        for task, kind in judged
        if (model := result.analysis.models.get(task))
    ]
    if not performed:
        return c.code(codes.SUMMARY_OF_ANALYSES, codes.NOT_ATTEMPTED)
    successful = c.container(codes.SUCCESSFUL_ANALYSES, *c.contains(*performed))
    return c.code(codes.SUMMARY_OF_ANALYSES, codes.SUCCEEDED, *c.related("INFERRED FROM", successful))
