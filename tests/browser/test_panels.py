"""The panels beside the pictures: what a row tells, other views of a lesion, maps, nothing that jumps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Route, expect

from pipeline.finding import Calcifications, Finding, SecondOpinion
from tests.browser.reader import Reader
from tests.browser.viewing import four_views

SIZES = [(1366, 768), (2560, 1440)]


@pytest.fixture
def findings(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The phantom's, with everything that a pipeline may know of them."""
    first, second, cluster = findings
    spots = np.array([[100.0, 100.0], [110.0, 104.0], [104.0, 112.0]])
    doubted = SecondOpinion("hybrid", 0.08, disagrees=True)
    return (
        replace(first, interval=(0.55, 0.83), second_opinion=doubted),
        second,
        replace(cluster, calcifications=Calcifications(spots, 3.4)),
    )


@pytest.fixture
def reading(reader: Reader, phantom_dicom: Path) -> Reader:
    reader.upload(phantom_dicom)
    reader.wait_for_result()
    return reader


def words(reader: Reader, finding: int) -> str:
    return reader.page.locator(f'[data-finding="{finding}"]').inner_text().replace("\u00a0", " ")


def test_a_row_tells_interval_second_opinion_spots_and_place(reading: Reader) -> None:
    reading.set_confidence(0.05)
    mass, cluster = words(reading, 1), words(reading, 3)
    assert "Malignancy 71 % (55 % to 83 %)" in mass
    assert "Second opinion 8 %, disagrees" in mass
    assert "third, " in mass
    assert " mm from the nipple" in mass
    assert "Spots 3, over 3.4 mm" in cluster


def test_the_thumbnail_shows_the_finding_and_not_nothing(reading: Reader) -> None:
    spread = """() => {
      const canvas = document.querySelector('[data-finding="1"] canvas');
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      const greys = data.filter((_, at) => at % 4 === 0);
      return Math.max(...greys) - Math.min(...greys);
    }"""
    reading.page.wait_for_timeout(300)
    assert reading.page.evaluate(spread) > 20


def test_the_heatmap_of_a_finding_is_asked_for_of_the_chosen_network(reading: Reader) -> None:
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(body=b"\x89PNG\r\n\x1a\n")

    reading.page.route("**/heatmap.png**", answer)
    reading.page.get_by_role("button", name="Heatmap of finding 1").click()
    reading.page.get_by_label("Network of the heatmap").select_option("hybrid")
    reading.page.get_by_label("Method of the heatmap").select_option("occlusion")
    reading.page.wait_for_timeout(500)
    assert any("model=pathology&method=gradcam&finding=1" in url for url in asked)
    assert "model=hybrid&method=occlusion&finding=1" in asked[-1]
    reading.page.get_by_role("button", name="Heatmap of finding 1").click()
    expect(reading.page.get_by_label("Network of the heatmap")).to_have_count(0)


def test_the_same_lesion_in_the_other_view_is_a_suggestion_that_leads_there(reader: Reader, tmp_path: Path) -> None:
    reader.upload(*four_views(tmp_path, (256, 208)))
    expect(reader.page.locator(".analyses .state")).to_contain_text("Done")
    reader.page.locator(".views").get_by_role("button", name="RCC", exact=True).click()
    also = reader.page.locator(".also").first
    expect(also).to_contain_text("Perhaps also in RMLO #")
    expect(also).to_contain_text("A suggestion")
    also.click()
    pressed = reader.page.locator('.views [aria-pressed="true"]')
    expect(pressed).to_have_text("RMLO")
    assert len(reader.chosen) == 1


def test_nothing_moves_when_another_tab_is_shown_or_a_finding_chosen(reading: Reader) -> None:
    def places() -> list[Any]:
        parts = (".findings-scroll", ".dock", ".stage", "[data-finding='2']")
        return [reading.page.locator(part).bounding_box() for part in parts]

    before = places()
    for name in ("Verdict", "Models", "Exports", "Picture"):
        reading.page.get_by_role("tab", name=name).click()
        assert places() == before, name
    reading.page.keyboard.press("n")
    assert places() == before


@pytest.mark.parametrize("size", SIZES)
def test_the_panels_stay_inside_the_screen_and_the_first_finding_is_seen(
    reading: Reader, size: tuple[int, int]
) -> None:
    reading.page.set_viewport_size({"width": size[0], "height": size[1]})
    for part in ("[data-finding='1']", ".dock", ".left", ".disclaimer", "button.reader"):
        box = reading.page.locator(part).first.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= size[0], part
        assert box["y"] + box["height"] <= size[1] + 1, part
