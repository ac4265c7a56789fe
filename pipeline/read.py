"""Bytes of one file -> Mammogram; refuses what we may not judge. The kind is told by content, never by name."""

from __future__ import annotations

from typing import Literal

from pipeline.errors import UnreadableImage
from pipeline.mammogram import Mammogram
from pipeline.read_checks import looks_negative
from pipeline.read_dicom import read_dicom, read_dicom_stored
from pipeline.read_raster import read_raster, read_raster_stored
from pipeline.read_spacing import with_spacing
from pipeline.stored import StoredImage

__all__ = ["looks_negative", "read", "read_stored"]

MAX_PIXELS = 64_000_000

MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"II+\x00", "TIFF"),
    (b"MM\x00+", "TIFF"),
    (b"P2", "PGM"),
    (b"P3", "PGM"),
    (b"P5", "PGM"),
    (b"P6", "PGM"),
)


def read(data: bytes, max_pixels: int = MAX_PIXELS, spacing_mm: tuple[float, float] | None = None) -> Mammogram:
    """The mammogram in `data`: pixels (rows, columns) in 0..1, denser brighter, and what the header tells.

    `spacing_mm`, (row, column), is used where the file tells none.
    Raises UnreadableImage, UnsupportedImage or ImageTooLarge, and nothing else.
    """
    kind = _known_kind(data)
    mammogram = read_dicom(data, max_pixels) if kind == "DICOM" else read_raster(data, kind, max_pixels)
    return with_spacing(mammogram, spacing_mm)


def read_stored(
    data: bytes, max_pixels: int = MAX_PIXELS, spacing_mm: tuple[float, float] | None = None
) -> tuple[Mammogram, StoredImage]:
    """What read() gives, and the same pixels as the file stored them; decoded once for both."""
    kind = _known_kind(data)
    if kind == "DICOM":
        mammogram, stored = read_dicom_stored(data, max_pixels)
    else:
        mammogram, stored = read_raster_stored(data, kind, max_pixels)
    return with_spacing(mammogram, spacing_mm), stored


def _known_kind(data: bytes) -> str:
    kind = kind_of(data)
    if data[:4] == b"PK\x03\x04":
        raise UnreadableImage("A ZIP where one image was expected; open it as a study.")
    if kind is None:
        raise UnreadableImage("Not an image we know; send DICOM, PNG, JPEG, TIFF, WebP or PGM.")
    return kind


def kind_of(data: bytes) -> str | None:
    """Which of our formats the first bytes announce; None for anything else."""
    if data[128:132] == b"DICM" or _begins_like_a_data_set(data):
        return "DICOM"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WebP"
    return next((kind for magic, kind in MAGIC if data.startswith(magic)), None)


def _begins_like_a_data_set(data: bytes) -> bool:
    """DICOM without preamble: group 0002 or 0008 in either byte order, then a VR or a length the file can hold."""
    if data[:2] not in (b"\x02\x00", b"\x08\x00", b"\x00\x02", b"\x00\x08"):
        return False
    byte_order: Literal["little", "big"] = "little" if data[0] else "big"
    return data[4:6].isupper() or 0 < int.from_bytes(data[4:8], byte_order) < len(data)
