"""Clean Pixel Data Option (DICOM PS3.15 E.3.1): everything outside the breast becomes background."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from pydicom import DataElement, Dataset
from pydicom.uid import ExplicitVRLittleEndian

from pipeline.dicom_decode import stored_values
from pipeline.dicom_values import values_of
from pipeline.mammogram import Mammogram
from pipeline.preprocess import Recipe, breast_mask

RIM = 0.01  # of the longer side: skin and nipple are fainter than the mask's threshold


def blank_outside_the_breast(dataset: Dataset, original: Dataset, mammogram: Mammogram) -> None:
    """Changes `dataset`, made from `original` of `mammogram`, to uncompressed pixels. Raises UnsupportedImage where
    there is no breast."""
    inside = breast_with_rim(mammogram.pixels)
    stored = stored_values(original)
    darkest = np.unravel_index(int(np.argmin(np.where(inside, np.inf, mammogram.pixels))), stored.shape)
    cleaned = np.where(inside, stored, stored[darkest])
    bytes_each = int(dataset.BitsAllocated) // 8
    kind = f"<{'i' if dataset.PixelRepresentation else 'u'}{bytes_each}"
    data = cleaned.astype(kind).tobytes()
    dataset["PixelData"] = DataElement(0x7FE00010, "OW" if bytes_each == 2 else "OB", data + b"\0" * (len(data) % 2))
    for keyword in ("SmallestImagePixelValue", "LargestImagePixelValue"):
        if keyword in dataset:
            del dataset[keyword]
    dataset.ImageType = ["DERIVED", *(values_of(dataset, "ImageType")[1:] or ("PRIMARY",))]
    dataset.BurnedInAnnotation = "NO"
    if not dataset.file_meta.TransferSyntaxUID.is_little_endian:
        _swap_tables(dataset)
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian


def _swap_tables(dataset: Dataset) -> None:
    """LUT Data (0028,3006) as words lies in the byte order of the file; pydicom turns numbers round, not those."""
    for element in dataset.iterall():
        if element.keyword == "LUTData" and isinstance(element.value, bytes):
            element.value = np.frombuffer(element.value, ">u2").astype("<u2").tobytes()


def breast_with_rim(pixels: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Same shape as `pixels` (rows, columns)."""
    side = 2 * round(RIM * max(pixels.shape)) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    mask = breast_mask(pixels, Recipe().mask_threshold).astype(np.uint8)
    return np.asarray(cv2.dilate(mask, disc), np.bool_)
