"""Heatmaps and masking maps of stored analyses: made by the one worker when first asked for, then kept beside them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import TimeoutError as StillWaiting
from pathlib import Path
from threading import Semaphore

import cv2
import numpy as np
from numpy.typing import NDArray

from app import pictures, png_text
from app.errors import ProblemError
from app.jobs import Jobs
from app.settings import DISCLAIMER
from app.store import Record
from pipeline.colours import coloured, eight_bit
from pipeline.geometry import Transform
from pipeline.mammogram import Mammogram
from pipeline.preprocess import Prepared

Grey8 = NDArray[np.uint8]  # (rows, columns), frame of the sent image
Make = Callable[[Mammogram, Prepared], NDArray[np.float32]]  # -> (rows, columns) of the sent image, 0..1

LONGEST_WAIT_S = 45.0
TRANSFORM = ("acquired_width", "flipped", "left", "top", "scale_x", "scale_y")


def kept_or_made(jobs: Jobs, seats: Semaphore, record: Record, name: str, make: Make) -> Grey8:
    """The map of that file name; `make` runs in the worker, so that no two inferences run at once.

    `seats` are for requests that hold a thread for long. Raises ProblemError not_ready before the analysis is done,
    queue_full when no seat is free or the worker is busy for long, not_found when the analysis was deleted meanwhile.
    """
    folder = jobs.store.folder(record.id)
    if record.document is None or record.preprocessed is None:
        raise ProblemError("not_ready", "Maps are made of a finished analysis; follow its events or ask again.")
    if not (folder / name).is_file():
        _made(jobs, seats, record, folder / name, make)
    try:
        return pictures.grey_of_png((folder / name).read_bytes())
    except FileNotFoundError:
        raise gone() from None


def _made(jobs: Jobs, seats: Semaphore, record: Record, path: Path, make: Make) -> None:
    def task() -> None:
        if not path.exists():  # two readers may have asked at once
            _keep(path, make(mammogram_of(path.parent), prepared_of(record, path.parent)))

    if not seats.acquire(blocking=False):
        raise busy()
    try:
        jobs.run(task).result(LONGEST_WAIT_S)
    except StillWaiting:
        raise busy() from None
    except FileNotFoundError:
        raise gone() from None
    finally:
        seats.release()


def _keep(path: Path, map_: NDArray[np.float32]) -> None:
    """All of it or nothing: readers may look at any moment."""
    partial = path.with_suffix(".part")
    partial.write_bytes(pictures.png(eight_bit(map_)))
    partial.replace(path)


def prepared_of(record: Record, folder: Path) -> Prepared:
    """What the networks saw, from the picture that was kept of it."""
    way, document = record.preprocessed or {}, record.document or {}
    pixels = pictures.grey_of_png((folder / pictures.PREPROCESSED).read_bytes())
    spacing = document["image"]["pixel_spacing_mm"]
    return Prepared(pixels, Transform(**{key: way[key] for key in TRANSFORM}), tuple(spacing) if spacing else None)


def mammogram_of(folder: Path) -> Mammogram:
    """The sent image at 8 bit: all that is kept of it in the range that preprocess() takes."""
    grey = pictures.grey_of_png((folder / pictures.ORIGINAL).read_bytes())
    return Mammogram(np.asarray(grey / np.float32(255), np.float32), grey_levels=256)


def as_png(map_: Grey8, opacity: float | None, about: str) -> bytes:
    """Colours with transparency, or the bare map where `opacity` is None; what it is stands in its text chunks."""
    picture = pictures.png(map_) if opacity is None else _rgba_png(coloured(map_, opacity))
    return png_text.with_words(picture, {"Title": "Mammoscope map", "Description": about, "Disclaimer": DISCLAIMER})


def _rgba_png(rgba: NDArray[np.uint8]) -> bytes:
    written, data = cv2.imencode(".png", cv2.cvtColor(rgba, cv2.COLOR_RGBA2BGRA), pictures.FAST)
    if not written:
        raise ValueError(f"no PNG can be made of shape {rgba.shape}")
    return bytes(data)


def busy() -> ProblemError:
    return ProblemError("queue_full", "Other work comes first; ask again.", {"Retry-After": "10"})


def gone() -> ProblemError:
    return ProblemError("not_found", "There is no analysis with this id; it may have been deleted.")
