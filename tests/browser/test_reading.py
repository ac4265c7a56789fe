"""Reading the result: threshold, marks, list, pictures, keys."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from pipeline.finding import Finding
from pipeline.geometry import Box
from pipeline.read import read
from tests.app.stubs import StubAnalyst
from tests.browser.reader import Reader

READING_ORDER = ("Upload", "phantom.dcm", "Original", "Marks", "CANVAS", "INPUT", "Declared", "1 · Mass")
MARGIN = 12.0  # canvas pixels the page leaves free around a fitted picture


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
    before = reading.coloured_pixels()
    reading.findings.first.hover()
    assert reading.coloured_pixels() > before


def test_the_keys_go_through_the_findings_and_choose_their_entries(reading: Reader) -> None:
    seen = []
    for key in ("n", "n", "n", "p"):
        reading.page.keyboard.press(key)
        seen += reading.chosen
    assert seen == ["1", "2", "1", "2"]


def test_clicking_a_mark_chooses_its_entry_and_clicking_beside_it_none(
    reading: Reader, findings: tuple[Finding, ...], phantom_dicom: Path
) -> None:
    picture = read(phantom_dicom.read_bytes())
    x, y = on_canvas(findings[1].box, picture.width, picture.height, reading)
    canvas = reading.page.locator("canvas")
    canvas.click(position={"x": x, "y": y})
    assert reading.chosen == ["2"]
    canvas.click(position={"x": 3, "y": 3})
    assert reading.chosen == []


def test_over_the_preprocessed_picture_marks_lie_where_the_pipeline_puts_them(
    reading: Reader, findings: tuple[Finding, ...], phantom_dicom: Path, analyst: StubAnalyst
) -> None:
    prepared = analyst.prepare(read(phantom_dicom.read_bytes()))
    assert prepared.transform.flipped  # a right breast: otherwise this would test less than it says
    with reading.page.expect_response("**/image.png?variant=preprocessed"):
        reading.page.get_by_role("button", name="Preprocessed").click()
    reading.wait_for_marks(True)
    rows, columns = prepared.pixels.shape
    for number, finding in enumerate(findings[:2], start=1):
        x, y = on_canvas(prepared.transform.to_prepared(finding.box), columns, rows, reading)
        reading.page.locator("canvas").click(position={"x": x, "y": y})
        assert reading.chosen == [str(number)]


def test_wheel_and_drag_change_the_view_and_double_click_shows_the_whole_picture(reading: Reader) -> None:
    whole = reading.picture()
    canvas = reading.page.locator("canvas")
    canvas.hover(position={"x": 60, "y": 60})
    reading.page.mouse.wheel(0, -500)
    reading.page.wait_for_timeout(100)
    close = reading.picture()
    reading.page.mouse.down()
    reading.page.mouse.move(500, 400, steps=3)
    reading.page.mouse.up()
    moved = reading.picture()
    canvas.dblclick(position={"x": 60, "y": 60})
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
    assert reading.coloured_pixels() > 0


def test_the_page_can_be_worked_by_keyboard_alone_in_the_order_it_is_read(reading: Reader) -> None:
    reading.page.evaluate("() => document.activeElement.blur()")
    names = []
    for _ in range(15):
        reading.page.keyboard.press("Tab")
        names.append(
            reading.page.evaluate("() => document.activeElement.tagName + ' ' + document.activeElement.innerText")
        )
    order = [next(i for i, name in enumerate(names) if part in name) for part in READING_ORDER]
    assert order == sorted(order)


def test_another_analysis_can_be_selected_and_one_deleted(reading: Reader, phantom_dicom: Path, tmp_path: Path) -> None:
    second = tmp_path / "second.dcm"
    second.write_bytes(phantom_dicom.read_bytes())
    reading.upload(second)
    entries = reading.page.locator(".analyses li")
    expect(entries).to_have_count(2)
    reading.wait_for_result()
    current = reading.page.locator('.analyses [aria-current="true"]')
    expect(current).to_contain_text("second.dcm")
    reading.page.locator(".analyses .open", has_text="phantom.dcm").click()
    expect(current).to_contain_text("phantom.dcm")
    reading.page.get_by_label("Delete phantom.dcm").click()
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


def on_canvas(box: Box, width: int, height: int, reader: Reader) -> tuple[float, float]:
    """The middle of a box of a width x height picture that is fitted into the canvas."""
    canvas = reader.page.locator("canvas").bounding_box()
    assert canvas is not None
    scale = min((canvas["width"] - 2 * MARGIN) / width, (canvas["height"] - 2 * MARGIN) / height)
    x, y = box.center
    return (x - width / 2) * scale + canvas["width"] / 2, (y - height / 2) * scale + canvas["height"] / 2
