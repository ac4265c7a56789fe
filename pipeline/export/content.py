"""Content items of structured reports, and the way from our coordinates to theirs. DICOM PS3.3 C.17.3 and C.18."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from pydicom import Dataset
from pydicom.sr.coding import Code
from pydicom.valuerep import DS

from pipeline.export import codes
from pipeline.finding import Finding
from pipeline.geometry import Points

Item = Dataset  # one content item
Reference = tuple[int, ...]  # position of a content item in the tree: (1, 2, 1) is the first child of the second child


def coded(code: Code) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = code.value, code.scheme_designator, code.meaning
    return item


def _item(value_type: str, name: Code | None, children: Sequence[Item]) -> Item:
    made = Dataset()
    made.ValueType = value_type
    if name is not None:
        made.ConceptNameCodeSequence = [coded(name)]
    if children:
        made.ContentSequence = list(children)
    return made


def container(name: Code, *children: Item) -> Item:
    made = _item("CONTAINER", name, children)
    made.ContinuityOfContent = "SEPARATE"
    return made


def code(name: Code, value: Code, *children: Item) -> Item:
    made = _item("CODE", name, children)
    made.ConceptCodeSequence = [coded(value)]
    return made


def text(name: Code, value: str, *children: Item) -> Item:
    made = _item("TEXT", name, children)
    made.TextValue = value
    return made


def number(name: Code, value: float, unit: Code, *children: Item) -> Item:
    made = _item("NUM", name, children)
    measured = Dataset()
    measured.MeasurementUnitsCodeSequence = [coded(unit)]
    measured.NumericValue = DS(f"{value:.8g}")
    made.MeasuredValueSequence = [measured]
    return made


def uid(name: Code, value: str) -> Item:
    made = _item("UIDREF", name, ())
    made.UID = value
    return made


def date(name: Code, value: str) -> Item:
    made = _item("DATE", name, ())
    made.Date = value
    return made


def time(name: Code, value: str) -> Item:
    made = _item("TIME", name, ())
    made.Time = value
    return made


def image(sop_class_uid: str, sop_instance_uid: str, *children: Item) -> Item:
    made = _item("IMAGE", None, children)
    referenced = Dataset()
    referenced.ReferencedSOPClassUID, referenced.ReferencedSOPInstanceUID = sop_class_uid, sop_instance_uid
    made.ReferencedSOPSequence = [referenced]
    return made


def coordinates(name: Code, graphic_type: str, points: Points, *children: Item) -> Item:
    """`points` as scoord_points() gives them."""
    made = _item("SCOORD", name, children)
    made.GraphicType = graphic_type
    made.GraphicData = [float(value) for value in np.asarray(points, np.float32).ravel()]
    return made


def by_reference(target: Reference) -> Item:
    """An item that stands elsewhere in the tree; only its relationship is said here."""
    made = Dataset()
    made.ReferencedContentItemIdentifier = list(target)
    return made


def related(relationship: str, *items: Item) -> tuple[Item, ...]:
    """The items as children: CONTAINS, HAS PROPERTIES, INFERRED FROM and so on (PS3.3 C.17.3.2.4)."""
    for item in items:
        item.RelationshipType = relationship
    return items


def contains(*items: Item) -> tuple[Item, ...]:
    return related("CONTAINS", *items)


def properties(*items: Item) -> tuple[Item, ...]:
    return related("HAS PROPERTIES", *items)


def outline_points(finding: Finding, rows: int, columns: int) -> Points:
    """(N, 2) column, row of the closed outline, or of the box where there is none; the last point is the first.

    Image relative coordinates have 0\\0 at the top left corner of the first pixel and columns\\rows at the bottom
    right corner of the last (PS3.3 C.18.6.1.1 and C.10.5.1.2): as ours, pixel i covers [i, i + 1).
    """
    points = box_points(finding) if finding.outline is None or len(finding.outline) < 3 else finding.outline
    if not np.array_equal(points[0], points[-1]):
        points = np.concatenate([points, points[:1]])
    return np.clip(points, 0, (columns, rows))


def box_points(finding: Finding) -> Points:
    """(4, 2) corners, clockwise from the top left."""
    box = finding.box
    corners = ((box.x, box.y), (box.right, box.y), (box.right, box.bottom), (box.x, box.bottom))
    return np.array(corners, np.float64)


def center_point(finding: Finding, rows: int, columns: int) -> Points:
    """(1, 2) column, row of the middle of the box."""
    return np.clip(np.array([finding.box.center], np.float64), 0, (columns, rows))


def algorithm(model: str) -> tuple[Item, Item]:
    """TID 4019 of a model as Analysis.models names it: "name version sha256:12 hex digits"."""
    name, version = algorithm_of(model)
    return text(codes.ALGORITHM_NAME, name), text(codes.ALGORITHM_VERSION, version)


def algorithm_of(model: str) -> tuple[str, str]:
    """(name, version); the version holds the checksum too."""
    name, _, version = model.strip().partition(" ")
    return name or "unknown", version.strip() or "unknown"
