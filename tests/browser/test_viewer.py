"""The viewer: hanging, stages, windows, tools, overlays; and that marks and pixels lie on each other."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from pipeline.finding import Finding, Kind
from tests.browser.reader import Reader
from tests.browser.viewing import (
    WHITE_BOXES,
    Rectangle,
    earlier,
    four_views,
    marked_rectangle,
    white_rectangle,
    with_white_box,
)


def slots(reader: Reader) -> list[list[str]]:
    """The names of the filled panes, row by row as they stand on the screen."""
    panes = [
        (pane.bounding_box(), pane.get_attribute("data-slot")) for pane in reader.page.locator("[data-pane]").all()
    ]
    rows: dict[float, list[tuple[float, str]]] = {}
    for box, slot in panes:
        assert box is not None
        rows.setdefault(box["y"], []).append((box["x"], slot or ""))
    return [[slot for _, slot in sorted(rows[y])] for y in sorted(rows)]


def corner(reader: Reader, slot: str) -> str:
    return reader.page.locator(f'[data-slot="{slot}"] .corner.bottom').inner_text()


@pytest.fixture
def hung(reader: Reader, tmp_path: Path) -> Reader:
    """The reader in front of a study of four views."""
    reader.upload(*four_views(tmp_path))
    expect(reader.page.locator("[data-pane] canvas")).to_have_count(4, timeout=120_000)
    expect(reader.page.locator(".pane-loading")).to_have_count(0, timeout=120_000)
    return reader


class TestHanging:
    def test_four_views_hang_back_to_back_at_one_scale(self, hung: Reader) -> None:
        assert slots(hung) == [["RCC", "LCC"], ["RMLO", "LMLO"]]
        scales = {corner(hung, slot).split(" · ")[1] for slot in ("RCC", "LCC", "RMLO", "LMLO")}
        assert len(scales) == 1

    def test_the_stages_are_reached_by_key_one_by_one_and_in_turn(self, hung: Reader) -> None:
        expected = {
            "2": [["RMLO", "LMLO"]],
            "3": [["RCC", "LCC"]],
            "4": [["RCC", "RMLO"]],
            "5": [["LCC", "LMLO"]],
            "1": [["RCC", "LCC"], ["RMLO", "LMLO"]],
        }
        for key, rows in expected.items():
            hung.page.keyboard.press(key)
            assert slots(hung) == rows, key
        hung.page.keyboard.press("PageDown")
        assert slots(hung) == expected["2"]

    def test_a_double_click_shows_one_picture_alone_and_brings_the_others_back(self, hung: Reader) -> None:
        hung.page.locator('[data-slot="LCC"]').dblclick(position={"x": 40, "y": 150})
        assert slots(hung) == [["LCC"]]
        hung.page.locator('[data-slot="LCC"]').dblclick(position={"x": 40, "y": 150})
        assert len(slots(hung)) == 2

    def test_an_earlier_study_hangs_beside_the_current_one_until_it_is_sent_away(
        self, reader: Reader, tmp_path: Path
    ) -> None:
        views = four_views(tmp_path)
        reader.upload(earlier(views[1], tmp_path))
        reader.wait_for_end()
        reader.upload(views[1], views[2])
        expect(reader.page.locator("[data-pane] canvas")).to_have_count(3, timeout=60_000)
        assert slots(reader) == [["RCC", "LCC", "RCC"]]
        expect(reader.page.locator(".corner.top").last).to_have_text("RCC · previous")
        reader.page.keyboard.press("h")
        assert slots(reader) == [["RCC", "LCC"]]

    def test_full_resolution_is_one_pixel_a_pixel(self, hung: Reader) -> None:
        hung.page.keyboard.press("6")
        hung.page.keyboard.press("f")
        expect(hung.page.locator(".pane.selected .corner.bottom")).to_contain_text("100")

    def test_linked_pictures_zoom_together_others_apart(self, hung: Reader) -> None:
        before = {slot: corner(hung, slot) for slot in ("RCC", "LMLO")}
        hung.page.locator('[data-slot="RCC"]').hover()
        hung.page.mouse.wheel(0, -300)
        hung.next_frames()
        together = {slot: corner(hung, slot) for slot in before}
        assert all(together[slot] != before[slot] for slot in before)
        hung.page.keyboard.press("s")
        hung.page.mouse.wheel(0, -300)
        hung.next_frames()
        assert corner(hung, "RCC") != together["RCC"]
        assert corner(hung, "LMLO") == together["LMLO"]

    def test_no_tool_asks_the_server_anything(self, hung: Reader) -> None:
        hung.page.locator('[data-slot="RCC"]').hover()
        with hung.without_any_request():
            for key in ("2", "3", "i", "i", "w", "f", "0", "x", "x", "o", "o", "s", "s", "Backspace", "1"):
                hung.page.keyboard.press(key)
            hung.page.mouse.wheel(0, -900)
            hung.page.mouse.down(button="right")
            hung.page.mouse.move(400, 300, steps=5)
            hung.page.mouse.up(button="right")


class TestWindow:
    def test_a_right_drag_changes_window_and_level_and_reset_brings_the_files_own_back(self, hung: Reader) -> None:
        page, own = hung.page, corner(hung, "RCC")
        page.mouse.move(400, 300)
        page.mouse.down(button="right")
        page.mouse.move(460, 280, steps=4)
        page.mouse.up(button="right")
        hung.next_frames()
        assert corner(hung, "RCC").split(" · ")[0] != own.split(" · ")[0]
        expect(page.get_by_label("Window", exact=True)).to_have_value("own")
        page.keyboard.press("Backspace")
        hung.next_frames()
        assert corner(hung, "RCC") == own

    def test_the_picture_has_more_than_eight_bits_to_window(self, hung: Reader) -> None:
        """A window of a hundred stored values around the breast's grey still shows many shades, not one or two."""
        hung.page.keyboard.press("6")
        page = hung.page
        page.mouse.move(700, 400)
        page.mouse.down(button="right")
        page.mouse.move(20, 400, steps=12)
        page.mouse.up(button="right")
        page.wait_for_timeout(300)
        shades = page.evaluate(
            """(pane) => {
              const canvas = document.querySelector(`${pane} canvas`);
              const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
              return new Set(data.filter((_, at) => at % 4 === 0)).size;
            }""",
            ".pane.selected",
        )
        assert shades > 16


class TestMarksAndPixels:
    @pytest.fixture(params=["RR", "LR", "RL"])
    def sides(self, request: pytest.FixtureRequest) -> str:
        """At which side the breast was drawn, and which one the file says it is."""
        return str(request.param)

    @pytest.fixture
    def findings(self, sides: str) -> tuple[Finding, ...]:
        return (Finding(Kind.MASS, WHITE_BOXES[sides[0]], 0.9),)

    @pytest.mark.parametrize("renderer", ["cpu", "gpu"])
    def test_a_mark_lies_on_what_it_marks(
        self, page: Page, reader: Reader, tmp_path: Path, renderer: str, sides: str
    ) -> None:
        """As it hangs, zoomed, moved, as acquired, preprocessed; with and without being mirrored for the hanging."""
        page.evaluate("(name) => localStorage.setItem('mammoscope.renderer', name)", renderer)
        page.reload()
        with_white_box(tmp_path / "box.dcm", sides[0], sides[1])
        reader.upload(tmp_path / "box.dcm")
        reader.wait_for_result()
        words = page.locator(".corner.bottom")
        expect(words).to_contain_text("full resolution")
        assert ("mirrored" in words.inner_text()) == (sides[0] != sides[1])
        self.expect_agreement(reader)
        before = marked_rectangle(reader)
        page.mouse.move(before.x + before.width / 2, before.y + before.height / 2)
        page.mouse.wheel(0, -200)
        self.expect_agreement(reader)
        page.mouse.down()
        page.mouse.move(600, 420, steps=3)
        page.mouse.up()
        self.expect_agreement(reader)
        page.keyboard.press("o")
        self.expect_agreement(reader)
        assert "mirrored" not in page.locator(".corner.bottom").inner_text()
        page.get_by_role("button", name="Preprocessed").click()
        page.wait_for_timeout(500)
        self.expect_agreement(reader)

    def expect_agreement(self, reader: Reader) -> None:
        reader.page.wait_for_timeout(500)  # a finer level is fetched when the zoom has settled
        white, marked = white_rectangle(reader), marked_rectangle(reader)
        assert white.is_close_to(marked, 1.5), f"{white} is marked at {marked}"


class TestTools:
    def test_a_length_is_measured_in_millimetres_and_removed_by_key(self, hung: Reader) -> None:
        page = hung.page
        page.keyboard.press("3")
        page.keyboard.press("l")
        box = page.locator('[data-slot="LCC"]').bounding_box()
        assert box is not None
        start = (box["x"] + 60, box["y"] + 200)
        page.mouse.move(*start)
        page.mouse.down()
        page.mouse.move(start[0] + 100, start[1], steps=4)
        page.mouse.up()
        words = page.locator('[data-slot="LCC"] .measure text')
        expect(words).to_have_count(1)
        shown = float((words.text_content() or "").removesuffix(" mm"))
        share = float(corner(hung, "LCC").split(" · ")[1].split("\u00a0")[0]) / 100
        spacing = self.spacing(hung)
        assert shown == pytest.approx(100 / share * spacing, rel=0.03)  # the share is rounded to a whole percent
        page.keyboard.press("Delete")
        expect(words).to_have_count(0)

    def spacing(self, reader: Reader) -> float:
        facts = reader.page.locator(".image-facts").inner_text()
        return float(facts.split(" · ")[-1].split(" mm")[0])

    def test_without_spacing_a_length_is_in_pixels_and_says_so(self, reader: Reader, tmp_path: Path) -> None:
        from tests.app.stubs import png

        (tmp_path / "plain.png").write_bytes(png(400, 300))
        reader.upload(tmp_path / "plain.png")
        reader.wait_for_end()
        reader.page.wait_for_selector(reader.active("canvas"))
        reader.page.keyboard.press("l")
        reader.page.mouse.move(500, 300)
        reader.page.mouse.down()
        reader.page.mouse.move(600, 300, steps=3)
        reader.page.mouse.up()
        expect(reader.page.locator(".measure text")).to_contain_text("px (spacing not known)")

    def test_the_magnifying_glass_follows_the_pointer(self, hung: Reader) -> None:
        hung.page.keyboard.press("g")
        hung.page.mouse.move(560, 300)
        hung.page.mouse.move(570, 310, steps=3)
        lens = hung.page.locator(".lens:visible")
        expect(lens).to_have_count(1)
        box = lens.bounding_box()
        assert box is not None
        assert (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) == pytest.approx((570, 310), abs=2)
        expect(lens.locator("canvas")).to_be_visible()

    def test_a_key_can_be_changed_and_stays_changed(self, hung: Reader) -> None:
        page = hung.page
        page.keyboard.press("?")
        page.get_by_role("button", name="i: change the key for “Invert black and white”").click()
        page.keyboard.press("y")
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.keyboard.press("y")
        expect(page.locator('[data-slot="RCC"] .corner.bottom')).to_contain_text("inverted")
        page.reload()
        expect(page.locator(".pane.selected .corner.bottom")).to_contain_text("W ")  # the picture is there
        page.keyboard.press("y")
        expect(page.locator(".pane.selected .corner.bottom")).to_contain_text("inverted")

    def test_every_key_is_told_by_the_help_of_keys(self, hung: Reader) -> None:
        hung.page.keyboard.press("?")
        dialog = hung.page.get_by_role("dialog")
        for words in ("Both MLO", "Full resolution", "Drag measures a length", "Magnifying glass", "Breast mask"):
            expect(dialog).to_contain_text(words)


class TestOverlays:
    def test_the_breast_mask_lies_over_every_picture_with_its_strength(self, hung: Reader) -> None:
        hung.page.keyboard.press("b")
        masks = hung.page.locator('[data-overlay="mask"]')
        expect(masks).to_have_count(4)
        hung.page.get_by_label("Strength").fill("0.2")
        expect(masks.first).to_have_css("opacity", "0.2")
        hung.page.get_by_role("button", name="Hide the map").click()
        expect(masks).to_have_count(0)

    def test_a_map_that_cannot_be_made_says_why(self, hung: Reader) -> None:
        hung.page.keyboard.press("t")
        expect(hung.page.locator(".overlay-words")).to_contain_text("No map:", timeout=60_000)
        hung.complaints.clear()  # Chromium's own "Failed to load resource"


class TestReadFirst:
    def test_marks_are_kept_back_until_they_are_asked_for(self, hung: Reader) -> None:
        page = hung.page
        expect(page.locator(".mark").first).to_be_attached()
        page.keyboard.press("q")
        expect(page.locator(".mark")).to_have_count(0)
        page.reload()
        expect(page.locator(".pane-loading")).to_have_count(0, timeout=120_000)
        expect(page.locator(".mark")).to_have_count(0)
        page.keyboard.press("m")
        expect(page.locator(".mark").first).to_be_attached()


def test_twelve_megapixels_answer_to_wheel_and_drag_without_waiting(reader: Reader, tmp_path: Path) -> None:
    reader.upload(*four_views(tmp_path, size=(4096, 3328)))
    expect(reader.page.locator("[data-pane] canvas")).to_have_count(4, timeout=120_000)
    expect(reader.page.locator(".pane-loading")).to_have_count(0, timeout=120_000)
    pane = reader.page.locator('[data-slot="RCC"]').bounding_box()
    assert pane is not None
    middle = Rectangle(pane["x"], pane["y"], pane["width"], pane["height"])
    with reader.without_any_request():
        moved = reader.page.evaluate(
            """async ([x, y]) => {
              const pane = document.elementFromPoint(x, y).closest(".pane");
              const frame = () => new Promise((done) => requestAnimationFrame(done));
              const place = () => JSON.stringify(pane.querySelector(".mark").getBoundingClientRect());
              let moved = 0;
              for (let step = 0; step < 30; step += 1) {
                const before = place();
                const how = { deltaY: step < 15 ? -60 : 60, clientX: x, clientY: y, bubbles: true, cancelable: true };
                pane.dispatchEvent(new WheelEvent("wheel", how));
                await frame();
                await frame();
                moved += place() !== before;
              }
              return moved;
            }""",
            [middle.x + middle.width / 2, middle.y + middle.height / 2],
        )
    assert moved == 30  # each turn of the wheel shows within two frames, and nobody is asked for anything


def test_the_page_answers_while_four_large_images_are_sent_and_analysed(reader: Reader, tmp_path: Path) -> None:
    paths = four_views(tmp_path, size=(4096, 3328))
    reader.upload(*paths)
    tabs = [reader.page.get_by_role("tab", name=name) for name in ("Models", "Picture")]
    answered = 0
    while reader.page.locator(".pane-loading").count() or reader.page.locator("[data-pane] canvas").count() < 4:
        for tab in tabs:
            tab.click()
            expect(tab).to_have_attribute("aria-selected", "true")
        answered += 1
    assert answered > 3  # while the images were sent, analysed and drawn
