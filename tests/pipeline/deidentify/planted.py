"""Mammograms with somebody's name in every place that can hold text."""

from __future__ import annotations

import io
from functools import cache
from typing import Any

from pydicom import DataElement, Dataset, dcmread, dcmwrite
from pydicom._dicom_dict import DicomDictionary
from pydicom.dataset import FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian

from training.phantom.dicom import dicom_bytes
from training.phantom.draw import draw_phantom

NAME, NUMBER = "Quillfeather^Zebedia", "MRN7731942"
NEEDLES = ("quillfeather", "zebedia", "mrn7731942", "7731942", "straussenfarm", "19610203")
UIDS = {
    "SOPInstanceUID": "1.2.3.7731942.1",
    "SeriesInstanceUID": "1.2.3.7731942.2",
    "StudyInstanceUID": "1.2.3.7731942.3",
}
# Text that fits each value representation; all of them tell something.
VALUES: dict[str, Any] = {
    "AE": "QUILLFEATHER",
    "AS": "061Y",
    "CS": "QUILLFEATHER",
    "DA": "19610203",
    "DS": "7731942",
    "DT": "19610203101112",
    "IS": "7731942",
    "LO": f"Straussenfarm {NUMBER}",
    "LT": f"{NAME} lives at Straussenfarm",
    "PN": NAME,
    "SH": NUMBER,
    "ST": f"{NAME}, {NUMBER}",
    "TM": "101112",
    "UC": f"{NAME} of Straussenfarm",
    "UI": "1.2.3.7731942.9",
    "UR": "http://straussenfarm.example/quillfeather",
    "UT": f"{NAME} lives at Straussenfarm",
    "UN": b"QUILLFEATHER",
    "OB": b"QUILLFEATHER",
}
NEEDED = (0x0000, 0x0002, 0x0004, 0x0006, 0x7FE0)  # groups of commands, files, directories, pixels
NUMERIC_TEXT = ("DS", "IS")  # a number that stands in a technical attribute is a number


@cache
def phantom_bytes(view: str = "CC") -> bytes:
    return dicom_bytes(draw_phantom(5, size=(320, 256), view=view, laterality="L"))  # type: ignore[arg-type]


def written(dataset: Dataset, syntax: UID = ExplicitVRLittleEndian) -> bytes:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = dataset.SOPClassUID, dataset.SOPInstanceUID
    meta.TransferSyntaxUID = syntax
    meta.SourceApplicationEntityTitle = "QUILLFEATHER"
    dataset.file_meta = meta
    dataset.preamble = b"QUILLFEATHER".ljust(128, b"\0")
    stream = io.BytesIO()
    dcmwrite(stream, dataset, enforce_file_format=False)
    return stream.getvalue()


def phantom(view: str = "CC") -> Dataset:
    return dcmread(io.BytesIO(phantom_bytes(view)))


def named(view: str = "CC", **more: Any) -> Dataset:
    """The phantom with a patient, UIDs that name her, and whatever else is asked for."""
    made = phantom(view)
    made.PatientName, made.PatientID, made.PatientBirthDate = NAME, NUMBER, "19610203"
    for keyword, value in {**UIDS, **more}.items():
        setattr(made, keyword, value)
    return made


def everywhere() -> Dataset:
    """Text in every attribute that DICOM knows and the phantom does not have, in a private block, in nested items."""
    made = named()
    for tag, (vr, _, _, retired, _) in DicomDictionary.items():
        if vr in VALUES and vr not in NUMERIC_TEXT and tag >> 16 not in NEEDED and tag not in made and not retired:
            made.add(DataElement(tag, vr, VALUES[vr]))
    item = Dataset()
    for tag, (vr, _, _, retired, _) in DicomDictionary.items():
        if vr in VALUES and vr not in NUMERIC_TEXT and tag >> 16 in (0x0008, 0x0010, 0x0018, 0x0040) and not retired:
            item.add(DataElement(tag, vr, VALUES[vr]))
    del item.SpecificCharacterSet
    made.SourceImageSequence = [item]  # kept, so its items are looked into
    made.ViewCodeSequence[0].CodeMeaning = f"seen by {NAME}"
    made.ViewCodeSequence[0].ViewModifierCodeSequence = [item]
    for group in (0x0009, 0x0019, 0x0045):
        block = made.private_block(group, "STRAUSSENFARM", create=True)
        block.add_new(0x01, "LO", f"{NAME} {NUMBER}")
        block.add_new(0x02, "SQ", [item])
    made.add_new(0x60000010, "US", 4)
    made.add_new(0x60003000, "OW", b"QUILLFEATHER")
    made.PixelData += b"QUILLFEATHER"  # behind the last row
    return made
