"""What a guard is taught on: pictures as somebody might send them, and what is known of their look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from models.guard import ANSWERS

Floats = NDArray[np.float32]
LONGEST = 512  # pixels of the copies that are distorted
FILM = ("mini_mias", "mini_mias_release", "ddsm_tissue_seg", "cbis_ddsm")  # digitised; all others are digital
SQUASHED = ("rsna_subset",)
CUT = ("cdd_cesm_cc", "cdd_cesm")  # to the breast: whether something is missing is not known
TAUGHT = tuple(name for name in ANSWERS if name != "inside")
PLAIN = "plain"


@dataclass(frozen=True, eq=False)
class View:
    """One picture, with the truth of every answer of TAUGHT; an answer that is not there is unknown."""

    pixels: Floats  # (rows, columns) 0..1, no side longer than LONGEST
    truth: dict[str, bool] = field(default_factory=dict)
    how: str = PLAIN


def shrunk(pixels: Floats) -> Floats:
    scale = LONGEST / max(pixels.shape)
    if scale >= 1:
        return np.array(pixels, np.float32)
    return np.asarray(cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.float32)


def mammogram_view(pixels: Floats, dataset: str) -> View:
    """As it came, with what its data set tells of its look."""
    known = {"mammogram": True, "film": dataset in FILM, "negative": False, "squashed": dataset in SQUASHED}
    return View(shrunk(pixels), known if dataset in CUT else known | {"cropped": False})


def other_view(pixels: Floats) -> View:
    return View(shrunk(pixels), {"mammogram": False})


def negative(view: View, rng: np.random.Generator) -> View:
    return _changed(view, 1 - view.pixels, "negative", negative=True)


def squashed(view: View, rng: np.random.Generator) -> View:
    """One side by a third to double too long. What was squashed before may become right by it."""
    factor = float(np.exp(rng.uniform(np.log(1.35), np.log(2.0))))
    wide = rng.random() < 0.7 or view.truth.get("squashed", False)
    done = cv2.resize(view.pixels, None, fx=factor if wide else 1, fy=1 if wide else factor)
    return _changed(view, shrunk(np.asarray(done, np.float32)), "squashed", squashed=True)


def cropped(view: View, rng: np.random.Generator) -> View:
    """A part of the breast: so much is cut off that at least a fifth of what is bright is lost, if that can be done."""
    rows, columns = view.pixels.shape
    bright = view.pixels > view.pixels.mean() * 0.7
    for _ in range(20):
        height, width = round(rows * rng.uniform(0.3, 0.75)), round(columns * rng.uniform(0.3, 0.8))
        top, left = int(rng.integers(rows - height + 1)), int(rng.integers(columns - width + 1))
        part = bright[top : top + height, left : left + width]
        if part.mean() > 0.5 and part.sum() < 0.8 * bright.sum():
            cut = view.pixels[top : top + height, left : left + width]
            return _changed(view, np.ascontiguousarray(cut), "cropped", cropped=True)
    return replace(view, how="uncut")


def windowed(view: View, rng: np.random.Generator) -> View:
    low, high = rng.uniform(0, 0.12), rng.uniform(0.7, 1.0)
    grey = np.clip((view.pixels - low) / (high - low), 0, 1) ** rng.uniform(0.5, 2.0)
    return replace(view, pixels=grey.astype(np.float32), how="windowed")


def compressed(view: View, rng: np.random.Generator) -> View:
    """JPEG at a poor quality, of a small copy."""
    small = cv2.resize(view.pixels, None, fx=(share := rng.uniform(0.4, 1.0)), fy=share, interpolation=cv2.INTER_AREA)
    done = cv2.imencode(".jpg", (small * 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(15, 70))])
    decoded = cv2.imdecode(done[1], cv2.IMREAD_GRAYSCALE)
    return replace(view, pixels=np.asarray(decoded, np.float32) / np.float32(255), how="compressed")


def labelled(view: View, rng: np.random.Generator) -> View:
    """With letters burned in, light or dark."""
    letters = np.zeros(view.pixels.shape, np.uint8)
    rows, columns = view.pixels.shape
    for _ in range(int(rng.integers(1, 5))):
        words = " ".join("".join(rng.choice(list("ABCDELMR0123459-:"), 5)) for _ in range(int(rng.integers(1, 4))))
        at = (int(rng.uniform(0.02, 0.7) * columns), int(rng.uniform(0.05, 0.97) * rows))
        cv2.putText(letters, words, at, cv2.FONT_HERSHEY_SIMPLEX, rng.uniform(0.3, 0.9), 255, 1, cv2.LINE_AA)
    ink = letters / np.float32(255)
    return replace(
        view, pixels=np.asarray(view.pixels * (1 - ink) + ink * rng.choice([1.0, 0.9]), np.float32), how="labelled"
    )


def tilted(view: View, rng: np.random.Generator) -> View:
    """By some degrees, or lying on its side or head."""
    if rng.random() < 0.4:
        return replace(view, pixels=np.ascontiguousarray(np.rot90(view.pixels, int(rng.integers(1, 4)))), how="turned")
    rows, columns = view.pixels.shape
    turn = cv2.getRotationMatrix2D((columns / 2, rows / 2), rng.uniform(-15, 15), 1)
    return replace(view, pixels=_float(cv2.warpAffine(view.pixels, turn, (columns, rows))), how="tilted")


def grainy(view: View, rng: np.random.Generator) -> View:
    """Noisy, or blurred."""
    if rng.random() < 0.5:
        noise = rng.normal(0, rng.uniform(0.01, 0.06), view.pixels.shape)
        return replace(view, pixels=np.clip(view.pixels + noise, 0, 1).astype(np.float32), how="grainy")
    return replace(view, pixels=_float(cv2.GaussianBlur(view.pixels, (0, 0), rng.uniform(0.8, 3))), how="blurred")


def bordered(view: View, rng: np.random.Generator) -> View:
    """With a black or white frame, wider at some sides."""
    top, bottom, left, right = (int(part) for part in rng.integers(0, 90, 4))
    value = float(rng.choice([0.0, 0.0, 0.0, 1.0]))
    done = cv2.copyMakeBorder(view.pixels, top, bottom, left, right, cv2.BORDER_CONSTANT, value=value)
    return replace(view, pixels=shrunk(np.asarray(done, np.float32)), how="bordered")


def _float(pixels: NDArray[Any]) -> Floats:
    return np.asarray(pixels, np.float32)


def _changed(view: View, pixels: Floats, how: str, **truth: bool) -> View:
    return View(np.asarray(pixels, np.float32), view.truth | truth, how)


Change = Callable[[View, np.random.Generator], View]
OF_MAMMOGRAMS: tuple[Change, ...] = (
    negative, squashed, cropped, windowed, compressed, labelled, tilted, grainy, bordered
)  # fmt: skip
OF_OTHERS: tuple[Change, ...] = (negative, cropped, windowed, compressed, labelled, tilted, grainy, bordered, squashed)


def variants(view: View, changes: tuple[Change, ...], many: int, rng: np.random.Generator) -> list[View]:
    """The view as it came, and `many` of it changed, each once or twice over."""
    found = [view]
    for _ in range(many):
        one = changes[int(rng.integers(len(changes)))](view, rng)
        found.append(replace(windowed(one, rng), how=one.how) if rng.random() < 0.3 else one)
    return [kept if view.truth["mammogram"] else replace(kept, truth=view.truth) for kept in found]
