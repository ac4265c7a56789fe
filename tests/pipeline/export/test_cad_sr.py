from __future__ import annotations

import dataclasses

import pytest
from pydicom import Dataset

from pipeline.export.cad_sr import operating_point
from tests.pipeline.export.cases import FINDINGS, MODELS, SOURCES, analysis, headers, opened, read_back, written_objects

# PS3.16 TID 4000 to 4023: concept of a content item -> rows of its children in their order, as relationship, value
# type, concept and the least and largest number of times. R-IMAGE is by reference.
ALGORITHM = (("HAS PROPERTIES", "TEXT", "111001", 1, 1), ("HAS PROPERTIES", "TEXT", "111003", 1, 1))
BY_REFERENCE = ("HAS PROPERTIES", "R-IMAGE", "", 1, 1)
ROWS = {
    "111036": (  # Mammography CAD Report, TID 4000
        ("HAS CONCEPT MOD", "CODE", "121049", 1, 1),
        ("CONTAINS", "CONTAINER", "111028", 1, 1),
        ("CONTAINS", "CODE", "111017", 1, 1),
        ("CONTAINS", "CODE", "111064", 1, 1),
        ("CONTAINS", "CODE", "111065", 1, 1),
    ),
    "111028": (("CONTAINS", "IMAGE", "", 1, 99),),  # Image Library
    "": (  # an image of it, TID 4020
        ("HAS ACQ CONTEXT", "CODE", "111027", 0, 1),
        ("HAS ACQ CONTEXT", "CODE", "111031", 0, 1),
        ("HAS ACQ CONTEXT", "TEXT", "111044", 0, 1),
        ("HAS ACQ CONTEXT", "TEXT", "111043", 0, 1),
        ("HAS ACQ CONTEXT", "DATE", "111060", 0, 1),
        ("HAS ACQ CONTEXT", "TIME", "111061", 0, 1),
        ("HAS ACQ CONTEXT", "DATE", "111018", 0, 1),
        ("HAS ACQ CONTEXT", "TIME", "111019", 0, 1),
        ("HAS ACQ CONTEXT", "NUM", "111026", 0, 1),
        ("HAS ACQ CONTEXT", "NUM", "111066", 0, 1),
        ("HAS ACQ CONTEXT", "UIDREF", "112227", 0, 1),
        ("HAS ACQ CONTEXT", "NUM", "110910", 1, 1),
        ("HAS ACQ CONTEXT", "NUM", "110911", 1, 1),
    ),
    "111017": (  # CAD Processing and Findings Summary, TID 4001 and 4002
        ("HAS PROPERTIES", "TEXT", "111033", 1, 1),
        *ALGORITHM,
        ("INFERRED FROM", "CONTAINER", "111034", 0, 99),
    ),
    "111034": (  # Individual Impression, TID 4003
        ("HAS CONCEPT MOD", "CODE", "111056", 1, 1),
        ("CONTAINS", "CODE", "111059", 1, 99),
    ),
    "111059": (  # Single Image Finding, TID 4006 with 4108, 4019 and 4021
        ("HAS CONCEPT MOD", "CODE", "111056", 1, 1),
        ("HAS OBS CONTEXT", "TEXT", "112039", 1, 1),
        ("HAS OBS CONTEXT", "UIDREF", "112040", 1, 1),
        *ALGORITHM,
        ("HAS PROPERTIES", "NUM", "111012", 1, 1),
        ("HAS PROPERTIES", "NUM", "111047", 0, 1),
        ("HAS PROPERTIES", "SCOORD", "111010", 1, 1),
        ("HAS PROPERTIES", "SCOORD", "111041", 1, 1),
    ),
    "111056": (("HAS PROPERTIES", "NUM", "111071", 0, 1),),  # Rendering Intent
    "111010": (("SELECTED FROM", "R-IMAGE", "", 1, 1),),  # Center
    "111041": (("SELECTED FROM", "R-IMAGE", "", 1, 1),),  # Outline
    "111064": (("INFERRED FROM", "CONTAINER", "111063", 1, 1),),  # Summary of Detections
    "111063": (("CONTAINS", "CODE", "111022", 1, 99),),
    "111022": (  # Detection Performed, TID 4017 and 4023
        *ALGORITHM,
        BY_REFERENCE,
        ("HAS PROPERTIES", "NUM", "111072", 1, 1),
        ("HAS PROPERTIES", "NUM", "111092", 1, 1),
        ("HAS PROPERTIES", "CONTAINER", "111093", 1, 1),
    ),
    "111093": (  # CAD Operating Point Table
        ("CONTAINS", "CODE", "122698", 1, 1),
        ("CONTAINS", "CODE", "122699", 1, 1),
        ("CONTAINS", "NUM", "111071", 1, 99),
    ),
    "111071": (("HAS PROPERTIES", "TEXT", "111081", 0, 1), ("HAS PROPERTIES", "NUM", "111012", 0, 1)),
    "111065": (("INFERRED FROM", "CONTAINER", "111062", 0, 1),),  # Summary of Analyses
    "111062": (("CONTAINS", "CODE", "111004", 1, 99),),
    "111004": (*ALGORITHM, BY_REFERENCE),
    "111031": (("HAS CONCEPT MOD", "CODE", "111032", 0, 99),),  # Image View
}


def concept(item: Dataset) -> str:
    return str(item.ConceptNameCodeSequence[0].CodeValue) if "ConceptNameCodeSequence" in item else ""


def value(item: Dataset) -> str:
    return str(item.ConceptCodeSequence[0].CodeValue)


def amount(item: Dataset) -> float:
    return float(item.MeasuredValueSequence[0].NumericValue)


def kind(item: Dataset) -> tuple[str, str, str]:
    by_reference = "ReferencedContentItemIdentifier" in item
    return item.RelationshipType, "R-IMAGE" if by_reference else item.ValueType, concept(item)


def children(item: Dataset) -> list[Dataset]:
    return list(item.get("ContentSequence", ()))


def departures(item: Dataset) -> list[str]:
    """Where the tree below `item` is not what the templates say."""
    rows = () if "ReferencedContentItemIdentifier" in item else ROWS.get(concept(item), ())
    left, found = children(item), []
    for *row, least, most in rows:
        count = 0
        while left and list(kind(left[0])) == row and count < most:
            found += departures(left.pop(0))
            count += 1
        if count < least:
            found.append(f"{row} is missing below {concept(item)}")
    return found + [f"{kind(child)} below {concept(item)}" for child in left]


@pytest.mark.parametrize("found", [True, False], ids=["findings", "none"])
@pytest.mark.parametrize("name", SOURCES)
def test_the_tree_is_that_of_the_templates_in_their_order(name: str, found: bool) -> None:
    report = opened(name, "cad_sr", found)
    assert report.ContentTemplateSequence[0].TemplateIdentifier == "4000"
    assert departures(report) == []


def below(item: Dataset, wanted: str) -> list[Dataset]:
    """Every content item of that concept, in the order of the document."""
    here = [child for child in children(item) if concept(child) == wanted]
    return here + [found for child in children(item) for found in below(child, wanted)]


def test_references_within_the_tree_lead_to_the_image() -> None:
    report = opened("phantom", "cad_sr")
    library = children(report)[1]
    assert (concept(library), children(library)[0].ValueType) == ("111028", "IMAGE")
    for outline in below(report, "111041"):
        assert children(outline)[0].ReferencedContentItemIdentifier == [1, 2, 1]


def test_the_summary_says_whether_anything_was_found() -> None:
    assert value(children(opened("phantom", "cad_sr"))[2]) == "111242"
    assert value(children(opened("phantom", "cad_sr", found=False))[2]) == "111241"


def test_every_finding_is_there_with_its_certainty_and_probability() -> None:
    findings = below(opened("phantom", "cad_sr"), "111059")
    assert [value(item) for item in findings] == ["129793001", "129769006", "129793001", "129793001"]
    assert [amount(below(item, "111012")[0]) for item in findings] == [83, 60, 45, 12]
    assert [[amount(found) for found in below(item, "111047")] for item in findings] == [[71], [], [20], [10]]


def test_findings_below_the_threshold_may_be_shown_from_an_operating_point_up() -> None:
    intents = [below(item, "111056")[0] for item in below(opened("phantom", "cad_sr"), "111059")]
    assert [value(intent) for intent in intents] == ["111150", "111150", "111150", "111151"]
    assert [[amount(point) for point in children(intent)] for intent in intents] == [[], [], [], [2]]


def test_the_table_of_operating_points_lists_one_more_than_the_largest() -> None:
    (detection, *_) = below(opened("phantom", "cad_sr"), "111022")
    (table,) = below(detection, "111093")
    points = [child for child in children(table) if concept(child) == "111071"]
    assert amount(below(detection, "111072")[0]) == 3
    assert [amount(point) for point in points] == [0, 1, 2, 3]
    assert [amount(below(point, "111012")[0]) for point in points] == [30, 20, 10, 5]


def test_a_threshold_at_the_floor_leaves_no_operating_points_above() -> None:
    made = read_back(written_objects(analysis("phantom"), headers("phantom"), least=0.05)["cad_sr"])
    assert {value(intent) for intent in below(made, "111056")} == {"111150"}
    assert amount(below(made, "111072")[0]) == 0


@pytest.mark.parametrize(("confidence", "point"), [(0.9, 0), (0.3, 0), (0.29, 1), (0.2, 1), (0.05, 3), (0.01, 3)])
def test_an_operating_point_is_the_first_that_shows_the_finding(confidence: float, point: int) -> None:
    assert operating_point(confidence, (0.3, 0.2, 0.1, 0.05)) == point


def test_the_library_tells_side_view_orientation_and_spacing() -> None:
    image = children(children(opened("framed", "cad_sr"))[1])[0]
    told = {concept(item): item for item in children(image)}
    assert (value(told["111027"]), value(told["111031"])) == ("80248007", "399162004")
    assert value(children(told["111031"])[0]) == "399011000"  # axillary tail, as the image says
    assert (told["111044"].TextValue, told["111043"].TextValue) == ("A", "R")
    assert headers("framed").dataset.FrameOfReferenceUID == told["112227"].UID
    uneven = {concept(item): item for item in children(children(children(opened("radiograph", "cad_sr"))[1])[0])}
    assert (amount(uneven["111026"]), amount(uneven["111066"])) == (0.05, 0.1)  # horizontal is between columns


def test_models_that_took_no_part_are_not_named() -> None:
    detector_only = {"detector": MODELS["detector"]}
    what = dataclasses.replace(analysis("phantom", FINDINGS[:1]), models=detector_only)
    report = read_back(written_objects(what, headers("phantom"))["cad_sr"])
    (detection,), analyses = below(report, "111022"), children(report)[4]
    assert [child.TextValue for child in children(detection)[:2]] == ["retinanet-compact", "1.2 sha256:0123456789ab"]
    assert (value(analyses), children(analyses)) == ("111225", [])  # Not Attempted
