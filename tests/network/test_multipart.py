from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.network.multipart import DICOM, MultipartError, decode, encode


@given(parts=st.lists(st.binary(max_size=200), max_size=4))
def test_what_is_encoded_is_decoded(parts: list[bytes]) -> None:
    body, content_type = encode(parts)
    assert list(decode(body, content_type)) == [(DICOM, part) for part in parts]


@pytest.mark.parametrize(
    ("body", "parts"),
    [
        (b"--b\r\n\r\nx\r\n--b--", [(DICOM, b"x")]),
        (b"preamble\r\n--b\r\nContent-Type: image/PNG; a=b\r\n\r\nx\r\n--b--epilogue", [("image/png", b"x")]),
        (b"--b  \r\nX: y\r\n\r\n\r\n\r\n--b--", [(DICOM, b"\r\n")]),
        (b"--b--", []),
    ],
)
def test_other_peoples_ways_of_writing_are_understood(body: bytes, parts: list[tuple[str, bytes]]) -> None:
    assert list(decode(body, 'Multipart/Related; type="application/dicom"; boundary="b"')) == parts


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"--b\r\n\r\nx", "multipart/related; boundary=b"),
        (b"no boundary at all", "multipart/related; boundary=b"),
        (b"--b\r\nheader only\r\n--b--", "multipart/related; boundary=b"),
        (b"--b--", "multipart/form-data; boundary=b"),
        (b"--b--", "multipart/related"),
        (b"--b--", f"multipart/related; boundary={'b' * 201}"),
    ],
)
def test_what_is_cut_off_or_something_else_is_an_error(body: bytes, content_type: str) -> None:
    with pytest.raises(MultipartError):
        list(decode(body, content_type))


@given(body=st.binary(max_size=100))
def test_noise_gives_parts_or_the_error_and_nothing_else(body: bytes) -> None:
    with contextlib.suppress(MultipartError):
        list(decode(b"--b" + body, "multipart/related; boundary=b"))
