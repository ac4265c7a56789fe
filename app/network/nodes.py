"""Where results go and where studies come from: `AET@host:port` or a DICOMweb address."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

NODE = re.compile(r"(?P<aet>[^@]+)@(?P<host>\[[0-9A-Fa-f:.]+\]|[^@:\[\]]+):(?P<port>\d{1,5})")


class NodeError(ValueError):
    """An address or an AE title that does not read as one; the text says what was expected."""


@dataclass(frozen=True)
class Node:
    """A DICOM application: its AE title, and where it listens."""

    aet: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.aet}@{host}:{self.port}"


@dataclass(frozen=True)
class WebNode:
    """The root of a DICOMweb service, such as https://pacs.hospital/dicom-web; no slash at its end."""

    url: str

    def __str__(self) -> str:
        return self.url


def parse_node(text: str) -> Node | WebNode:
    """Raises NodeError."""
    if text.startswith(("http://", "https://")):
        return parse_web_node(text)
    found = NODE.fullmatch(text.strip())
    if found is None or not 0 < int(found["port"]) < 65536:
        raise NodeError(f"{text!r} is no address: give AET@host:port or a DICOMweb URL.")
    return Node(ae_title(found["aet"]), found["host"].strip("[]"), int(found["port"]))


def parse_web_node(text: str) -> WebNode:
    """Raises NodeError, for credentials in the address as well: it is shown in logs and process lists."""
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = None
    if not usable or parts.query or parts.fragment:
        raise NodeError("Expected the root of a DICOMweb service, such as http://127.0.0.1:8042/dicom-web.")
    if parts.username is not None:
        raise NodeError("No credentials in the address: put the header into MAMMOSCOPE_DICOMWEB_AUTHORIZATION.")
    return WebNode(text.rstrip("/"))


def ae_title(text: str) -> str:
    """An AE title without its padding. PS3.5 6.2: 1 to 16 characters, no backslash. Raises NodeError."""
    title = text.strip(" ")
    if not 1 <= len(title) <= 16 or not title.isascii() or not title.isprintable() or "\\" in title:
        raise NodeError(f"{text!r} is no AE title: 1 to 16 letters, digits or signs.")
    return title
