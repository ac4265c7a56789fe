"""DICOM bytes -> Mammogram. What is accepted, refused and assumed: docs/reading.md."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from typing import TypeVar

from pydicom import Dataset, FileDataset, dcmread
from pydicom.dataset import FileMetaDataset
from pydicom.filereader import read_dataset
from pydicom.tag import BaseTag
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from pipeline.dicom_admission import admit
from pipeline.dicom_decode import Stored, not_supported, stored_values
from pipeline.dicom_facts import laterality_of, view_of, view_warnings
from pipeline.dicom_grey import to_grey
from pipeline.dicom_groups import lift_groups
from pipeline.dicom_spacing import spacing_of
from pipeline.dicom_stored import as_stored
from pipeline.errors import ImageTooLarge, PipelineError, UnreadableImage
from pipeline.mammogram import Mammogram
from pipeline.read_checks import NO_MEMORY, looks_negative
from pipeline.read_quietly import quietly
from pipeline.stored import StoredImage

T = TypeVar("T")
HEADER_ALLOWANCE = 16_000_000  # bytes of a deflated data set besides two for each pixel
UNDEFINED = 0xFFFFFFFF


def read_dicom(data: bytes, max_pixels: int) -> Mammogram:
    """Raises UnreadableImage, UnsupportedImage or ImageTooLarge, and nothing else."""
    return _read(data, max_pixels, _mammogram)


def read_dicom_stored(data: bytes, max_pixels: int) -> tuple[Mammogram, StoredImage]:
    """The same, and the values as they were stored; Pixel Data is decoded once for both."""
    return _read(data, max_pixels, lambda dataset, *rest: (_mammogram(dataset, *rest), as_stored(dataset, rest[0])))


def _read(data: bytes, max_pixels: int, make: Callable[[Dataset, Stored, tuple[str, ...]], T]) -> T:
    try:
        with quietly():
            dataset = _parsed(data, max_pixels)
            lift_groups(dataset)
            warnings = admit(dataset, max_pixels) + view_warnings(dataset)
            return make(dataset, stored_values(dataset), warnings)
    except PipelineError:
        raise
    except MemoryError as error:
        raise ImageTooLarge(NO_MEMORY) from error
    except Exception as error:  # a damaged header may make pydicom raise anything
        raise UnreadableImage("The DICOM header is damaged and cannot be understood; export the file again.") from error


def _mammogram(dataset: Dataset, stored: Stored, warnings: tuple[str, ...]) -> Mammogram:
    pixels, grey_levels, grey_warnings = to_grey(dataset, stored)
    spacing = spacing_of(dataset)
    warnings += grey_warnings + spacing.warnings
    if looks_negative(pixels):
        warnings += ("The background is bright: Photometric Interpretation (0028,0004) may be wrong.",)
    side, view, factor = laterality_of(dataset), view_of(dataset), spacing.magnification
    return Mammogram(pixels, side, view, spacing.at_detector, grey_levels, warnings, factor)


def _parsed(data: bytes, max_pixels: int) -> Dataset:
    check_inflated_size(data, 2 * max_pixels + HEADER_ALLOWANCE)
    dataset = dcmread(io.BytesIO(data), force=True)
    if len(dataset) == 0:
        raise UnreadableImage("The DICOM file holds no attributes; it is damaged or cut off. Send it again.")
    _name_the_syntax(dataset)
    syntax = dataset.file_meta.TransferSyntaxUID
    if syntax.is_private or not syntax.is_transfer_syntax:
        raise not_supported(syntax)
    if not syntax.is_deflated:  # there zlib itself notices
        _check_complete(dataset, data)
    return dataset


def is_deflated(head: bytes) -> bool:
    return str(DeflatedExplicitVRLittleEndian).encode() in head[:4096]


def check_inflated_size(data: bytes, limit: int) -> None:
    """A few kilobytes may inflate to gigabytes; look before pydicom does. Raises ImageTooLarge."""
    if not is_deflated(data):
        return
    stream = io.BytesIO(data)
    stream.seek(132 if data[128:132] == b"DICM" else 0)
    read_dataset(stream, False, True, stop_when=_is_after_file_meta)
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    if len(inflater.decompress(stream.read(), limit + 1)) > limit:
        raise ImageTooLarge(f"The deflated data set is longer than {limit} bytes; send a smaller image.")


def _is_after_file_meta(tag: BaseTag, vr: str | None, length: int) -> bool:
    return tag.group != 2


def _name_the_syntax(dataset: FileDataset) -> None:
    """Files without a preamble often have no Transfer Syntax UID (0002,0010): the bytes have told pydicom."""
    if not hasattr(dataset, "file_meta"):
        dataset.file_meta = FileMetaDataset()
    if "TransferSyntaxUID" in dataset.file_meta:
        return
    is_implicit, is_little_endian = dataset.original_encoding
    explicit = ExplicitVRLittleEndian if is_little_endian else ExplicitVRBigEndian
    dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian if is_implicit else explicit


def _check_complete(dataset: Dataset, data: bytes) -> None:
    """pydicom stops silently where a file was cut; then the last element's length reaches beyond the end, or bytes of
    an element that was never finished are left over."""
    last = dataset.get_item(max(dataset.keys()))
    length, start = getattr(last, "length", UNDEFINED), getattr(last, "value_tell", None)
    if length == UNDEFINED or start is None:
        return
    left_over = data[start + length :].strip(b"\0")
    is_unfinished = "Rows" in dataset and "PixelRepresentation" not in dataset  # both of type 1 in PS3.3 C.7.6.3
    if start + length > len(data) or is_unfinished or (left_over and "PixelData" not in dataset):
        raise UnreadableImage("The DICOM file is cut off before its end; send it again.")
