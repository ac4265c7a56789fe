"""Reading leaves the process as it was, and tells nothing of what it read."""

from __future__ import annotations

import logging
import warnings
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
from pydicom import dcmread

from pipeline.read import read
from pipeline.read_quietly import quietly
from tests.pipeline.files import dicom, levels


def odd_file() -> bytes:
    """A character set that is none: pydicom warns of it and logs it, value and all."""
    return dicom(levels(12), SpecificCharacterSet="ISO_IR 100").replace(b"ISO_IR 100", b"Jane Doe 1")


def test_pydicom_alone_would_tell_the_value(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "pydicom"), pytest.warns(UserWarning, match="Jane Doe"):
        assert dcmread(BytesIO(odd_file())).Modality == "MG"
    assert "Jane Doe" in caplog.text


def test_neither_warnings_nor_log_lines_come_out(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        read(odd_file())
    assert (caught, caplog.records) == ([], [])


def test_the_filters_come_back_when_the_last_of_several_readers_leaves() -> None:
    before, log_before = list(warnings.filters), list(logging.getLogger("pydicom").filters)
    first, second = quietly(), quietly()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert warnings.filters != before
    second.__exit__(None, None, None)
    assert (warnings.filters, logging.getLogger("pydicom").filters) == (before, log_before)


def test_many_threads_may_read_at_once() -> None:
    before, data = list(warnings.filters), odd_file()
    with ThreadPoolExecutor(8) as pool:
        heights = list(pool.map(lambda _: read(data).height, range(40)))
    assert heights == [160] * 40
    assert warnings.filters == before
