"""The files of a ZIP, within bounds. Nothing is unpacked to disk, so a name in it can never become a path of ours."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from pipeline.errors import ArchiveTooLarge, UnreadableArchive

MAGIC = (b"PK\x03\x04", b"PK\x05\x06")  # the second: an empty archive
IGNORED = ("__MACOSX", "Thumbs.db", "desktop.ini", "DICOMDIR")  # what systems add, and the list of what is found anyway
NOT_COMPARED = 1_000_000  # bytes; a small entry may be as empty as it likes
LONGEST_NAME = 200  # characters
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


@dataclass(frozen=True)
class Limits:
    entries: int = 2000
    entry_bytes: int = 1 << 30
    total_bytes: int = 8 << 30
    ratio: int = 300  # unpacked to packed; mammograms reach 50, deflate 1032 with nothing but zeros


@dataclass(frozen=True)
class Member:
    """One file of the archive, shown by `name`, which holds no control characters."""

    name: str
    archive: zipfile.ZipFile
    info: zipfile.ZipInfo
    limits: Limits

    def load(self) -> bytes:
        """Raises UnreadableArchive or ArchiveTooLarge."""
        with self.open() as stream:
            data = stream.read()
        if starts_a_zip(data):
            raise UnreadableArchive("A ZIP inside a ZIP is not opened; send it by itself.")
        return data

    def open(self) -> BinaryIO:
        """The unpacked bytes, never more than the archive's list says and the limits allow."""
        _check(self.info, self.limits)
        try:
            with self.archive.open(self.info) as stream:
                return io.BytesIO(stream.read(self.limits.entry_bytes))
        except Exception as error:  # a damaged list may send zipfile anywhere
            raise UnreadableArchive("This entry of the ZIP is damaged; pack it again.") from error


def starts_a_zip(head: bytes) -> bool:
    return head.startswith(MAGIC)


def members(stream: BinaryIO, limits: Limits) -> tuple[Member, ...]:
    """Every plain file; what must not be opened raises when it is loaded. Raises UnreadableArchive, ArchiveTooLarge."""
    try:
        archive = zipfile.ZipFile(stream)
    except Exception as error:  # the list at the end may be damaged in any way
        raise UnreadableArchive("The ZIP is damaged or cut off; pack it again.") from error
    files = list(_files(archive))
    if len(archive.infolist()) > limits.entries:
        raise ArchiveTooLarge(f"The ZIP has {len(archive.infolist())} entries; at most {limits.entries} are taken.")
    if sum(info.file_size for info in files) > limits.total_bytes:
        raise ArchiveTooLarge(f"The ZIP unpacks to more than {limits.total_bytes} bytes; send it in parts.")
    if not files:
        raise UnreadableArchive("The ZIP is empty; send one with mammograms in it.")
    return tuple(Member(shown(info.filename), archive, info, limits) for info in files)


def _files(archive: zipfile.ZipFile) -> Iterator[zipfile.ZipInfo]:
    """Without folders, hidden files and what systems add."""
    for info in archive.infolist():
        parts = [part for part in info.filename.replace("\\", "/").split("/") if part]
        hidden = any(part.startswith(".") and part != ".." for part in parts)
        if not info.is_dir() and parts and not hidden and not any(part in IGNORED for part in parts):
            yield info


def _check(info: zipfile.ZipInfo, limits: Limits) -> None:
    if info.flag_bits & 0x1:
        raise UnreadableArchive("This entry of the ZIP is encrypted; pack it without a password.")
    if info.compress_type not in METHODS:
        raise UnreadableArchive("This entry is packed by an unusual method; pack it again with deflate.")
    if points_outside(info.filename) or stat.S_ISLNK(info.external_attr >> 16):
        raise UnreadableArchive("This entry is a link or points outside the ZIP; pack the file itself.")
    if info.file_size > limits.entry_bytes:
        raise ArchiveTooLarge(f"This entry has {info.file_size} bytes; at most {limits.entry_bytes} are unpacked.")
    if info.file_size > max(NOT_COMPARED, limits.ratio * info.compress_size):
        raise ArchiveTooLarge(f"This entry grows more than {limits.ratio} times when unpacked; pack it again.")


def points_outside(name: str) -> bool:
    """Absolute, with a drive letter, or with a step up."""
    plain = name.replace("\\", "/")
    return plain.startswith("/") or plain[1:2] == ":" or ".." in plain.split("/")


def shown(name: str) -> str:
    return "".join(letter for letter in name if letter.isprintable())[:LONGEST_NAME] or "unnamed"
