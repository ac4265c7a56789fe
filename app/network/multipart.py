"""multipart/related bodies of DICOMweb (PS3.18 8.6, RFC 2387), both ways."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from email.message import Message

DICOM = "application/dicom"
BREAK = b"\r\n"
LONGEST_BOUNDARY = 200  # RFC 2046 5.1.1 says 70, Orthanc sends 73


class MultipartError(ValueError):
    """The body is not what its Content-Type says."""


def encode(parts: Sequence[bytes], media: str = DICOM) -> tuple[bytes, str]:
    """The body and its Content-Type. The boundary is random and long enough to occur nowhere else."""
    boundary = uuid.uuid4().hex
    pieces: list[bytes] = []
    for part in parts:
        head = f"--{boundary}\r\nContent-Type: {media}\r\nContent-Length: {len(part)}\r\n\r\n"
        pieces += [head.encode(), part, BREAK]
    pieces.append(f"--{boundary}--\r\n".encode())
    return b"".join(pieces), f'multipart/related; type="{media}"; boundary={boundary}'


def decode(body: bytes, content_type: str) -> Iterator[tuple[str, bytes]]:
    """(media type, content) of each part. Raises MultipartError."""
    delimiter = b"--" + boundary_of(content_type)
    start = 0 if body.startswith(delimiter) else body.find(BREAK + delimiter) + len(BREAK)
    if start < len(BREAK) and not body.startswith(delimiter):
        raise MultipartError("The boundary of the Content-Type does not occur in the body.")
    position = start + len(delimiter)
    while body[position : position + 2] != b"--":
        end = body.find(BREAK + delimiter, position)
        if end < 0:
            raise MultipartError("The last boundary is missing; the body is cut off.")
        yield _part(body, position, end)
        position = end + len(BREAK) + len(delimiter)


def _part(body: bytes, start: int, end: int) -> tuple[str, bytes]:
    """Header lines begin after the rest of the delimiter's line; an empty line ends them."""
    blank = body.find(BREAK + BREAK, start, end)
    if blank < 0:
        raise MultipartError("A part has no header.")
    media = DICOM  # RFC 2387: what the whole body announced, where a part does not say
    for line in body[start:blank].split(BREAK):
        name, _, value = line.decode("latin-1").partition(":")
        if name.strip().lower() == "content-type":
            media = media_type(value)
    return media, body[blank + 2 * len(BREAK) : end]


def boundary_of(content_type: str) -> bytes:
    """Raises MultipartError unless it is multipart/related with a boundary."""
    message = Message()
    message["Content-Type"] = content_type.replace("\r", " ").replace("\n", " ")
    boundary = message.get_boundary("")
    if (
        message.get_content_type() != "multipart/related"
        or not 1 <= len(boundary) <= LONGEST_BOUNDARY
        or not boundary.isascii()
    ):
        raise MultipartError("Expected multipart/related with a boundary.")
    return boundary.encode()


def media_type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()
