"""Measurement report: sizes, confidence and probability of each finding. DICOM PS3.16 TID 1500, Comprehensive SR."""

from __future__ import annotations

from highdicom import sr
from highdicom.coding_schemes import CodingSchemeIdentificationItem
from pydicom import Dataset
from pydicom.uid import ExplicitVRLittleEndian

from pipeline.dicom_values import numbers, values_of
from pipeline.export import codes
from pipeline.export import content as c
from pipeline.export.result import FINDERS, Result, described, equipment, finished, summary, uid_of, version
from pipeline.finding import Finding, Kind

CONTAINS = sr.RelationshipTypeValues.CONTAINS


def measurement_sr(result: Result) -> Dataset:
    """The findings that are shown, each a planar ROI (TID 1410) with its outline in acquired pixels."""
    image = described(result.source)
    report = sr.MeasurementReport(
        observation_context=_observer(),
        procedure_reported=codes.MAMMOGRAPHY,
        imaging_measurements=[_whole_image(result), *(_group(result, *numbered) for numbered in result.findings)],
        title=codes.IMAGING_MEASUREMENT_REPORT,
        referenced_images=[image] if _fills_an_image_library(image) else None,
    )
    comment = sr.TextContentItem(codes.COMMENT, summary(result), relationship_type=CONTAINS)
    report[0].ContentSequence.append(comment)  # TID 1500 is extensible
    made = sr.ComprehensiveSR(
        evidence=[image],
        content=report[0],
        is_complete=True,
        transfer_syntax_uid=ExplicitVRLittleEndian,
        coding_schemes=[_own_scheme()],
        **equipment(result),
    )
    return finished(made, result)


def _observer() -> sr.ObservationContext:
    """The program, not a person, has looked (TID 1004)."""
    device = sr.DeviceObserverIdentifyingAttributes(
        uid=uid_of("device", version()),
        name="Mammoscope",
        manufacturer_name="Mammoscope",
        model_name="Mammoscope",
        serial_number=version(),
    )
    return sr.ObservationContext(
        observer_device_context=sr.ObserverContext(sr.CodedConcept.from_code(codes.DEVICE), device)
    )


def _fills_an_image_library(image: Dataset) -> bool:
    """TID 1603 of highdicom takes these two for granted."""
    return len(values_of(image, "PatientOrientation")) == 2 and len(numbers(image, "ImagerPixelSpacing")) == 2


def _group(result: Result, number: int, finding: Finding) -> sr.PlanarROIMeasurementsAndQualitativeEvaluations:
    points = c.outline_points(finding, result.rows, result.columns)
    return sr.PlanarROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=_tracking(*result.tracking(number)),
        referenced_region=sr.ImageRegion("POLYLINE", points, sr.SourceImageForRegion(*_source(result))),
        finding_category=codes.MORPHOLOGICALLY_ABNORMAL,
        finding_type=codes.FINDINGS[finding.kind],
        finding_sites=[_site(result)],
        algorithm_id=_algorithm(result, "segmenter" if _is_segmented(finding) else FINDERS[finding.kind]),
        measurements=_measurements(result, finding),
    )


def _is_segmented(finding: Finding) -> bool:
    """A cluster's outline is the hull of its spots, not the segmenter's."""
    return finding.kind is Kind.MASS and finding.outline is not None


def _measurements(result: Result, finding: Finding) -> list[sr.Measurement]:
    finder, pathology = _algorithm(result, FINDERS[finding.kind]), _algorithm(result, "pathology")
    made = [sr.Measurement(codes.CONFIDENCE, finding.confidence, codes.NO_UNITS, algorithm_id=finder)]
    if finding.malignant is not None:
        percent = 100 * finding.malignant
        made.append(sr.Measurement(codes.PROBABILITY_OF_CANCER, percent, codes.PERCENT, algorithm_id=pathology))
    if finding.second_opinion is not None:
        other, percent = _algorithm(result, finding.second_opinion.model), 100 * finding.second_opinion.malignant
        made.append(sr.Measurement(codes.PROBABILITY_OF_CANCER, percent, codes.PERCENT, algorithm_id=other))
    if finding.size is not None:
        made.append(sr.Measurement(codes.LONG_AXIS, finding.size.long_axis_mm, codes.MILLIMETRE))
        made.append(sr.Measurement(codes.AREA, finding.size.area_mm2, codes.SQUARE_MILLIMETRE))
    return made


def _whole_image(result: Result) -> sr.MeasurementsAndQualitativeEvaluations:
    """What is said of the whole view (TID 1501), if only that nothing was found."""
    analysis, evaluations = result.analysis, []
    detector = _algorithm(result, "detector")
    measurements = [sr.Measurement(codes.FOUND, len(result.findings), codes.NO_UNITS, algorithm_id=detector)]
    if analysis.cancer is not None:
        by = _algorithm(result, "cancer")
        percent = 100 * analysis.cancer.probability
        measurements.append(sr.Measurement(codes.PROBABILITY_OF_CANCER, percent, codes.PERCENT, algorithm_id=by))
    if analysis.masking is not None:
        evaluations.append(sr.QualitativeEvaluation(codes.MASKING, codes.MASKING_LEVELS[analysis.masking.level]))
    return sr.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=_tracking(*result.tracking_of_the_whole),
        finding_sites=[_site(result)],
        measurements=measurements,
        qualitative_evaluations=evaluations or None,
        source_images=[sr.SourceImageForMeasurementGroup(*_source(result))],
    )


def _tracking(identifier: str, uid: str) -> sr.TrackingIdentifier:
    return sr.TrackingIdentifier(uid=uid, identifier=identifier)


def _site(result: Result) -> sr.FindingSite:
    side = result.analysis.mammogram.laterality
    return sr.FindingSite(codes.BREAST, laterality=codes.SIDES[side] if side else None)


def _algorithm(result: Result, task: str) -> sr.AlgorithmIdentification:
    name, its_version = c.algorithm_of(result.model(task))
    return sr.AlgorithmIdentification(name, its_version)


def _source(result: Result) -> tuple[str, str]:
    return result.source.sop_class_uid, result.source.sop_instance_uid


def _own_scheme() -> CodingSchemeIdentificationItem:
    return CodingSchemeIdentificationItem(
        designator=codes.OWN_SCHEME, name=codes.OWN_SCHEME_NAME, responsible_organization=codes.OWN_SCHEME_ORGANIZATION
    )
