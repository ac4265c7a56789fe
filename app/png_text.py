"""Words inside a PNG: tEXt chunks (PNG 1.2, 4.2.3.1), which every program may skip and none loses on a copy."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from zlib import crc32

HEADER_BYTES = 8 + 25  # signature and IHDR


def with_words(png: bytes, words: Mapping[str, str]) -> bytes:
    """`words` by keyword (1 to 79 Latin-1 letters), before the pixels."""
    chunks = b"".join(_chunk(f"{keyword}\0{text}".encode("latin-1", "replace")) for keyword, text in words.items())
    return png[:HEADER_BYTES] + chunks + png[HEADER_BYTES:]


def _chunk(content: bytes) -> bytes:
    typed = b"tEXt" + content
    return struct.pack(">I", len(content)) + typed + struct.pack(">I", crc32(typed))
