"""Pictures with nothing medical in them: pages, patterns, scenery. See strangers.py."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
WORDS = ("the", "report", "of", "an", "image", "was", "sent", "with", "letters", "beside", "figures", "nobody", "read")
FONTS = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_COMPLEX, cv2.FONT_HERSHEY_TRIPLEX, cv2.FONT_HERSHEY_PLAIN)


def _written(page: Floats, rng: np.random.Generator, ink: float, lines: int, indent: float) -> None:
    rows, columns = page.shape
    letters = np.zeros((rows, columns), np.uint8)  # OpenCV writes on 8 bits only
    font, size = int(rng.choice(FONTS)), rng.uniform(0.4, 0.9)
    for i in range(lines):
        words = " ".join(rng.choice(WORDS, int(rng.integers(2, 14))))
        at = (round(indent * columns), round((0.08 + 0.86 * i / lines) * rows))
        cv2.putText(letters, words, at, font, size, 255, 1, cv2.LINE_AA)
    page += (letters / np.float32(255)) * (ink - page)


def text_page(rng: np.random.Generator) -> Floats:
    """Lines of words, dark on light or light on dark."""
    rows, columns = int(rng.integers(480, 720)), int(rng.integers(360, 640))
    dark = rng.random() < 0.4
    page = np.full((rows, columns), 0.02 if dark else rng.uniform(0.85, 1.0), np.float32)
    _written(page, rng, 0.9 if dark else rng.uniform(0.0, 0.3), int(rng.integers(8, 36)), rng.uniform(0.03, 0.15))
    return page


def form(rng: np.random.Generator) -> Floats:
    """Boxes and a table with some words in them."""
    rows, columns = int(rng.integers(420, 700)), int(rng.integers(420, 700))
    page = np.full((rows, columns), rng.uniform(0.8, 1.0), np.float32)
    for i in range(int(rng.integers(4, 14))):
        y = int((0.05 + 0.07 * i) * rows)
        cv2.line(page, (10, y), (columns - 10, y), 0.3, 1)
    for x in np.sort(rng.uniform(0.05, 0.95, 4)):
        cv2.line(page, (int(x * columns), 20), (int(x * columns), rows - 20), 0.3, 1)
    _written(page, rng, 0.15, int(rng.integers(4, 12)), 0.06)
    return page


def window(rng: np.random.Generator) -> Floats:
    """A screen: bars, panels, buttons, a picture within."""
    rows, columns = int(rng.integers(400, 560)), int(rng.integers(600, 800))
    screen = np.full((rows, columns), rng.uniform(0.05, 0.9), np.float32)
    for _ in range(int(rng.integers(4, 12))):
        x, y = int(rng.integers(0, columns - 40)), int(rng.integers(0, rows - 40))
        corner = (x + int(rng.integers(30, 300)), y + int(rng.integers(15, 240)))
        cv2.rectangle(screen, (x, y), corner, float(rng.uniform(0, 1)), -1)
    cv2.rectangle(screen, (0, 0), (columns, 30), float(rng.uniform(0, 1)), -1)
    _written(screen, rng, float(rng.uniform(0, 1)), int(rng.integers(3, 10)), rng.uniform(0.02, 0.5))
    return screen


def scenery(rng: np.random.Generator) -> Floats:
    """Sky, ridges of hills, perhaps a sun."""
    rows, columns = int(rng.integers(360, 560)), int(rng.integers(420, 720))
    down = np.linspace(rng.uniform(0.2, 1), rng.uniform(0.2, 1), rows, dtype=np.float32)
    picture = np.repeat(down[:, None], columns, axis=1)
    cv2.circle(picture, (int(rng.integers(columns)), int(rng.integers(rows))), int(rng.integers(10, 60)), 0.98, -1)
    for layer in range(int(rng.integers(2, 5))):
        across = np.linspace(0, rng.uniform(4, 20), columns)
        ridge = rows * (0.4 + 0.14 * layer + 0.06 * np.sin(across + layer) + 0.03 * np.sin(3 * across))
        picture[np.arange(rows)[:, None] > ridge[None, :]] = rng.uniform(0.05, 0.8)
    return picture


def cells(rng: np.random.Generator) -> Floats:
    """Round things on a plain ground, as under a microscope."""
    rows, columns = int(rng.integers(380, 560)), int(rng.integers(380, 640))
    ground, body = rng.uniform(0, 1, 2)
    picture = np.full((rows, columns), ground, np.float32)
    for _ in range(int(rng.integers(20, 160))):
        at = (int(rng.integers(columns)), int(rng.integers(rows)))
        radius = int(rng.integers(6, 28))
        cv2.ellipse(picture, at, (radius, int(radius * rng.uniform(0.6, 1))), rng.uniform(0, 180), 0, 360, body, -1)
        cv2.circle(picture, at, max(2, radius // 3), (ground + body) / 2, -1)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 1.2), np.float32)


def pattern(rng: np.random.Generator) -> Floats:
    """Bars, squares, steps of grey: a test chart."""
    rows, columns = int(rng.integers(320, 560)), int(rng.integers(320, 560))
    y, x = np.mgrid[:rows, :columns].astype(np.float32)
    turn, period = rng.uniform(0, np.pi), rng.uniform(8, 90)
    across, along = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    chart = rng.integers(3)
    if chart == 0:
        return np.asarray(np.sin(across / period * 6) > 0, np.float32)
    if chart == 1:
        return np.asarray((across // period + along // period) % 2, np.float32) * 0.9
    return np.asarray(np.floor(x / columns * 12) / 12 * (0.5 + 0.5 * (y > rows / 2)), np.float32)


def static(rng: np.random.Generator) -> Floats:
    """Noise, coarse or fine."""
    rows, columns = int(rng.integers(200, 500)), int(rng.integers(200, 500))
    grain = int(rng.integers(1, 24))
    noise = rng.random((-(-rows // grain), -(-columns // grain))).astype(np.float32)
    return np.asarray(cv2.resize(noise, (columns, rows), interpolation=cv2.INTER_NEAREST), np.float32)


PAPERS: dict[str, Callable[[np.random.Generator], Floats]] = {
    painter.__name__: painter for painter in (text_page, form, window, scenery, cells, pattern, static)
}
