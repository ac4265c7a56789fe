"""Pixel Data (7FE0,0010) in any transfer syntax our decoders know -> stored values."""

from __future__ import annotations

import io
import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset, uid
from pydicom.encaps import generate_frames
from pydicom.pixels.utils import pixel_array
from pydicom.uid import UID

from pipeline import dicom_gdcm
from pipeline.dicom_values import integer
from pipeline.errors import PipelineError, UnreadableImage

Stored = NDArray[np.uint8] | NDArray[np.int8] | NDArray[np.uint16] | NDArray[np.int16]  # (rows, columns)

# pydicom's plug-in for each syntax. GDCM, which may end the process, on its own. It has JPEG-LS too: the other decoder
# of that, pyjpegls, refuses filling bytes before the end marker and took 14 s over a damaged frame of 256 x 200 pixels.
DECODERS = {
    uid.RLELossless: "pylibjpeg",
    uid.JPEGBaseline8Bit: "pillow",
    uid.JPEGExtended12Bit: "pillow",
    uid.JPEGLossless: "gdcm",
    uid.JPEGLosslessSV1: "gdcm",
    uid.JPEGLSLossless: "gdcm",
    uid.JPEGLSNearLossless: "gdcm",
    uid.JPEG2000Lossless: "pylibjpeg",
    uid.JPEG2000: "pylibjpeg",
    uid.HTJ2KLossless: "pylibjpeg",
    uid.HTJ2KLosslessRPCL: "pylibjpeg",
    uid.HTJ2K: "pylibjpeg",
}
SOF = frozenset({*range(0xC0, 0xD0), 0xF7}) - {0xC4, 0xC8, 0xCC}  # markers that carry the size: JPEG and JPEG-LS
J2K_START = b"\xff\x4f\xff\x51"  # SOC and SIZ, ISO/IEC 15444-1 A.4.1, A.5.1


def stored_values(dataset: Dataset) -> Stored:
    """The pixels as stored; raises UnreadableImage, naming the transfer syntax, when they cannot be had."""
    syntax = dataset.file_meta.TransferSyntaxUID
    try:
        pixels: Stored = _decoded(dataset, syntax)
    except (PipelineError, MemoryError):
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


def not_supported(syntax: UID) -> UnreadableImage:
    return UnreadableImage(f"Transfer syntax {_name(syntax)} is not supported; export as JPEG 2000 Lossless.")


def _is_a_decoders(error: BaseException) -> bool:
    """Each decoder has exceptions of its own; a panic of the one written in Rust (RLE) is not even an Exception."""
    return isinstance(error, Exception) or type(error).__name__ == "PanicException"


def _name(syntax: UID) -> str:
    """Of what the standard does not know, digits and dots: a damaged element may hold anything."""
    if syntax.name == str(syntax):
        return "".join(sign for sign in syntax if sign in "0123456789.")[:64]
    return f"{syntax.name} ({syntax})"


def _decoded(dataset: Dataset, syntax: UID) -> Any:
    if _is_stored_high(dataset) and (not syntax.is_compressed or syntax.is_deflated or syntax == uid.RLELossless):
        return _brought_down(pixel_array(dataset, raw=True, correct_unused_bits=False), dataset)
    if not syntax.is_compressed or syntax.is_deflated:
        return pixel_array(dataset, raw=True)
    if syntax not in DECODERS:
        raise not_supported(syntax)
    frame = next(generate_frames(io.BytesIO(dataset.PixelData), number_of_frames=1))
    _check_codestream(frame, integer(dataset, "Rows"), integer(dataset, "Columns"))
    is_12_bit_jpeg = syntax == uid.JPEGExtended12Bit and integer(dataset, "BitsStored") > 8  # process 4
    if is_12_bit_jpeg or DECODERS[syntax] == "gdcm":
        return _by_gdcm(frame, dataset, syntax)
    return pixel_array(dataset, raw=True, decoding_plugin=DECODERS[syntax])


def _is_stored_high(dataset: Dataset) -> bool:
    """High Bit (0028,0102) above one less than Bits Stored (0028,0101), where PS3.5 8.1.1 wants it."""
    stored, allocated = integer(dataset, "BitsStored"), integer(dataset, "BitsAllocated")
    return stored - 1 < integer(dataset, "HighBit") < allocated


def _brought_down(pixels: NDArray[Any], dataset: Dataset) -> NDArray[Any]:
    """Without the bits above and below the stored ones; signed values keep their sign."""
    stored, allocated = integer(dataset, "BitsStored"), integer(dataset, "BitsAllocated")
    above = pixels << (allocated - 1 - integer(dataset, "HighBit"))
    return np.asarray(above >> (allocated - stored))


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


def _by_gdcm(frame: bytes, dataset: Dataset, syntax: UID) -> NDArray[Any]:
    names = ("Rows", "Columns", "BitsAllocated", "BitsStored", "PixelRepresentation")
    rows, columns, allocated, stored, signed = (integer(dataset, name) for name in names)
    values = dicom_gdcm.decode(frame, str(syntax), rows, columns, allocated, stored, signed)
    return np.frombuffer(values, f"<{'i' if signed else 'u'}{allocated // 8}").reshape(rows, columns)
