"""Two languages: everything on the page changes, problems and what to do about them included."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.reader import Reader

DISCLAIMER = "Software für Forschung und Demonstration, kein Medizinprodukt"


@pytest.fixture
def german(reader: Reader, phantom_dicom: Path) -> Reader:
    reader.upload(phantom_dicom)
    reader.wait_for_result()
    reader.page.get_by_label("Language").select_option("de")
    return reader


def test_a_result_is_told_in_german_with_the_disclaimer_and_without_asking_anything(german: Reader) -> None:
    german.page.get_by_label("Sprache").select_option("en")
    with german.without_any_request():
        german.page.get_by_label("Language").select_option("de")
        words = german.page.locator("body").inner_text().replace("\u00a0", " ").lower()
        for said in (
            "arbeitsliste",
            "1 · herd",
            "konfidenz 90 %",
            "malignität 71 %",
            "überdeckung",
            DISCLAIMER.lower(),
        ):
            assert said in words, said
    assert german.page.locator("html").get_attribute("lang") == "de"


def test_the_language_stays_after_a_reload_and_fits_the_smallest_screen(german: Reader) -> None:
    german.page.reload()
    expect(german.page.get_by_role("heading", name="Befunde")).to_be_visible()
    size = "(({ scrollWidth, scrollHeight }) => [scrollWidth, scrollHeight])(document.documentElement)"
    assert german.page.evaluate(size) == [1366, 768]
    cut = """() => [...document.querySelectorAll("button, .headline, .tabs")]
      .filter((part) => part.scrollWidth > part.clientWidth + 1 && part.clientWidth > 0 && !part.matches(".views *"))
      .map((part) => part.outerHTML.slice(0, 120))"""
    assert german.page.evaluate(cut) == []


def test_a_refused_file_says_in_german_what_to_do(german: Reader, tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear colleague")
    german.upload(letter)
    notice = german.page.locator(".notice")
    expect(notice).to_contain_text("letter.txt: Die Datei ließ sich nicht als Bild lesen")
    expect(notice).to_contain_text("Die Originaldatei noch einmal senden")
    expect(notice).to_contain_text("unreadable_image")
