"""Getting a mammogram in: by button, by dragging, and what happens with a file that is none."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.app.stubs import StubAnalyst
from tests.browser.reader import Reader

DISCLAIMER = "Research and demonstration software, not a medical device"


def test_a_phantom_comes_back_with_marks_numbers_and_what_they_stand_for(reader: Reader, phantom_dicom: Path) -> None:
    reader.upload(phantom_dicom)
    reader.wait_for_result()
    words = reader.page.locator("body").inner_text().replace("\u00a0", " ")
    assert reader.count == "2 marks shown, 1 below the threshold"
    assert re.search(r"1 · Mass\s+Size [\d.]+ mm\s+Confidence 90 %\s+Malignancy 71 %", words)
    assert "Right" in words
    assert "34 %" in words  # cancer
    assert re.search(r"Masking\s+Medium\s+[^\n]+\s+low\s+20 %\s+medium\s+70 %\s+high\s+10 %", words, re.IGNORECASE)
    for said in (
        DISCLAIMER,
        "BI-RADS ≥ 4 stands in for malignancy",
        "dense tissue could hide a mass",
        "stand-in for masking",
    ):
        assert said in words


def test_the_stage_is_told_while_the_analysis_runs(reader: Reader, phantom_dicom: Path, analyst: StubAnalyst) -> None:
    analyst.gate.clear()
    reader.upload(phantom_dicom)
    expect(reader.page.locator('[aria-current="step"]')).to_have_text("Looking for regions")
    analyst.gate.set()
    reader.wait_for_result()


def test_without_the_event_stream_the_page_asks_from_time_to_time(reader: Reader, phantom_dicom: Path) -> None:
    reader.page.route("**/events", lambda route: route.fulfill(status=404))
    reader.upload(phantom_dicom)
    reader.wait_for_result()


def test_a_file_dropped_on_the_page_is_analysed(reader: Reader, phantom_dicom: Path) -> None:
    reader.drop("dropped.dcm", phantom_dicom.read_bytes())
    reader.wait_for_result()
    expect(reader.page.locator(".analyses")).to_contain_text("dropped.dcm")


def test_a_file_that_is_no_image_is_refused_in_words_and_the_next_one_still_taken(
    reader: Reader, phantom_dicom: Path, tmp_path: Path
) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear colleague")
    reader.upload(letter, phantom_dicom)
    reader.wait_for_result()
    notice = reader.page.locator(".notice")
    expect(notice).to_contain_text("letter.txt: The file could not be read as an image")
    expect(notice).to_contain_text("Send the original file again")
    expect(notice).to_contain_text("unreadable_image")
    expect(reader.page.locator(".analyses li")).to_have_count(1)
    notice.get_by_role("button", name="Dismiss").click()
    expect(notice).to_have_count(0)


def test_an_analysis_that_fails_says_why_in_place_of_the_picture(
    reader: Reader, phantom_dicom: Path, analyst: StubAnalyst
) -> None:
    analyst.error = RuntimeError("boom")
    reader.upload(phantom_dicom)
    expect(reader.page.locator(".failure")).to_contain_text("internal_error")
    expect(reader.page.locator(".failure")).to_contain_text("Try once more")
    expect(reader.page.locator(".failure")).not_to_contain_text("boom")


def test_a_server_that_went_away_is_told_with_what_to_do(reader: Reader, phantom_dicom: Path) -> None:
    reader.page.route("**/api/**", lambda route: route.abort())
    reader.upload(phantom_dicom)
    expect(reader.page.locator(".notice")).to_contain_text("make run")
    reader.complaints.clear()  # Chromium's own "Failed to load resource"
