"""What the main screens look like, held against small pictures of them (tests/browser/screens, phantoms only).

MAMMOSCOPE_REWRITE_SCREENS=1 draws them anew; look at them before they are committed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import expect

from tests.browser.reader import Reader
from tests.browser.viewing import four_views

SCREENS = Path(__file__).parent / "screens"
WIDTH, HEIGHT = 342, 192  # a quarter of the page: letters blur, layout and pictures stay
MEAN_DIFFERENCE = 3.0  # grey levels of 255: dates and the renderer's own rounding
OFF = 40  # grey levels; a pixel further away than that is another thing
SHARE_OFF = 0.02  # of the pixels


def shown(reader: Reader) -> NDArray[np.uint8]:
    reader.page.mouse.move(5, 700)
    reader.page.wait_for_timeout(700)  # the finer levels of the pictures arrive
    page = cv2.imdecode(np.frombuffer(reader.page.screenshot(), np.uint8), cv2.IMREAD_GRAYSCALE)
    assert page is not None
    return np.asarray(cv2.resize(page, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA), np.uint8)


def nothing(reader: Reader, folder: Path) -> None:
    expect(reader.page.get_by_text("Drop mammograms here")).to_be_visible()


def four(reader: Reader, folder: Path) -> None:
    reader.upload(*four_views(folder))
    expect(reader.page.locator("[data-pane] canvas")).to_have_count(4, timeout=120_000)
    expect(reader.page.locator(".pane-loading")).to_have_count(0, timeout=120_000)
    expect(reader.page.locator(".study .state")).to_contain_text("Done", timeout=60_000)


def verdict(reader: Reader, folder: Path) -> None:
    four(reader, folder)
    reader.page.get_by_role("tab", name="Verdict").click()


def one_alone(reader: Reader, folder: Path) -> None:
    four(reader, folder)
    reader.page.keyboard.press("6")


def keys(reader: Reader, folder: Path) -> None:
    four(reader, folder)
    reader.page.keyboard.press("?")
    expect(reader.page.get_by_role("dialog")).to_be_visible()


@pytest.mark.parametrize("state", [nothing, four, verdict, one_alone, keys], ids=lambda state: state.__name__)
def test_a_main_screen_looks_as_it_did(reader: Reader, tmp_path: Path, state: Callable[[Reader, Path], None]) -> None:
    state(reader, tmp_path)
    path, now = SCREENS / f"{state.__name__}.png", shown(reader)
    if os.environ.get("MAMMOSCOPE_REWRITE_SCREENS"):
        cv2.imwrite(str(path), now)
        pytest.skip(f"drew {path.name} anew")
    then = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    assert then is not None, f"{path.name} is missing"
    apart = np.abs(now.astype(int) - then)
    told = f"mean {apart.mean():.2f}, {(apart > OFF).mean():.1%} of the pixels"
    assert apart.mean() <= MEAN_DIFFERENCE, told
    assert (apart > OFF).mean() <= SHARE_OFF, told


def test_another_screen_is_told_apart() -> None:
    first, second = (
        np.asarray(cv2.imread(str(SCREENS / name), cv2.IMREAD_GRAYSCALE), int) for name in ("four.png", "verdict.png")
    )
    assert (np.abs(first - second) > OFF).mean() > SHARE_OFF / 2
