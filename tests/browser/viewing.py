"""Studies made for the viewer's tests, and what its canvases show."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pydicom
from pydicom.uid import generate_uid

from pipeline.geometry import Box
from pipeline.mammogram import Laterality
from tests.browser.reader import Reader
from training.phantom import Phantom, draw_phantom, write_dicom
from training.phantom.values import ViewPosition

SIZE = (1024, 832)
VIEWS: tuple[tuple[ViewPosition, str], ...] = (("MLO", "L"), ("CC", "R"), ("CC", "L"), ("MLO", "R"))
WHITE_BOXES = {"R": Box(672.0, 400.0, 96.0, 128.0), "L": Box(64.0, 400.0, 96.0, 128.0)}  # well inside the breast
SHOWN = """(pane) => {
  const canvas = document.querySelector(`${pane} canvas`);
  const { width, height } = canvas;
  const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
  const brightest = data.reduce((most, value, at) => (at % 4 === 0 ? Math.max(most, value) : most), 0);
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let y = 0; y < height; y += 1) for (let x = 0; x < width; x += 1) {
    if (data[4 * (y * width + x)] < 0.75 * brightest) continue;
    left = Math.min(left, x); right = Math.max(right, x + 1);
    top = Math.min(top, y); bottom = Math.max(bottom, y + 1);
  }
  const corner = canvas.getBoundingClientRect();
  return [corner.left + left, corner.top + top, right - left, bottom - top];
}"""


@dataclass(frozen=True)
class Rectangle:
    """CSS pixels of the page."""

    x: float
    y: float
    width: float
    height: float

    def is_close_to(self, other: Rectangle, pixels: float) -> bool:
        pairs = (
            (self.x, other.x),
            (self.y, other.y),
            (self.x + self.width, other.x + other.width),
            (self.y + self.height, other.y + other.height),
        )
        return all(abs(mine - its) <= pixels for mine, its in pairs)


def four_views(folder: Path, size: tuple[int, int] = SIZE) -> list[Path]:
    """One patient's LMLO, RCC, LCC and RMLO, in that order."""
    paths = []
    for view, side in VIEWS:
        phantom = draw_phantom(3, size=size, view=view, laterality=Laterality(side), patient=3)
        paths.append(folder / f"{side}{view}.dcm")
        write_dicom(phantom, paths[-1])
    return paths


def earlier(path: Path, folder: Path) -> Path:
    """The same view of the same patient, two years before."""
    made = pydicom.dcmread(path)
    made.StudyInstanceUID, made.SeriesInstanceUID, made.SOPInstanceUID = (generate_uid() for _ in range(3))
    made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID
    made.StudyDate = made.AcquisitionDate = made.ContentDate = "20220101"
    if "SeriesDate" in made:
        made.SeriesDate = "20220101"
    made.save_as(folder / f"earlier-{path.name}")
    return folder / f"earlier-{path.name}"


def with_white_box(path: Path, side: str, said: str) -> Phantom:
    """A breast drawn at `side`, sent as one of side `said`; dark but for a white box."""
    drawn = draw_phantom(7, size=SIZE, laterality=Laterality(side), view="CC", masses=0, clusters=0, burnt_in=False)
    pixels = np.where(drawn.breast, drawn.white // 8, 0).astype(np.uint16)
    box = WHITE_BOXES[side]
    pixels[int(box.y) : int(box.y + box.height), int(box.x) : int(box.x + box.width)] = drawn.white
    made = replace(drawn, pixels=pixels, laterality=Laterality(said))
    write_dicom(made, path)
    return made


def white_rectangle(reader: Reader) -> Rectangle:
    """What is white on the canvas of the active pane."""
    reader.next_frames()
    return Rectangle(*reader.page.evaluate(SHOWN, ".pane.selected"))


def marked_rectangle(reader: Reader, finding: int = 1) -> Rectangle:
    """The middle of the line of a mark's box in the active pane."""
    path = reader.page.locator(reader.active(f'[data-mark="{finding}"] path')).nth(1)
    corner = reader.page.locator(".pane.selected").bounding_box()
    assert corner is not None
    points = [point.split() for point in str(path.get_attribute("d"))[1:-1].split("L")]
    x, y = [float(point[0]) for point in points], [float(point[1]) for point in points]
    return Rectangle(corner["x"] + min(x), corner["y"] + min(y), max(x) - min(x), max(y) - min(y))
