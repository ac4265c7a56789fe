"""The worklist: studies with their progress, search, deleting and bringing back, and that a reload loses nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Locator, expect

from tests.app.stubs import StubAnalyst
from tests.browser.reader import Reader
from tests.browser.viewing import four_views
from training.phantom import draw_phantom, write_dicom

SMALL = (256, 208)


@pytest.fixture
def study(tmp_path: Path) -> list[Path]:
    return four_views(tmp_path, SMALL)


@pytest.fixture
def other(tmp_path: Path) -> Path:
    path = tmp_path / "other.dcm"
    write_dicom(draw_phantom(seed=8, size=SMALL, laterality="L", view="CC"), path)
    return path


def rows(reader: Reader) -> Locator:
    return reader.page.locator(".analyses li")


def state(reader: Reader) -> Locator:
    return rows(reader).first.locator(".state")


def test_four_views_are_one_study_that_tells_its_stage_and_how_many_are_done(
    reader: Reader, study: list[Path], analyst: StubAnalyst
) -> None:
    analyst.gate.clear()
    reader.upload(*study)
    expect(rows(reader).first.locator(".views button")).to_have_text(["RCC", "LCC", "RMLO", "LMLO"])
    expect(state(reader)).to_have_text("Looking for regions (0 of 4 done)")
    analyst.gate.set()
    expect(state(reader)).to_have_text(re.compile(r"^Done · cancer \d+\s%$"))
    expect(rows(reader)).to_have_count(1)
    expect(reader.page.locator(".study-facts")).to_contain_text("Kept until")


def test_without_the_servers_news_the_page_asks_from_time_to_time(reader: Reader, study: list[Path]) -> None:
    reader.page.route("**/events", lambda route: route.fulfill(status=404))
    reader.page.reload()
    reader.upload(study[0])
    expect(state(reader)).to_contain_text("Done")


def test_the_highest_probability_stands_beside_each_breast_and_the_examination(
    reader: Reader, study: list[Path]
) -> None:
    reader.upload(*study)
    expect(state(reader)).to_contain_text("Done · cancer")
    highest = reader.page.locator(".highest")
    expect(highest).to_have_text(re.compile(r"Right breast34\s%Left breast34\s%Examination34\s%"))
    expect(reader.page.locator(".assessment")).to_contain_text("Never lower than the worst finding")


def test_a_search_leaves_the_studies_in_which_every_word_occurs(reader: Reader, study: list[Path], other: Path) -> None:
    reader.upload(*study)
    reader.upload(other)
    expect(rows(reader)).to_have_count(2)
    search = reader.page.get_by_role("searchbox", name="Search")
    search.fill("lcc OTHER")
    expect(rows(reader).locator(".file")).to_have_text(["other.dcm"])
    search.fill("nobody")
    expect(reader.page.get_by_text("No study matches.")).to_be_visible()


def test_a_deleted_study_can_be_brought_back(reader: Reader, study: list[Path]) -> None:
    reader.upload(*study)
    expect(state(reader)).to_contain_text("Done")
    rows(reader).get_by_role("button", name=re.compile("^Delete")).click()
    expect(rows(reader)).to_have_count(0)
    reader.page.get_by_role("button", name="Bring it back").click()
    expect(rows(reader).locator(".views button")).to_have_count(4)
    reader.wait_for_end()


def test_a_problem_covers_neither_the_way_back_nor_what_was_deleted(reader: Reader, study: list[Path]) -> None:
    reader.upload(*study)
    expect(state(reader)).to_contain_text("Done")
    letters: list[FilePayload] = [{"name": f"{i}.txt", "mimeType": "text/plain", "buffer": b"Dear Sir"} for i in "abc"]
    reader.page.set_input_files("input[type=file]:not([webkitdirectory])", letters)
    expect(reader.page.locator(".notice")).to_have_count(3)
    rows(reader).get_by_role("button", name=re.compile("^Delete")).click()
    reader.page.get_by_role("button", name="Bring it back").click()
    expect(rows(reader).locator(".views button")).to_have_count(4)
    reader.wait_for_end()


def test_a_reload_comes_back_to_the_same_study_and_view(reader: Reader, study: list[Path], other: Path) -> None:
    reader.upload(*study)
    expect(state(reader)).to_contain_text("Done")
    reader.upload(other)
    expect(rows(reader)).to_have_count(2)
    expect(state(reader)).to_contain_text("Done")  # what is uploaded opens by itself, and would close the other again
    rows(reader).last.locator(".open").click()
    rows(reader).last.get_by_role("button", name="LMLO", exact=True).click()
    reader.page.reload()
    expect(rows(reader).last.get_by_role("button", name="LMLO", exact=True)).to_have_attribute("aria-pressed", "true")


def test_what_another_window_uploads_appears_by_itself(reader: Reader, other: Path) -> None:
    sent: FilePayload = {"name": "other.dcm", "mimeType": "application/dicom", "buffer": other.read_bytes()}
    reader.page.request.post(f"{reader.url}/api/v1/analyses", multipart={"file": sent})
    expect(rows(reader)).to_have_count(1)
    expect(rows(reader).locator(".file")).to_have_text("other.dcm")


def test_a_folder_is_one_study_with_the_folders_name(reader: Reader, tmp_path: Path) -> None:
    folder = tmp_path / "four views"
    folder.mkdir()
    four_views(folder, SMALL)
    (folder / "DICOMDIR").write_text("no image")
    reader.page.set_input_files("input[webkitdirectory]", folder)
    expect(rows(reader).locator(".file")).to_have_text("four views")
    expect(rows(reader).locator(".views button")).to_have_count(4)
    expect(reader.page.locator(".notice")).to_have_count(0)
