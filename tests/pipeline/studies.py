"""A study of four views on disk or in a ZIP, small and without a patient."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from pydicom.uid import BreastTomosynthesisImageStorage, generate_uid

from tests.pipeline.files import Grey, dicom, levels

STUDY = generate_uid(entropy_srcs=["study tests"])
PIXELS: Grey = levels(12)


def view(side: str, name: str, study: str = STUDY, **attributes: Any) -> bytes:
    uid = generate_uid(entropy_srcs=[study, side, name, str(sorted(attributes))])
    facts: dict[str, Any] = {"StudyInstanceUID": study, "PatientID": "P1", "SOPInstanceUID": uid}
    return dicom(PIXELS, ImageLaterality=side, ViewPosition=name, **facts | attributes)


def four_views() -> dict[str, bytes]:
    """Named so that the order of names is not that of the hanging."""
    return {
        "a/1.dcm": view("L", "MLO"),
        "a/2.dcm": view("R", "MLO"),
        "b/3.dcm": view("L", "CC"),
        "b/4.dcm": view("R", "CC"),
    }


HUNG = ["b/4.dcm", "b/3.dcm", "a/2.dcm", "a/1.dcm"]


def tomosynthesis(side: str = "L", name: str = "CC") -> bytes:
    stack = np.stack([PIXELS] * 3)
    rows, columns = PIXELS.shape
    frames: dict[str, Any] = {"Rows": rows, "Columns": columns, "NumberOfFrames": 3}
    facts: dict[str, Any] = {"StudyInstanceUID": STUDY, "PatientID": "P1"}
    volume: dict[str, Any] = {"SOPClassUID": BreastTomosynthesisImageStorage, **frames, **facts}
    return dicom(stack, ImageLaterality=side, ViewPosition=name, **volume)


def packed(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return stream.getvalue()


def laid_out(folder: Path, files: Mapping[str, bytes]) -> Path:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder
