"""Pixel Data (7FE0,0010) in any transfer syntax our decoders know -> stored values."""

from __future__ import annotations

import io
import struct
from typing import Any

import gdcm
import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.encaps import generate_frames
from pydicom.pixels.utils import pixel_array
from pydicom.uid import UID, JPEGExtended12Bit

from pipeline.dicom_values import integer
from pipeline.errors import PipelineError, UnreadableImage

Stored = NDArray[np.uint8] | NDArray[np.int8] | NDArray[np.uint16] | NDArray[np.int16]  # (rows, columns)

SOF = frozenset({*range(0xC0, 0xD0), 0xF7}) - {0xC4, 0xC8, 0xCC}  # markers that carry the size: JPEG and JPEG-LS
J2K_START = b"\xff\x4f\xff\x51"  # SOC and SIZ, ISO/IEC 15444-1 A.4.1, A.5.1


def stored_values(dataset: Dataset) -> Stored:
    """The pixels as stored; raises UnreadableImage, naming the transfer syntax, when they cannot be had."""
    syntax = dataset.file_meta.TransferSyntaxUID
    try:
        pixels: Stored = _decoded(dataset, syntax)
    except PipelineError:
        raise
    except BaseException as error:
        if not _is_a_decoders(error):
            raise
        raise UnreadableImage(
            f"Pixel Data in {_name(syntax)} could not be decoded: damaged, cut off or not supported. "
            "Send it again, best as Explicit VR Little Endian or JPEG 2000 Lossless."
        ) from error
    expected = (integer(dataset, "Rows"), integer(dataset, "Columns"))
    if pixels.shape != expected or pixels.dtype.itemsize > 2:
        raise UnreadableImage(f"Pixel Data in {_name(syntax)} gave {pixels.shape}, the header says {expected}.")
    return pixels


def _is_a_decoders(error: BaseException) -> bool:
    """Each decoder has exceptions of its own; a panic of the one written in Rust (RLE) is not even an Exception."""
    return isinstance(error, Exception) or type(error).__name__ == "PanicException"


def _name(syntax: UID) -> str:
    return syntax.name if syntax.name == str(syntax) else f"{syntax.name} ({syntax})"


def _decoded(dataset: Dataset, syntax: UID) -> Any:
    if not syntax.is_compressed or syntax.is_deflated:
        return pixel_array(dataset, raw=True)
    frame = next(generate_frames(io.BytesIO(dataset.PixelData), number_of_frames=1))
    _check_codestream(frame, integer(dataset, "Rows"), integer(dataset, "Columns"))
    if syntax == JPEGExtended12Bit and integer(dataset, "BitsStored") > 8:
        return _jpeg_12_bit(frame, dataset, syntax)
    return pixel_array(dataset, raw=True)


def _check_codestream(frame: bytes, rows: int, columns: int) -> None:
    """The compressed stream has a size of its own; a lying one would make the decoder fill the memory."""
    found = codestream_size(frame)
    if found is not None and found != (rows, columns):
        said = f"the header says {columns} x {rows}; export the file again"
        raise UnreadableImage(f"The compressed image is {found[1]} x {found[0]} pixels, {said}.")


def codestream_size(frame: bytes) -> tuple[int, int] | None:
    """(rows, columns) told by a JPEG, JPEG-LS or JPEG 2000 stream; None for anything else or a size given later."""
    start = frame.find(J2K_START, 0, 4096)
    if start >= 0 and len(frame) >= start + 24:
        right, bottom, left, top = struct.unpack(">4I", frame[start + 8 : start + 24])
        return bottom - top, right - left
    position = 2
    while frame[:2] == b"\xff\xd8" and position + 9 <= len(frame) and frame[position] == 0xFF:
        if frame[position + 1] in SOF:
            rows, columns = struct.unpack(">2H", frame[position + 5 : position + 9])
            return (rows, columns) if rows else None
        position += 2 + int.from_bytes(frame[position + 2 : position + 4], "big")
    return None


def _jpeg_12_bit(frame: bytes, dataset: Dataset, syntax: UID) -> NDArray[np.uint16]:
    """GDCM decodes 12-bit JPEG Extended (process 4) rightly, but pydicom's plug-in does not let it."""
    rows, columns, stored = (integer(dataset, name) for name in ("Rows", "Columns", "BitsStored"))
    fragment = gdcm.Fragment()
    fragment.SetByteStringValue(frame)
    fragments = gdcm.SequenceOfFragments.New()
    fragments.AddFragment(fragment)
    element = gdcm.DataElement(gdcm.Tag(0x7FE0, 0x0010))
    element.SetValue(fragments.__ref__())
    image = gdcm.Image()
    image.SetNumberOfDimensions(2)
    image.SetDimensions((columns, rows, 1))
    image.SetDataElement(element)
    grey = gdcm.PhotometricInterpretation.GetPIType("MONOCHROME2")
    image.SetPhotometricInterpretation(gdcm.PhotometricInterpretation(grey))
    image.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.GetTSType(str(syntax))))
    image.SetPixelFormat(gdcm.PixelFormat(1, 16, stored, stored - 1, 0))
    decoded = image.GetBuffer().encode("utf-8", "surrogateescape")  # GDCM hands bytes over as text
    return np.frombuffer(decoded, "<u2").reshape(rows, columns).astype(np.uint16)
