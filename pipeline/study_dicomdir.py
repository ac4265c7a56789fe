"""DICOMDIR -> the image files it lists. DICOM PS3.3 F, PS3.10 8."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from pydicom import Dataset, dcmread
from pydicom.uid import MediaStorageDirectoryStorage

from pipeline.dicom_values import integer, items, text, values_of
from pipeline.errors import ArchiveTooLarge, UnreadableArchive
from pipeline.read_quietly import quietly

LARGEST = 64_000_000  # bytes; a medium of 10,000 images has a directory of about five
MOST_RECORDS = 20_000
MOST_PARTS, LONGEST_PART = 32, 128  # of a path; the standard has 8 of 8 characters


def is_directory(head: bytes, name: str) -> bool:
    """By the SOP class in the file meta information, or by the name that the standard gives it."""
    return str(MediaStorageDirectoryStorage).encode() in head or (name.upper() == "DICOMDIR" and bool(head))


def files_of_directory(path: Path) -> tuple[tuple[str, Path], ...]:
    """(name, path) of every image that is in use, the name as the directory gives it with "/".

    A listed file that is not there is kept: opening it says so. Raises UnreadableArchive for a damaged directory and
    one that points out of its folder, ArchiveTooLarge for more than MOST_RECORDS.
    """
    records = _records(path)
    if len(records) > MOST_RECORDS:
        raise ArchiveTooLarge(f"The DICOMDIR has {len(records)} records; at most {MOST_RECORDS} are taken.")
    found = dict(_named(record, path.parent) for record in records if _is_image(record))
    if not found:
        raise UnreadableArchive("The DICOMDIR lists no images.")
    return tuple(found.items())


def _records(path: Path) -> tuple[Dataset, ...]:
    if path.stat().st_size > LARGEST:
        raise ArchiveTooLarge(f"The DICOMDIR has more than {LARGEST} bytes.")
    try:
        with quietly():
            return items(dcmread(io.BytesIO(path.read_bytes()), force=True), "DirectoryRecordSequence")
    except Exception as error:  # a damaged file may make pydicom raise anything
        raise UnreadableArchive("The DICOMDIR is damaged; open the folder of its images instead.") from error


def _is_image(record: Dataset) -> bool:
    in_use = integer(record, "RecordInUseFlag", default=0xFFFF) != 0
    return in_use and text(record, "DirectoryRecordType") == "IMAGE" and "ReferencedFileID" in record


def _named(record: Dataset, folder: Path) -> tuple[str, Path]:
    parts = [str(part) for part in values_of(record, "ReferencedFileID")]
    if len(parts) > MOST_PARTS or not all(_is_plain(part) for part in parts):
        raise UnreadableArchive("The DICOMDIR points outside its own folder.")
    path = folder
    for part in parts:
        path = _below(path, part)
    if not path.resolve().is_relative_to(folder.resolve()):
        raise UnreadableArchive("The DICOMDIR points outside its own folder.")
    return "/".join(parts), path


def _is_plain(part: str) -> bool:
    odd = set("/\\:") & set(part)
    return part not in ("", ".", "..") and not odd and part.isprintable() and len(part) <= LONGEST_PART


def _below(folder: Path, part: str) -> Path:
    """Names are in capitals by the standard; some systems show those of a CD in small letters."""
    if (folder / part).exists():
        return folder / part
    return next(_spelled_otherwise(folder, part), folder / part)


def _spelled_otherwise(folder: Path, part: str) -> Iterator[Path]:
    if folder.is_dir():
        yield from (path for path in sorted(folder.iterdir()) if path.name.upper() == part.upper())
