"""Small image files, drawn here byte by byte: what the reading tests feed to read()."""

from __future__ import annotations

import io
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.filewriter import dcmwrite
from pydicom.sequence import Sequence
from pydicom.uid import (
    UID,
    DigitalMammographyXRayImageStorageForPresentation,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    generate_uid,
)

Grey = NDArray[Any]


def scene(rows: int = 160, columns: int = 144) -> NDArray[np.float64]:
    """A bright half disc on the left with a brighter spot, on black: (rows, columns) in 0..1."""
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float64)
    distance = np.hypot((y - rows / 2) / (rows * 0.45), x / (columns * 0.7))
    breast = np.clip(1.2 - distance, 0, 1) * (distance < 1)
    spot = 0.4 * np.exp(-((y - rows * 0.4) ** 2 + (x - columns * 0.3) ** 2) / 60)
    picture: NDArray[np.float64] = np.clip(0.15 * (distance < 1) + 0.45 * breast + spot * (distance < 1), 0, 1)
    return np.asarray(picture / picture.max())


def levels(bits: int) -> Grey:
    """The scene in whole numbers of so many bits."""
    kind = np.uint8 if bits <= 8 else np.uint16
    pixels: Grey = np.round(scene() * (2**bits - 1)).astype(kind)
    return pixels


def encoded(extension: str, pixels: Grey, *options: int) -> bytes:
    """By OpenCV: ".png", ".tiff" and ".pgm" with 8 or 16 bits, ".jpg" and ".webp" with 8."""
    return cv2.imencode(extension, pixels, options)[1].tobytes()


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    """By Pillow, for the modes OpenCV cannot write."""
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def data_set(pixels: Grey, **attributes: Any) -> Dataset:
    """A complete mammography object around `pixels`; an attribute given as None is left out."""
    stored = int(pixels.max()).bit_length() if pixels.dtype == np.uint16 else 8 * pixels.dtype.itemsize
    values: dict[str, Any] = {
        "SOPClassUID": DigitalMammographyXRayImageStorageForPresentation,
        "SOPInstanceUID": generate_uid(entropy_srcs=["reading tests"]),
        "Modality": "MG",
        "BodyPartExamined": "BREAST",
        "ImageLaterality": "L",
        "ViewPosition": "CC",
        "ImagerPixelSpacing": [0.07, 0.07],
        "PhotometricInterpretation": "MONOCHROME2",
        "SamplesPerPixel": 1,
        "Rows": pixels.shape[0],
        "Columns": pixels.shape[1],
        "BitsAllocated": 8 * pixels.dtype.itemsize,
        "BitsStored": stored,
        "HighBit": attributes.get("BitsStored", stored) - 1,
        "PixelRepresentation": int(np.issubdtype(pixels.dtype, np.signedinteger)),
    } | attributes
    dataset = Dataset()
    for keyword, value in values.items():
        if value is not None:
            setattr(dataset, keyword, value)
    data = pixels.tobytes()
    dataset.PixelData = data + b"\0" * (len(data) % 2)
    dataset["PixelData"].VR = "OW" if pixels.dtype.itemsize > 1 else "OB"
    return dataset


def dicom(pixels: Grey, syntax: str = ExplicitVRLittleEndian, **attributes: Any) -> bytes:
    """The bytes of an uncompressed or deflated DICOM file."""
    if syntax == ExplicitVRBigEndian:
        pixels = pixels.astype(pixels.dtype.newbyteorder(">"))
    return written(data_set(pixels, **attributes), syntax)


def compressed(pixels: Grey, syntax: str, plugin: str, **attributes: Any) -> bytes:
    """Compressed by one of pydicom's encoders."""
    dataset = data_set(pixels, **attributes)
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = UID(ExplicitVRLittleEndian)
    dataset.compress(syntax, encoding_plugin=plugin, generate_instance_uid=False)
    return written(dataset, syntax)


def written(dataset: Dataset, syntax: str = ExplicitVRLittleEndian) -> bytes:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = dataset.get("SOPClassUID", "1.2.3")
    meta.MediaStorageSOPInstanceUID = dataset.get("SOPInstanceUID", "1.2.3.4")
    meta.TransferSyntaxUID = UID(syntax)
    dataset.file_meta = meta
    stream = io.BytesIO()
    dcmwrite(stream, dataset, enforce_file_format=True)
    return stream.getvalue()


def bare(pixels: Grey, is_implicit: bool, **attributes: Any) -> bytes:
    """A data set alone: no preamble, no file meta information."""
    stream = io.BytesIO()
    dataset = data_set(pixels, **attributes)
    dcmwrite(stream, dataset, implicit_vr=is_implicit, little_endian=True, enforce_file_format=False)
    return stream.getvalue()


def code(value: str, meaning: str, *modifiers: Dataset) -> Dataset:
    """A coded concept, with view modifiers where given."""
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, "SCT", meaning
    if modifiers:
        item.ViewModifierCodeSequence = Sequence(modifiers)
    return item


def lut(first: int, bits: int, *data: int) -> Dataset:
    """One item of a VOI or Modality LUT Sequence."""
    item = Dataset()
    item.add_new("LUTDescriptor", "US", [len(data), first, bits])
    item.add_new("LUTData", "US", list(data))
    return item


UNCOMPRESSED = (ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian)


def stored_high(pixels: Grey, bits: int) -> bytes:
    """A file whose pixels stand in the highest bits allocated, with an overlay plane of its own beside them."""
    shift = 16 - bits
    dataset = data_set((pixels << shift) | 1, BitsStored=bits)
    dataset.HighBit = 15
    rows, columns = pixels.shape
    dataset.add_new(0x60000010, "US", rows)
    dataset.add_new(0x60000011, "US", columns)
    dataset.add_new(0x60000040, "CS", "G")
    dataset.add_new(0x60000050, "SS", [1, 1])
    dataset.add_new(0x60000100, "US", 1)
    dataset.add_new(0x60000102, "US", 0)
    dataset.add_new(0x60003000, "OW", b"\xff" * (rows * columns // 8))
    return written(dataset)
