"""`mammoscope serve` with the shipped weights, seen through the page."""

from __future__ import annotations

from pathlib import Path

from tests.browser.reader import Reader


def test_a_phantom_gets_marks_from_the_shipped_models_and_the_slider_takes_them_away(
    program_reader: Reader, phantom_dicom: Path
) -> None:
    program_reader.upload(phantom_dicom)
    program_reader.wait_for_end()
    program_reader.set_confidence(0.05)
    program_reader.wait_for_marks(True)
    assert program_reader.findings.count() > 0
    with program_reader.without_any_request():
        program_reader.set_confidence(1)
        program_reader.wait_for_marks(False)
    assert program_reader.findings.count() == 0


def test_a_text_file_is_refused_by_the_program_in_words(program_reader: Reader, tmp_path: Path) -> None:
    letter = tmp_path / "letter.dcm"
    letter.write_text("Dear colleague")
    program_reader.upload(letter)
    notice = program_reader.page.locator(".notice")
    notice.wait_for()
    assert "unreadable_image" in notice.inner_text()
