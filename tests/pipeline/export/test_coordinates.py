"""Coordinates and masks come back as they were, through other readers than our writer."""

from __future__ import annotations

import re
from pathlib import Path

import highdicom
import numpy as np
import pytest
from matplotlib.path import Path as Outline
from pydicom import Dataset
from pydicom.pixels.utils import unpack_bits

from pipeline.finding import Finding, Kind
from pipeline.geometry import Box, Points
from tests.pipeline.export import cases
from tests.pipeline.export.cases import CLUSTER, FINDINGS, LIKELY, SURE, objects, opened
from tests.pipeline.export.test_peers import run

SHOWN = (SURE, CLUSTER, LIKELY)
FLOAT32 = 1e-5  # graphic data have 24 bits; pixels of an image of some thousand rows have 12 before the point


def closed(points: Points) -> Points:
    return np.concatenate([points, points[:1]])


def corners(box: Box) -> Points:
    return np.array([[box.x, box.y], [box.right, box.y], [box.right, box.bottom], [box.x, box.bottom]])


def expected(finding: Finding) -> Points:
    return closed(corners(finding.box) if finding.outline is None else finding.outline)


def dumped(path: Path, graphic_type: str) -> list[Points]:
    """Coordinates as DCMTK reads them: "(POLYLINE,40.5/60.25,90/62)"."""
    found = re.findall(rf"\({graphic_type},([\d./,e+-]+)\)", run("dsrdump", "+Pl", path))
    return [np.array([[float(n) for n in pair.split("/")] for pair in points.split(",")]) for points in found]


@pytest.mark.parametrize(("kind", "findings"), [("cad_sr", FINDINGS), ("sr", SHOWN)])
def test_dcmtk_reads_the_outlines_of_both_reports(tmp_path: Path, kind: str, findings: tuple[Finding, ...]) -> None:
    path = tmp_path / "a.dcm"
    path.write_bytes(objects("phantom")[kind])
    found = dumped(path, "POLYLINE")
    assert len(found) == len(findings)
    for points, finding in zip(found, findings, strict=True):
        assert points == pytest.approx(expected(finding), abs=1e-3)  # dsrdump writes six digits


def test_highdicom_reads_the_regions_of_the_measurement_report(tmp_path: Path) -> None:
    (tmp_path / "a.dcm").write_bytes(objects("phantom")["sr"])
    report = highdicom.sr.srread(tmp_path / "a.dcm").content
    assert isinstance(report, highdicom.sr.MeasurementReport)
    groups = report.get_planar_roi_measurement_groups()
    assert len(groups) == len(SHOWN)
    for group, finding in zip(groups, SHOWN, strict=True):
        assert isinstance(group.roi, highdicom.sr.ImageRegion)
        assert group.roi.value == pytest.approx(expected(finding), rel=FLOAT32)
        assert group.roi.graphic_type.value == "POLYLINE"


def test_pydicom_alone_reads_center_and_outline_of_every_cad_mark() -> None:
    marks = [item for item in tree(opened("phantom", "cad_sr")) if item.get("ValueType") == "SCOORD"]
    centers, outlines = marks[::2], marks[1::2]
    assert [item.GraphicType for item in centers] == ["POINT"] * len(FINDINGS)
    for center, outline, finding in zip(centers, outlines, FINDINGS, strict=True):
        assert center.GraphicData == pytest.approx(list(finding.box.center), rel=FLOAT32)
        assert pairs(outline.GraphicData) == pytest.approx(expected(finding), rel=FLOAT32)


def test_the_presentation_state_has_the_same_outlines() -> None:
    drawn = opened("phantom", "gsps").GraphicAnnotationSequence[0].GraphicObjectSequence
    for item, finding in zip(drawn, SHOWN, strict=True):
        assert (item.GraphicAnnotationUnits, item.GraphicDimensions) == ("PIXEL", 2)
        assert item.NumberOfGraphicPoints == len(expected(finding))
        assert pairs(item.GraphicData) == pytest.approx(expected(finding), rel=FLOAT32)


def test_the_masks_hold_the_pixels_whose_centres_lie_inside_the_outlines(tmp_path: Path) -> None:
    (tmp_path / "a.dcm").write_bytes(objects("phantom")["seg"])
    by_highdicom = highdicom.seg.segread(tmp_path / "a.dcm").get_pixels_by_source_instance(
        [cases.headers("phantom").sop_instance_uid]
    )
    by_pydicom = raw_masks(opened("phantom", "seg"))
    by_matplotlib = [inside(finding.outline, by_pydicom[0].shape) for finding in (SURE, LIKELY)]
    assert len(by_pydicom) == 2
    for place, mask in enumerate(by_matplotlib):
        assert mask.sum() > 500
        assert np.array_equal(by_pydicom[place], mask)
        assert np.array_equal(by_highdicom[0, :, :, place], mask)


def test_the_mask_has_the_area_of_the_outline() -> None:
    first, _ = raw_masks(opened("phantom", "seg"))
    x, y = cases.UNEVEN[:, 0], cases.UNEVEN[:, 1]
    area = abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2
    assert first.sum() == pytest.approx(area, rel=0.01)


def test_rows_and_columns_are_those_of_the_acquired_image() -> None:
    for name in cases.SOURCES:
        source, mask = cases.headers(name).dataset, opened(name, "seg")
        assert (mask.Rows, mask.Columns) == (source.Rows, source.Columns)


def test_without_findings_the_mask_is_empty_and_nothing_is_drawn() -> None:
    assert not raw_masks(opened("phantom", "seg", found=False))[0].any()
    state = opened("phantom", "gsps", found=False).GraphicAnnotationSequence[0]
    assert "GraphicObjectSequence" not in state


def test_an_outline_of_two_points_is_none() -> None:
    line = Finding(Kind.MASS, Box(10, 20, 30, 40), 0.9, np.array([[10.0, 20.0], [40.0, 60.0]]))
    made = cases.written_objects(cases.analysis("phantom", (line,)), cases.headers("phantom"))
    assert not raw_masks(cases.read_back(made["seg"]))[0].any()
    (mark,) = cases.read_back(made["gsps"]).GraphicAnnotationSequence[0].GraphicObjectSequence
    assert pairs(mark.GraphicData) == pytest.approx(closed(corners(line.box)))


def test_marks_at_the_edge_stay_inside_the_image() -> None:
    rows, columns = cases.headers("phantom").dataset.Rows, cases.headers("phantom").dataset.Columns
    outline = np.array([[-5.0, -3.0], [columns + 4.0, -1.0], [columns + 2.0, rows + 9.0]])
    beyond = Finding(Kind.MASS, Box.around(outline), 0.9, outline)
    made = cases.written_objects(cases.analysis("phantom", (beyond,)), cases.headers("phantom"))
    marks = [pairs(item.GraphicData) for item in tree(cases.read_back(made["cad_sr"])) if "GraphicData" in item]
    for points in marks:
        assert points.min() >= 0
        assert (points.max(axis=0) <= (columns, rows)).all()
    assert raw_masks(cases.read_back(made["seg"]))[0].any()


def test_the_picture_shows_the_marks_where_they_are() -> None:
    shown = opened("phantom", "sc").pixel_array
    blue = np.abs(shown.astype(int) - (86, 180, 233)).sum(axis=2) < 60
    box = CLUSTER.box
    assert blue[round(box.y), round(box.x) : round(box.right)].mean() > 0.9  # the upper side of its box
    assert not blue[round(box.y) + 3, round(box.x) + 3]
    assert opened("phantom", "sc").BurnedInAnnotation == "YES"


def tree(item: Dataset) -> list[Dataset]:
    """The content items in the order of the document."""
    return [item, *(found for child in item.get("ContentSequence", ()) for found in tree(child))]


def pairs(values: list[float]) -> Points:
    return np.array(values, np.float64).reshape(-1, 2)


def raw_masks(dataset: Dataset) -> list[np.ndarray[tuple[int, int], np.dtype[np.uint8]]]:
    """One a frame, from the bits of Pixel Data and nothing else."""
    size = dataset.Rows * dataset.Columns
    bits = unpack_bits(dataset.PixelData)[: size * int(dataset.NumberOfFrames)]
    return list(np.asarray(bits, np.uint8).reshape(-1, dataset.Rows, dataset.Columns))


def inside(outline: Points | None, shape: tuple[int, int]) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    assert outline is not None
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]] + 0.5
    found = Outline(closed(outline), closed=True).contains_points(np.stack([x.ravel(), y.ravel()], axis=1))
    return np.asarray(found, np.bool_).reshape(shape)
