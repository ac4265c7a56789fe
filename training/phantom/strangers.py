"""Grey pictures of other things than a breast, drawn: what a guard must tell from a mammogram, and tests may show."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from training.phantom.papers import PAPERS

Grey = NDArray[np.uint8]
Floats = NDArray[np.float32]
Painter = Callable[[np.random.Generator], Floats]


def draw_stranger(kind: str, seed: int) -> Grey:
    """A picture of `kind`, a key of KINDS, in shades of grey; the same for the same seed."""
    rng = np.random.default_rng([seed, *kind.encode()])
    picture = KINDS[kind](rng)
    picture = picture + rng.normal(0, rng.uniform(0.003, 0.03), picture.shape).astype(np.float32)
    return np.asarray(np.clip(picture * 255, 0, 255), np.uint8)


def clouds(rng: np.random.Generator, rows: int, columns: int, cells: int) -> Floats:
    """Smooth noise in 0..1 with about `cells` lumps across."""
    lumps = rng.random((max(2, cells * rows // columns), cells)).astype(np.float32)
    return np.asarray(cv2.resize(lumps, (columns, rows), interpolation=cv2.INTER_CUBIC), np.float32).clip(0, 1)


def texture(rng: np.random.Generator, rows: int, columns: int) -> Floats:
    """Tissue-like: clouds of several sizes, around 0."""
    layers = [clouds(rng, rows, columns, cells) - 0.5 for cells in (5, 11, 25, 60)]
    return np.asarray(sum(layer / (i + 1) for i, layer in enumerate(layers)), np.float32)


def _soft(picture: Floats, share: float) -> Floats:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), max(0.5, share * picture.shape[0])), np.float32)


def _ellipse(canvas: Floats, middle: tuple[float, float], axes: tuple[float, float], value: float, turn: float) -> None:
    """Filled; middle and axes (x, y) as shares of the canvas."""
    rows, columns = canvas.shape
    at = (round(middle[0] * columns), round(middle[1] * rows))
    cv2.ellipse(canvas, at, (round(axes[0] * columns), round(axes[1] * rows)), turn, 0, 360, value, -1)


def _line(canvas: Floats, points: list[tuple[float, float]], value: float, thickness: float) -> None:
    rows, columns = canvas.shape
    corners = np.array([(x * columns, y * rows) for x, y in points], np.int32)
    cv2.polylines(canvas, [corners], False, value, max(1, round(thickness * columns)), cv2.LINE_AA)


def chest_film(rng: np.random.Generator) -> Floats:
    """Frontal: two dark lungs, heart and mediastinum, ribs, clavicles, diaphragms."""
    rows, columns = int(rng.integers(480, 640)), int(rng.integers(440, 640))
    body = np.full((rows, columns), rng.uniform(0.45, 0.75), np.float32)
    tilt, level = rng.uniform(-4, 4), rng.uniform(0.45, 0.55)
    for side in (-1, 1):
        _ellipse(body, (0.5 + side * rng.uniform(0.19, 0.24), level), (0.155, rng.uniform(0.28, 0.36)), 0.12, tilt)
    body[round(rng.uniform(0.72, 0.85) * rows) :] = rng.uniform(0.6, 0.85)
    _ellipse(body, (0.5, 0.4), (0.07, 0.5), 0.75, 0)
    _ellipse(body, (0.5 + rng.uniform(0.03, 0.09), 0.63), (rng.uniform(0.12, 0.2), 0.15), 0.85, -30)
    body, bones = _soft(body, 0.012), np.zeros_like(body)
    for i in range(9):
        y = 0.16 + 0.068 * i
        for side in (-1, 1):
            arc = [
                (0.5 + side * (0.05 + 0.34 * t), y - 0.05 * np.sin(2.2 * t) + 0.14 * t * t)
                for t in np.linspace(0, 1, 12)
            ]
            _line(bones, arc, 0.16, 0.014)
    for side in (-1, 1):
        _line(bones, [(0.5 + side * 0.04, 0.17), (0.5 + side * 0.4, rng.uniform(0.08, 0.13))], 0.2, 0.025)
    picture = body + _soft(bones, 0.003) + 0.1 * texture(rng, rows, columns)
    shoulders = np.zeros_like(body)
    _ellipse(shoulders, (0.5, 1.0), (rng.uniform(0.5, 0.8), rng.uniform(0.95, 1.3)), 1.0, 0)
    return np.asarray(picture * _soft(shoulders, 0.01), np.float32)


def ct_slice(rng: np.random.Generator) -> Floats:
    """Trunk from below: wall, spine, organs or lungs, air around, sometimes the couch."""
    rows = columns = 512
    wide, high = rng.uniform(0.36, 0.46), rng.uniform(0.24, 0.36)
    body = np.zeros((rows, columns), np.float32)
    _ellipse(body, (0.5, 0.5), (wide, high), rng.uniform(0.25, 0.4), 0)
    _ellipse(body, (0.5, 0.5), (wide * 0.9, high * 0.87), rng.uniform(0.45, 0.6), 0)
    for _ in range(int(rng.integers(3, 9))):
        place = (0.5 + rng.uniform(-0.7, 0.7) * wide, 0.5 + rng.uniform(-0.6, 0.5) * high)
        lung = rng.random() < 0.4
        axes = (rng.uniform(0.04, 0.14), rng.uniform(0.04, 0.14))
        _ellipse(body, place, axes, rng.uniform(0.0, 0.1) if lung else rng.uniform(0.4, 0.8), rng.uniform(0, 180))
    _ellipse(body, (0.5, 0.5 + 0.62 * high), (0.05, 0.05), 0.98, 0)
    if rng.random() < 0.6:
        couch = [(0.15 + 0.7 * t, 0.5 + high + 0.02 + 0.06 * (1 - (2 * t - 1) ** 2)) for t in np.linspace(0, 1, 20)]
        _line(body, couch, 0.35, 0.006)
    return np.asarray(_soft(body, 0.002) + 0.05 * texture(rng, rows, columns) * (body > 0), np.float32)


def head(rng: np.random.Generator) -> Floats:
    """A slice of a head: scalp, skull dark or bright, folded brain, ventricles."""
    rows, columns = 512, int(rng.integers(400, 520))
    bright_bone = rng.random() < 0.5
    picture = np.zeros((rows, columns), np.float32)
    wide, high, turn = rng.uniform(0.34, 0.42), rng.uniform(0.42, 0.47), rng.uniform(-8, 8)
    _ellipse(picture, (0.5, 0.5), (wide, high), rng.uniform(0.5, 0.9), turn)
    _ellipse(picture, (0.5, 0.5), (wide * 0.94, high * 0.94), 1.0 if bright_bone else 0.06, turn)
    _ellipse(picture, (0.5, 0.5), (wide * 0.87, high * 0.88), 0.5, turn)
    folds = np.sin(texture(rng, rows, columns) * rng.uniform(12, 22)) * rng.uniform(0.04, 0.2)
    inside = (picture == 0.5).astype(np.float32)
    for side in (-1, 1):
        _ellipse(picture, (0.5 + side * 0.05, 0.47), (0.03, 0.1), rng.choice([0.08, 0.95]), side * -12)
    return np.asarray(_soft(picture, 0.002) + folds * inside, np.float32)


def ultrasound(rng: np.random.Generator) -> Floats:
    """A fan or a strip of speckle with layers, dark cysts and shadows, a scale beside it."""
    rows, columns = int(rng.integers(420, 600)), int(rng.integers(480, 760))
    y, x = np.mgrid[:rows, :columns].astype(np.float32)
    speckle = rng.rayleigh(0.35, (rows, columns)).astype(np.float32)
    layers = 0.35 + 0.3 * np.sin(y / rows * rng.uniform(8, 30) + 2 * clouds(rng, rows, columns, 5))
    tissue = _soft(speckle, 0.003) * (layers + clouds(rng, rows, columns, 9)) * 1.2
    for _ in range(int(rng.integers(0, 4))):
        hole = np.zeros_like(tissue)
        _ellipse(
            hole,
            (rng.uniform(0.3, 0.7), rng.uniform(0.3, 0.75)),
            (rng.uniform(0.03, 0.12), rng.uniform(0.03, 0.1)),
            1,
            0,
        )
        tissue *= 1 - 0.9 * _soft(hole, 0.01)
    if rng.random() < 0.7:
        far, angle = np.hypot(x - columns / 2, y + 0.1 * rows), np.abs(np.arctan2(x - columns / 2, y + 0.1 * rows))
        seen = (far > 0.17 * rows) & (far < rng.uniform(0.9, 1.05) * rows) & (angle < rng.uniform(0.45, 0.8))
    else:
        seen = (np.abs(x / columns - 0.5) < rng.uniform(0.3, 0.45)) & (y > 0.06 * rows) & (y < 0.94 * rows)
    picture = tissue * seen
    for i in range(10):
        _line(picture, [(0.97, 0.05 + 0.09 * i), (0.99, 0.05 + 0.09 * i)], 0.9, 0.002)
    return np.asarray(picture, np.float32)


def _bone(canvas: Floats, start: tuple[float, float], end: tuple[float, float], thick: float, value: float) -> None:
    _line(canvas, [start, end], value, thick)
    for x, y in (start, end):
        _ellipse(canvas, (x, y), (0.7 * thick, 0.7 * thick * canvas.shape[1] / canvas.shape[0]), value, 0)


def hand(rng: np.random.Generator) -> Floats:
    """Five rays of bones in soft tissue above a wrist."""
    rows, columns = int(rng.integers(500, 640)), int(rng.integers(380, 480))
    flesh, bones = np.zeros((rows, columns), np.float32), np.zeros((rows, columns), np.float32)
    _ellipse(flesh, (0.5, 0.62), (0.22, 0.17), 1, 0)
    _line(flesh, [(0.5, 0.65), (0.5, 1.0)], 1, 0.25)
    for i in range(5):
        lean = (i - 2) * rng.uniform(0.10, 0.14) + rng.uniform(-0.02, 0.02)
        base, reach = (0.5 + (i - 2) * 0.075, 0.6), (0.28, 0.44, 0.5, 0.46, 0.38)[i] * rng.uniform(0.9, 1.05)
        tip = (base[0] + lean * 1.1, base[1] - reach)
        _line(flesh, [base, tip], 1, 0.085)
        joints = [0.0, 0.42, 0.7, 0.88, 1.0]
        places = [(base[0] + (tip[0] - base[0]) * t, base[1] + (tip[1] - base[1]) * t) for t in joints]
        for a, b in pairwise(places):
            _bone(bones, (a[0], a[1] - 0.008), (b[0], b[1] + 0.008), 0.035, 1)
    for _ in range(8):
        _ellipse(bones, (rng.uniform(0.4, 0.6), rng.uniform(0.64, 0.72)), (0.04, 0.03), 1, rng.uniform(0, 180))
    for side in (-1, 1):
        _bone(bones, (0.5 + side * 0.06, 0.75), (0.5 + side * 0.06, 1.0), 0.07, 1)
    shade = 0.85 + 0.3 * texture(rng, rows, columns)
    return np.asarray((0.3 * _soft(flesh, 0.01) + 0.5 * _soft(bones, 0.003)) * shade, np.float32)


def long_bone(rng: np.random.Generator) -> Floats:
    """A knee, elbow or shaft: one or two long bones in soft tissue, from edge to edge."""
    rows, columns = int(rng.integers(480, 640)), int(rng.integers(300, 480))
    flesh, bones = np.zeros((rows, columns), np.float32), np.zeros((rows, columns), np.float32)
    lean, gap, thick = rng.uniform(-0.15, 0.15), rng.uniform(0.4, 0.6), rng.uniform(0.14, 0.26)
    _line(flesh, [(0.5 - lean, -0.05), (0.5, gap), (0.5 + lean, 1.05)], 1, rng.uniform(0.4, 0.7))
    for start, end in (((0.5 - lean, -0.1), (0.5, gap - 0.04)), ((0.5, gap + 0.03), (0.5 + lean, 1.1))):
        _bone(bones, start, end, thick, 1)
        _line(bones, [start, end], 0.55, thick * 0.5)
    _ellipse(bones, (0.5 + rng.uniform(-0.05, 0.05), gap - 0.08), (0.1, 0.05), 1.2, 0)
    shade = 0.85 + 0.4 * texture(rng, rows, columns)
    return np.asarray((0.35 * _soft(flesh, 0.015) + 0.5 * _soft(bones, 0.004)) * shade, np.float32)


def abdomen(rng: np.random.Generator) -> Floats:
    """A spine of blocks, a pelvis, gas, in a body that fills the film."""
    rows, columns = int(rng.integers(520, 640)), int(rng.integers(420, 540))
    picture = np.full((rows, columns), rng.uniform(0.3, 0.5), np.float32)
    for i in range(int(rng.integers(7, 10))):
        y = 0.08 + 0.085 * i
        _ellipse(picture, (0.5, y), (0.065, 0.033), 0.8, 0)
        _line(picture, [(0.38, y + 0.02), (0.62, y + 0.02)], 0.65, 0.012)
    for side in (-1, 1):
        _ellipse(picture, (0.5 + side * 0.24, 0.88), (0.18, 0.12), 0.7, side * 35)
        _ellipse(picture, (0.5 + side * 0.2, 0.92), (0.08, 0.05), 0.3, side * 20)
    for _ in range(int(rng.integers(4, 14))):
        _ellipse(
            picture,
            (rng.uniform(0.1, 0.9), rng.uniform(0.15, 0.8)),
            (rng.uniform(0.02, 0.08), 0.025),
            0.12,
            rng.uniform(0, 180),
        )
    return np.asarray(_soft(picture, 0.008) + 0.12 * texture(rng, rows, columns), np.float32)


def teeth(rng: np.random.Generator) -> Floats:
    """A panoramic picture: two rows of teeth on a bow between jaws."""
    rows, columns = int(rng.integers(300, 380)), int(rng.integers(600, 720))
    picture = 0.3 + 0.2 * clouds(rng, rows, columns, 7)
    sag = rng.uniform(0.1, 0.3)
    for jaw in (-1, 1):
        for i in range(14):
            x = 0.15 + 0.054 * i
            y = 0.5 + jaw * 0.1 + sag * (0.16 - (x - 0.5) ** 2)
            _ellipse(picture, (x, y), (0.021, 0.055), rng.uniform(0.75, 0.95), 0)
            _ellipse(picture, (x, y + jaw * 0.1), (0.013, 0.08), 0.65, 0)
    return np.asarray(_soft(picture, 0.006) + 0.1 * texture(rng, rows, columns), np.float32)


KINDS: dict[str, Painter] = {
    painter.__name__: painter for painter in (chest_film, ct_slice, head, ultrasound, hand, long_bone, abdomen, teeth)
} | PAPERS
