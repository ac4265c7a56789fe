"""What the detector's card says, beside the slider and one click away."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from models.weights import Card
from tests.browser.reader import Reader

MEASURED = "(40 INbreast validation images)"
HERE = f"Here: found 75 % of 20 masses with 0.25 false marks an image {MEASURED}"


def line(reader: Reader) -> Locator:
    return reader.page.get_by_test_id("operating")


def reset(reader: Reader) -> Locator:
    return reader.page.get_by_role("button", name="Declared: 30 %")


def test_the_line_at_the_slider_follows_the_handle_without_any_request(reader: Reader) -> None:
    expect(line(reader)).to_have_text(HERE)
    with reader.without_any_request():
        for confidence, words in (
            (0.1, f"Here: found 90 % of 20 masses with 1.50 false marks an image {MEASURED}"),
            (0.49, f"At 30 %: found 75 % of 20 masses with 0.25 false marks an image {MEASURED}"),
            (0.51, f"At 70 %: found 50 % of 20 masses with no false marks {MEASURED}"),
            (0.71, "Not measured above 70 %."),
            (0.05, "Not measured below 10 %."),
            (0.3, HERE),
        ):
            reader.set_confidence(confidence)
            expect(line(reader)).to_have_text(words)


def test_the_declared_point_is_marked_where_the_handle_starts_and_leads_back_to_it(reader: Reader) -> None:
    track, mark = reader.page.get_by_label("Show from confidence").bounding_box(), reset(reader).bounding_box()
    assert track is not None
    assert mark is not None
    handle = track["x"] + 8 + (track["width"] - 16) * (0.3 - 0.05) / 0.95
    assert mark["x"] + mark["width"] / 2 == pytest.approx(handle, abs=1)
    reader.set_confidence(0.7)
    reset(reader).focus()
    reader.page.keyboard.press("Enter")
    expect(line(reader)).to_have_text(HERE)
    reader.set_confidence(0.7)
    reader.page.keyboard.press("r")
    expect(line(reader)).to_have_text(HERE)


def test_the_readers_own_threshold_is_remembered_until_it_is_reset(reader: Reader) -> None:
    slider = reader.page.get_by_label("Show from confidence")
    reader.set_confidence(0.45)
    reader.page.reload()
    expect(slider).to_have_value("0.45")
    reset(reader).click()
    reader.page.reload()
    expect(slider).to_have_value("0.3")


def test_nothing_below_the_slider_moves_while_the_handle_does(reader: Reader) -> None:
    expect(line(reader)).to_have_text(HERE)
    places = set()
    for confidence in (0.05, 0.1, 0.3, 0.45, 0.6, 0.7, 1):
        reader.set_confidence(confidence)
        box = reader.page.get_by_test_id("count").bounding_box()
        assert box is not None
        places.add(box["y"])
    assert len(places) == 1


def test_with_a_result_the_panel_fits_a_small_screen_and_nothing_in_it_overlaps(
    reader: Reader, phantom_dicom: Path
) -> None:
    reader.upload(phantom_dicom)
    reader.wait_for_result()
    fits = "(part) => part.scrollHeight <= part.clientHeight"
    for part in (".right", ".findings-panel"):
        assert reader.page.locator(part).evaluate(fits), part


def test_the_cards_facts_are_one_click_away(reader: Reader) -> None:
    with reader.without_any_request():
        reader.page.get_by_role("tab", name="Models").click()
        shown = reader.page.get_by_role("region", name="small-detector")
        for words in (
            "A network of no layers",
            "Sensitivity at 1 false mark (IoU ≥ 0.2)",
            "0.80 (0.60–0.90, n = 20)",
            "It was made for a test.",
            "9 views of phantoms",
            "phantoms: ours",
        ):
            expect(shown).to_contain_text(words)


class TestWithoutPoints:
    @pytest.fixture
    def card(self, card: Card) -> Card:
        return replace(card, operating_points=())

    def test_a_card_without_points_puts_nothing_at_the_slider(self, reader: Reader) -> None:
        expect(line(reader)).to_be_hidden()
        expect(reset(reader)).to_be_hidden()
