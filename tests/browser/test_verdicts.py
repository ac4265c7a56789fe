"""What a reader says: on single findings, with marks of its own, on the whole view; saved, undone, brought back."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.reader import Reader


@pytest.fixture
def reading(reader: Reader, phantom_dicom: Path) -> Reader:
    """With a name and a result."""
    name_as(reader, "reader 7")
    reader.upload(phantom_dicom)
    reader.wait_for_result()
    reader.page.get_by_role("tab", name="Verdict").click()
    return reader


def name_as(reader: Reader, name: str) -> None:
    reader.page.locator("button.reader").click()
    reader.page.get_by_role("textbox", name="Reader").fill(name)
    reader.page.get_by_role("button", name="Use this name").click()


def opinion(reader: Reader, finding: int, name: str) -> Locator:
    row = reader.page.locator(f'[data-finding="{finding}"]')
    return row.get_by_role("button", name=name, exact=True)


def wait_until_saved(reader: Reader) -> None:
    expect(reader.page.locator('[data-saving="saved"]')).to_be_visible()


def on_the_server(reader: Reader, whose: str = "reader 7") -> Any:
    (study,) = reader.page.request.get(f"{reader.url}/api/v1/studies").json()["studies"]
    id_ = study["analyses"][0]["id"]
    answer = reader.page.request.get(f"{reader.url}/api/v1/analyses/{id_}/verdict?reader={whose}")
    return answer.json() if answer.status == 200 else None


def draw(reader: Reader, tool: str) -> None:
    reader.page.get_by_role("button", name=tool, exact=True).click()
    pane = reader.page.locator(".pane.selected").bounding_box()
    assert pane is not None
    x, y = pane["x"] + pane["width"] * 0.6, pane["y"] + pane["height"] * 0.5
    reader.page.mouse.move(x, y)
    reader.page.mouse.down()
    for dx, dy in ((40, 0), (60, 50), (10, 60)):
        reader.page.mouse.move(x + dx, y + dy)
    reader.page.mouse.up()


def test_the_name_is_asked_for_before_anything_is_said_and_a_name_nobody_can_have_is_refused(
    reader: Reader, phantom_dicom: Path
) -> None:
    reader.upload(phantom_dicom)
    reader.wait_for_result()
    opinion(reader, 1, "Agree").click()
    dialog = reader.page.get_by_role("dialog", name="Choose your reader name")
    dialog.get_by_role("textbox").fill("../x")
    dialog.get_by_role("button", name="Use this name").click()
    expect(dialog.get_by_role("alert")).to_contain_text("1 to 40 letters")
    dialog.get_by_role("textbox").fill("Änne 2")
    dialog.get_by_role("textbox").press("Enter")
    expect(reader.page.locator("button.reader")).to_contain_text("Änne 2")
    expect(opinion(reader, 1, "Agree")).to_have_attribute("aria-pressed", "false")


def test_everything_said_is_saved_by_itself_and_there_after_a_reload(reading: Reader) -> None:
    opinion(reading, 1, "Agree").click()
    reading.page.keyboard.press("n")
    reading.page.keyboard.press("n")
    reading.page.keyboard.press("9")
    reading.page.get_by_label("BI-RADS of this view").select_option("4a")
    reading.page.get_by_label("Density").select_option("C")
    reading.page.get_by_label("Remarks").fill("Round.")
    wait_until_saved(reading)
    said = on_the_server(reading)
    assert {mark["finding"]: mark["verdict"] for mark in said["marks"]} == {1: "agree", 2: "unsure"}
    assert (said["birads"], said["density"], said["text"], said["slider"]) == ("4a", "C", "Round.", 0.3)
    assert said["opened_at"] <= said["revealed_at"] <= said["marks"][0]["at"]
    reading.page.reload()
    expect(opinion(reading, 2, "Unsure")).to_have_attribute("aria-pressed", "true")
    reading.page.get_by_role("tab", name="Verdict").click()
    expect(reading.page.get_by_label("Remarks")).to_have_value("Round.")


def test_the_page_left_at_once_loses_nothing(reading: Reader) -> None:
    opinion(reading, 1, "Disagree").click()
    reading.page.reload()
    expect(opinion(reading, 1, "Disagree")).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize(("tool", "shape", "points"), [("Ellipse", "ellipse", 2), ("Free hand", "freehand", 4)])
def test_a_mark_of_the_readers_own_is_drawn_undone_and_erased(
    reading: Reader, tool: str, shape: str, points: int
) -> None:
    draw(reading, tool)
    mine = reading.page.locator(".pane.selected .drawing")
    expect(mine).to_have_count(1)
    wait_until_saved(reading)
    (drawn,) = on_the_server(reading)["drawn"]
    assert (drawn["shape"], len(drawn["points"])) == (shape, points)
    reading.page.get_by_role("button", name="Undo", exact=True).click()
    expect(mine).to_have_count(0)
    reading.page.get_by_role("button", name="Redo", exact=True).click()
    reading.page.get_by_role("button", name="Erase your mark A").click()
    expect(mine).to_have_count(0)
    wait_until_saved(reading)
    assert on_the_server(reading)["drawn"] == []


def test_read_first_keeps_the_findings_back_and_records_when_they_were_asked_for(reading: Reader) -> None:
    reading.page.get_by_role("button", name="Read first", exact=True).click()
    reading.page.reload()
    expect(reading.page.get_by_text("the findings stay hidden until you ask")).to_be_visible()
    expect(reading.page.get_by_test_id("count")).to_have_text("")
    assert reading.findings.count() == 0
    expect(reading.page.locator(".cancer strong")).to_have_text("—")
    reading.page.get_by_role("tab", name="Verdict").click()
    expect(reading.page.locator(".judged")).not_to_contain_text("judged")
    reading.page.get_by_label("BI-RADS of this view").select_option("2")
    wait_until_saved(reading)
    assert on_the_server(reading)["revealed_at"] is None
    reading.page.get_by_role("button", name="Show the findings").click()
    expect(reading.findings).to_have_count(2)
    reading.page.get_by_label("BI-RADS of this view").select_option("5")
    wait_until_saved(reading)
    assert on_the_server(reading)["revealed_at"] is not None
    table = reading.page.request.get(f"{reading.url}/api/v1/verdicts.csv").text()
    (row, *_) = csv.DictReader(io.StringIO(table))
    assert {"2", "5"} <= set(row.values())


def test_readers_do_not_see_what_others_said(reading: Reader) -> None:
    opinion(reading, 1, "Agree").click()
    wait_until_saved(reading)
    name_as(reading, "reader 8")
    expect(opinion(reading, 1, "Agree")).to_have_attribute("aria-pressed", "false")
    assert on_the_server(reading, "reader 8") is None


def test_a_verdict_changed_in_another_window_is_not_overwritten_unasked(reading: Reader) -> None:
    pick = reading.page.get_by_label("BI-RADS of this view")
    pick.select_option("2")
    wait_until_saved(reading)
    (study,) = reading.page.request.get(f"{reading.url}/api/v1/studies").json()["studies"]
    address = f"{reading.url}/api/v1/analyses/{study['analyses'][0]['id']}/verdict"
    changed = {**on_the_server(reading), "birads": "5"}
    reading.page.request.put(address, data=changed, headers={"If-Match": "*"})
    pick.select_option("3")
    expect(reading.page.locator('[data-saving="conflict"]')).to_contain_text("changed in another window")
    reading.page.get_by_role("button", name="Take that one").click()
    expect(pick).to_have_value("5")


def test_the_reader_brings_slider_and_language_to_another_browser(reading: Reader) -> None:
    reading.set_confidence(0.45)
    with reading.page.expect_response("**/preferences/**") as answered:
        pass
    assert answered.value.ok
    reading.page.evaluate("() => localStorage.clear()")
    reading.page.evaluate("() => { window.onpagehide = () => localStorage.clear(); }")
    reading.page.reload()
    expect(reading.page.locator("button.reader")).to_contain_text("—")
    expect(reading.page.get_by_label("Show from confidence")).to_have_value("0.3")
    name_as(reading, "reader 7")
    expect(reading.page.get_by_label("Show from confidence")).to_have_value("0.45")
