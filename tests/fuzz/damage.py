"""Ways to damage a file; the same random numbers always damage it in the same way."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
from pydicom import dcmread
from pydicom.uid import UID

from pipeline.read_quietly import quietly

Random = np.random.Generator

EXTREMES = (0, 1, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)
HEADER = 3000  # bytes at the front that hold most of what is parsed
NUMBERS = (
    "Rows",
    "Columns",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
    "SamplesPerPixel",
    "NumberOfFrames",
    "PixelPaddingValue",
    "PixelPaddingRangeLimit",
)
STRINGS = (
    "PhotometricInterpretation",
    "Modality",
    "ImageLaterality",
    "ViewPosition",
    "WindowCenter",
    "WindowWidth",
    "VOILUTFunction",
    "RescaleSlope",
    "RescaleIntercept",
    "ImagerPixelSpacing",
    "PixelSpacing",
    "EstimatedRadiographicMagnificationFactor",
    "PresentationLUTShape",
    "BodyPartExamined",
    "ImageType",
    "SpecificCharacterSet",
)
VALUES = ("", "0", "-1", "1e308", "1e-308", "nan", "99999999999", "MONOCHROME1", "\\\\", "SIGMOID", "x" * 64, "é")


def damaged(data: bytes, other: bytes, random: Random) -> bytes:
    """One to three damages, one after another; `other` is a second file to take pieces from."""
    for _ in range(int(random.integers(1, 4))):
        kind = KINDS[int(random.integers(len(KINDS)))]
        data = kind(data, other, random) or data
    return data


def _place(data: bytes, random: Random) -> int:
    """Half of the time near the front."""
    end = min(len(data), HEADER) if random.random() < 0.5 else len(data)
    return int(random.integers(0, max(1, end)))


def _piece(data: bytes, random: Random) -> tuple[int, int]:
    start = _place(data, random)
    return start, min(len(data), start + int(2 ** random.uniform(0, 12)))


def change_bytes(data: bytes, other: bytes, random: Random) -> bytes:
    changed = bytearray(data)
    for _ in range(int(random.integers(1, 9))):
        changed[_place(data, random)] = int(random.integers(256))
    return bytes(changed)


def flip_a_bit(data: bytes, other: bytes, random: Random) -> bytes:
    changed, at = bytearray(data), _place(data, random)
    changed[at] ^= 1 << int(random.integers(8))
    return bytes(changed)


def set_an_extreme(data: bytes, other: bytes, random: Random) -> bytes:
    """Two or four bytes, either byte order: lengths, counts and sizes lie like this."""
    width = int(random.choice([2, 4]))
    value: int = EXTREMES[int(random.integers(len(EXTREMES)))] & (256**width - 1)
    at, bytes_ = _place(data, random), value.to_bytes(width, "little")
    return data[:at] + (bytes_ if random.random() < 0.5 else bytes_[::-1]) + data[at + width :]


def cut_off(data: bytes, other: bytes, random: Random) -> bytes:
    return data[: _place(data, random)]


def take_out(data: bytes, other: bytes, random: Random) -> bytes:
    start, end = _piece(data, random)
    return data[:start] + data[end:]


def repeat(data: bytes, other: bytes, random: Random) -> bytes:
    start, end = _piece(data, random)
    return data[:end] + data[start:end] * int(random.integers(1, 20)) + data[end:]


def insert(data: bytes, other: bytes, random: Random) -> bytes:
    at = _place(data, random)
    between = random.bytes(int(2 ** random.uniform(0, 8)))
    return data[:at] + between + data[at:]


def take_from_another(data: bytes, other: bytes, random: Random) -> bytes:
    start, end = _piece(other, random)
    at = start if random.random() < 0.5 else _place(data, random)
    return data[:at] + other[start:end] + data[at + end - start :]


def join(data: bytes, other: bytes, random: Random) -> bytes:
    return data[: _place(data, random)] + other[_place(other, random) :]


def lie_in_the_header(data: bytes, other: bytes, random: Random) -> bytes | None:
    """A well-formed file whose header says something else; None where it is no DICOM any more."""
    try:
        with quietly():
            dataset = dcmread(io.BytesIO(data), force=True)
            if random.random() < 0.5:
                value = int(random.choice([0, 1, 2, 7, 8, 16, 32, 255, 4096, 65535]))
                setattr(dataset, str(random.choice(NUMBERS)), value)
            else:
                setattr(dataset, str(random.choice(STRINGS)), VALUES[int(random.integers(len(VALUES)))])
            if random.random() < 0.2 and "PixelData" in dataset:
                dataset.file_meta.TransferSyntaxUID = _syntax_of(other) or dataset.file_meta.TransferSyntaxUID
            stream = io.BytesIO()
            dataset.save_as(stream)
            return stream.getvalue()
    except Exception:  # pydicom refuses to write some lies
        return None


def _syntax_of(data: bytes) -> UID | None:
    meta = dcmread(io.BytesIO(data), stop_before_pixels=True, force=True).file_meta
    found: UID | None = meta.get("TransferSyntaxUID")
    return found


KINDS: tuple[Callable[[bytes, bytes, Random], bytes | None], ...] = (
    change_bytes,
    flip_a_bit,
    set_an_extreme,
    set_an_extreme,
    cut_off,
    take_out,
    repeat,
    insert,
    take_from_another,
    join,
    lie_in_the_header,
    lie_in_the_header,
    lie_in_the_header,
)
