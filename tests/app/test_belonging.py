"""Which images belong together, told without naming anybody."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.belonging import belonging_of, day, hashed
from tests.app.stubs import png
from tests.pipeline.studies import view

KEY, OTHER_KEY = b"k" * 32, b"o" * 32


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("20260131", "2026-01-31"),
        ("2026.01.31", "2026-01-31"),
        ("20260131120000", "2026-01-31"),
        ("20260231", None),
        ("2026", None),
        ("QUILLFEATHER", None),
        ("", None),
    ],
)
def test_a_day_is_a_day_or_nothing(written: str, found: str | None) -> None:
    assert day(written) == found


@given(st.dates())
def test_every_day_that_dicom_can_write_is_read(wanted: date) -> None:
    assert day(wanted.isoformat().replace("-", "")) == wanted.isoformat()


def test_the_header_tells_of_study_patient_and_day() -> None:
    found = belonging_of(view("L", "CC", StudyDate="20260131"), KEY)
    again = belonging_of(view("R", "MLO", StudyDate="20260131"), KEY)
    assert (found.acquired, found.study) == ("2026-01-31", again.study)
    assert found.patient == again.patient is not None
    assert found.study != found.patient


def test_the_day_of_the_acquisition_stands_in_for_that_of_the_study() -> None:
    assert belonging_of(view("L", "CC", AcquisitionDate="20260130"), KEY).acquired == "2026-01-30"


def test_without_the_key_nobody_can_try_out_names() -> None:
    data = view("L", "CC")
    assert belonging_of(data, KEY).patient != belonging_of(data, OTHER_KEY).patient


def test_an_issuer_makes_another_patient_of_the_same_number() -> None:
    here, there = (view("L", "CC", IssuerOfPatientID=issuer) for issuer in ("HERE", "THERE"))
    assert belonging_of(here, KEY).patient != belonging_of(there, KEY).patient


@given(st.lists(st.text(st.characters(exclude_characters="\0"), max_size=5), min_size=2, max_size=3))
def test_words_are_not_run_together(words: list[str]) -> None:
    assert hashed(KEY, *words) != hashed(KEY, "".join(words))


@pytest.mark.parametrize("data", [png(), b"", b"\x00" * 200, view("L", "CC")[:140]])
def test_what_tells_nothing_belongs_to_nobody(data: bytes) -> None:
    found = belonging_of(data, KEY)
    assert (found.study, found.patient, found.acquired) == (None, None, None)


def test_a_header_wins_over_the_upload_and_the_upload_over_nothing() -> None:
    with_header, without = belonging_of(view("L", "CC"), KEY), belonging_of(png(), KEY)
    assert with_header.sent_with("12345678", "folder", KEY).study == with_header.study
    assert without.sent_with("12345678", None, KEY).study == hashed(KEY, "upload", "12345678")
    assert without.sent_with("", None, KEY).study is None
