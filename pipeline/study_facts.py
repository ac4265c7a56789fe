"""What the header of a file tells of its place in a study. Nothing here is shown, logged or kept."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from pydicom import Dataset, dcmread

from pipeline.dicom_admission import VOLUMES
from pipeline.dicom_facts import is_synthetic, laterality_of, view_of
from pipeline.dicom_groups import lift_groups
from pipeline.dicom_values import integer, text
from pipeline.read import kind_of
from pipeline.read_dicom import check_inflated_size, is_deflated
from pipeline.read_quietly import quietly

HEAD = 4096  # bytes in which the file meta information says how the rest is written
LARGEST_INFLATED = 256_000_000
VIEW_ORDER = ("CC", "MLO")  # then the others by name, then what is not known
SIDE_ORDER = ("R", "L", "")


@dataclass(frozen=True)
class Facts:
    patient: str
    study: str
    when: str = ""  # Study Date and Time
    view: str = ""
    side: str = ""
    is_volume: bool = False
    is_synthetic: bool = False
    has_pixels: bool = False

    @property
    def order(self) -> tuple[str, str, int, str, int, bool]:
        rank = VIEW_ORDER.index(self.view) if self.view in VIEW_ORDER else len(VIEW_ORDER) + (not self.view)
        return self.when, self.study, rank, self.view, SIDE_ORDER.index(self.side), self.is_volume

    def shows_the_same_as(self, volume: Facts) -> bool:
        """A flat picture of the same side and view in the same study."""
        mine, theirs = ((facts.patient, facts.study, facts.side, facts.view) for facts in (self, volume))
        return self.has_pixels and not self.is_volume and mine == theirs


def facts_of(open_: Callable[[], BinaryIO]) -> Facts | None:
    """None for anything but DICOM of a named study, and where the file cannot be read: loading it will say why."""
    try:
        with open_() as stream, quietly():
            head = stream.read(HEAD)
            if kind_of(head) != "DICOM":
                return None
            whole: BinaryIO = stream
            if is_deflated(head):  # pydicom inflates all of it at once
                data = head + stream.read()
                check_inflated_size(data, LARGEST_INFLATED)
                whole = io.BytesIO(data)
            whole.seek(0)
            dataset = dcmread(whole, stop_before_pixels=True, force=True)
            return _facts(dataset)
    except Exception:  # a damaged header may make pydicom raise anything
        return None


def _facts(dataset: Dataset) -> Facts | None:
    lift_groups(dataset)
    study = text(dataset, "StudyInstanceUID")
    if not study:
        return None
    flat = integer(dataset, "NumberOfFrames", default=1) == 1
    synthetic = flat and is_synthetic(dataset)
    return Facts(
        patient=text(dataset, "PatientID") or study,
        study=study,
        when=text(dataset, "StudyDate") + text(dataset, "StudyTime"),
        view=view_of(dataset) or "",
        side=laterality_of(dataset) or "",
        is_volume=not flat or (text(dataset, "SOPClassUID").startswith(VOLUMES) and not synthetic),
        is_synthetic=synthetic,
        has_pixels="Rows" in dataset,
    )
