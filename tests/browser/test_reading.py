"""Reading the result: threshold, marks, list, pictures, keys."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.reader import Reader
from training.phantom import draw_phantom, write_dicom

READING_ORDER = ("Upload", "search", "phantom.dcm", "Original", "Marks", "DIV", "range", "Declared", "1 · Mass")

FOCUSED = "() => (({ tagName, type, innerText }) => `${tagName} ${type} ${innerText}`)(document.activeElement)"


@pytest.fixture
def reading(reader: Reader, phantom_dicom: Path) -> Reader:
    """The reader once the result is there."""
    reader.upload(phantom_dicom)
    reader.wait_for_result()
    return reader


def test_the_slider_filters_marks_and_list_without_any_request(reading: Reader) -> None:
    with reading.without_any_request():
        reading.set_confidence(0.05)
        assert (reading.count, reading.findings.count()) == ("3 marks shown", 3)
        reading.set_confidence(0.7)
        assert (reading.count, reading.findings.count()) == ("1 mark shown, 2 below the threshold", 1)
        reading.set_confidence(1)
        reading.wait_for_marks(False)
        assert (reading.count, reading.findings.count()) == ("0 marks shown, 3 below the threshold", 0)
        reading.set_confidence(0.3)
        reading.wait_for_marks(True)


def test_marks_are_hidden_and_shown_by_key_and_by_button(reading: Reader) -> None:
    reading.page.keyboard.press("m")
    reading.wait_for_marks(False)
    reading.page.get_by_role("button", name="Marks").click()
    reading.wait_for_marks(True)


def test_pointing_at_an_entry_of_the_list_stresses_its_mark(reading: Reader) -> None:
    stressed = reading.page.locator(reading.active(".mark-label.active"))
    expect(stressed).to_have_count(0)
    reading.findings.first.hover()
    expect(stressed).to_contain_text("1 · conf. 90")


def test_the_keys_go_through_the_findings_and_choose_their_entries(reading: Reader) -> None:
    seen = []
    for key in ("n", "n", "n", "p"):
        reading.page.keyboard.press(key)
        seen += reading.chosen
    assert seen == ["1", "2", "1", "2"]


def test_clicking_a_mark_chooses_its_entry_and_clicking_beside_it_none(reading: Reader) -> None:
    reading.page.mouse.click(*reading.middle_of_mark(2))
    assert reading.chosen == ["2"]
    reading.page.locator(".pane.selected").click(position={"x": 3, "y": 200})
    assert reading.chosen == []


def test_wheel_and_drag_change_the_view_and_a_key_shows_the_whole_picture(reading: Reader) -> None:
    whole = reading.picture()
    reading.page.locator(".pane.selected").hover(position={"x": 650, "y": 300})
    reading.page.mouse.wheel(0, -500)
    reading.page.wait_for_timeout(400)
    close = reading.picture()
    reading.page.mouse.down()
    reading.page.mouse.move(500, 400, steps=3)
    reading.page.mouse.up()
    moved = reading.picture()
    reading.page.keyboard.press("0")
    reading.page.wait_for_timeout(400)
    assert len({whole, close, moved}) == 3
    assert reading.picture() == whole


def test_inverting_twice_gives_the_picture_back(reading: Reader) -> None:
    before = reading.picture()
    reading.page.keyboard.press("i")
    inverted = reading.picture()
    reading.page.keyboard.press("i")
    assert (inverted != before, reading.picture() == before) == (True, True)


def test_the_question_mark_shows_the_keys_and_single_keys_can_be_switched_off(reading: Reader) -> None:
    reading.page.keyboard.press("?")
    expect(reading.page.get_by_role("dialog")).to_contain_text("Show or hide the marks")
    reading.page.get_by_label("Single-key commands are on").uncheck()
    reading.page.keyboard.press("Escape")
    reading.page.keyboard.press("m")
    assert reading.marks.count() > 0


def test_the_page_can_be_worked_by_keyboard_alone_in_the_order_it_is_read(reading: Reader) -> None:
    reading.page.evaluate("() => document.activeElement.blur()")
    names = []
    for _ in range(40):
        reading.page.keyboard.press("Tab")
        names.append(reading.page.evaluate(FOCUSED))
    order = [next(i for i, name in enumerate(names) if part in name) for part in READING_ORDER]
    assert order == sorted(order)


def test_another_study_can_be_opened_and_one_deleted(reading: Reader, tmp_path: Path) -> None:
    second = tmp_path / "second.dcm"
    write_dicom(draw_phantom(seed=8, size=(1024, 832), laterality="L"), second)
    reading.upload(second)
    entries = reading.page.locator(".analyses li")
    expect(entries).to_have_count(2)
    reading.wait_for_result()
    current = reading.page.locator('.analyses li:has([aria-current="true"])')
    expect(current).to_contain_text("second.dcm")
    reading.page.locator(".analyses .open", has_text="phantom.dcm").click()
    expect(current).to_contain_text("phantom.dcm")
    current.locator("button.quiet").first.click()
    expect(entries).to_have_count(1)
    expect(current).to_contain_text("second.dcm")


def test_results_are_still_there_after_the_page_is_loaded_again(reading: Reader) -> None:
    reading.page.reload()
    reading.wait_for_result()
    assert reading.count == "2 marks shown, 1 below the threshold"


@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080)])
def test_the_page_fits_the_screen_without_scrolling(reading: Reader, size: tuple[int, int]) -> None:
    reading.page.set_viewport_size({"width": size[0], "height": size[1]})
    page = "(({ scrollWidth, scrollHeight }) => [scrollWidth, scrollHeight])(document.documentElement)"
    assert reading.page.evaluate(page) == list(size)
