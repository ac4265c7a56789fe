"""What a reader does with the page and sees on it, in words."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Locator, Page, Request, Response

DROP = """([name, bytes]) => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([new Uint8Array(bytes)], name));
  const how = { dataTransfer, bubbles: true, cancelable: true };
  for (const type of ["dragenter", "dragover", "drop"]) {
    document.querySelector(".stage").dispatchEvent(new DragEvent(type, how));
  }
}"""
REFUSALS = "Failed to load resource: the server responded with a status of 4"  # Chromium's word on any 4xx answer
PATIENCE_MS = 120_000  # the machine may be training something meanwhile


class Reader:
    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url
        self.requests: list[Request] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requests.append(request))
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(REFUSALS):
            self.complaints.append(message.text)

    def open(self) -> None:
        """Until the page has listed what there is, and once more when the server's news began."""
        lists: list[Response] = []
        self.page.on("response", lambda answer: lists.append(answer) if answer.url.endswith("/studies") else None)
        self.page.goto(self.url)
        until = time.monotonic() + PATIENCE_MS / 1000
        while len(lists) < 2 and time.monotonic() < until:
            self.page.wait_for_timeout(20)

    def upload(self, *files: Path) -> None:
        self.page.set_input_files("input[type=file]:not([webkitdirectory])", list(files))

    def drop(self, name: str, data: bytes) -> None:
        self.page.evaluate(DROP, [name, list(data)])

    def wait_for_result(self) -> None:
        """Until the selected analysis is done and its marks are painted."""
        self.wait_for_end()
        self.wait_for_marks(True)

    def wait_for_end(self) -> None:
        """Until the selected analysis is done; fails with the page's own words when it failed."""
        progress, failure = self.page.locator(".progress"), self.page.locator(".failure")
        until = time.monotonic() + PATIENCE_MS / 1000
        while progress.is_visible():
            assert not failure.is_visible(), failure.inner_text()
            assert time.monotonic() < until, f"still waiting: {progress.inner_text()}"
            self.page.wait_for_timeout(50)

    def wait_for_marks(self, there: bool) -> None:
        """Until the picture in the active pane has marks over it, or none."""
        self.page.wait_for_selector(self.active("canvas"), timeout=PATIENCE_MS)
        until = time.monotonic() + PATIENCE_MS / 1000
        while (self.marks.count() > 0) != there:  # wait_for_function would need eval, which the page's policy forbids
            assert time.monotonic() < until, f"marks {'never came' if there else 'stayed'}"

    def active(self, part: str) -> str:
        return f".pane.selected {part}"

    @property
    def marks(self) -> Locator:
        """Of the active pane."""
        return self.page.locator(self.active(".mark"))

    def middle_of_mark(self, finding: int) -> tuple[float, float]:
        """In page coordinates."""
        box = self.page.locator(self.active(f'[data-mark="{finding}"]')).bounding_box()
        assert box is not None
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def next_frames(self) -> None:
        self.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def picture(self) -> str:
        """What the canvas of the active pane shows once it no longer changes; marks are a layer of their own."""
        before, now = None, self._painted()
        until = time.monotonic() + PATIENCE_MS / 1000
        while now != before and time.monotonic() < until:
            self.page.wait_for_timeout(250)  # a finer level follows when the zoom has settled
            before, now = now, self._painted()
        return now

    def _painted(self) -> str:
        self.next_frames()
        return str(self.page.evaluate("(part) => document.querySelector(part).toDataURL()", self.active("canvas")))

    def set_confidence(self, value: float) -> None:
        self.page.get_by_label("Show from confidence").fill(str(value))

    @property
    def findings(self) -> Locator:
        return self.page.locator("[data-finding]")

    @property
    def count(self) -> str:
        return self.page.get_by_test_id("count").inner_text()

    @property
    def chosen(self) -> list[str | None]:
        return [row.get_attribute("data-finding") for row in self.findings.all() if _is_pressed(row)]

    @contextmanager
    def without_any_request(self) -> Iterator[None]:
        """Fails when the page asks anything inside the block or shortly after it.

        The browser itself asks for the page's icon when it pleases.
        """
        before = len(self.requests)
        yield
        self.page.wait_for_timeout(1500)  # longer than the page waits between two questions about its jobs
        asked = [request.url for request in self.requests[before:]]
        assert [url for url in asked if not url.endswith(".svg")] == []

    def check_conduct(self) -> None:
        here = urlsplit(self.url).netloc
        strangers = {request.url for request in self.requests if urlsplit(request.url).netloc not in ("", here)}
        assert (strangers, self.complaints) == (set(), []), (strangers, self.complaints)


def _is_pressed(row: Locator) -> bool:
    return row.locator("button.entry").get_attribute("aria-pressed") == "true"
