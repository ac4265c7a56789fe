"""Pictures of other things than mammograms: any folders of pictures below OTHERS/, each folder a source.

A source (a package, a camera, a patient) is what a split keeps together. Copies of one picture belong in one folder.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from pipeline.errors import PipelineError
from pipeline.read import read
from pipeline.read_checks import looks_negative
from training.datasets.layout import IMAGES, WrongLayout, contents, images_below

KINDS = (*IMAGES, ".bmp", ".gif", ".ppm")
LEAST_SIDE = 64  # pixels; smaller ones are icons
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class OtherPicture:
    source: str
    path: Path

    @property
    def unit(self) -> tuple[str, str]:
        """As Example.unit."""
        return ("others", self.source)

    def load(self) -> tuple[Floats, bool] | None:
        """Grey (rows, columns) 0..1 as the reader turns it, and whether the reader itself would have let it in.

        Colour, several frames and other modalities, which the reader refuses, are turned into one grey picture all the
        same. None for what does not decode or is an icon.
        """
        data = self.path.read_bytes()
        try:
            return read(data).pixels, True
        except PipelineError:
            found = _decoded(data)
        if found is None or min(found.shape) < LEAST_SIDE or np.ptp(found) == 0:
            return None
        scaled = np.asarray((found - found.min()) / np.ptp(found), np.float32)
        return (np.float32(1) - scaled if looks_negative(scaled) else scaled), False


def others(root: Path, most: int = 10**9) -> Iterator[OtherPicture]:
    """Sorted by source; of a source with more than `most` pictures so many, evenly. Raises WrongLayout."""
    sources = sorted(path for path in root.iterdir() if path.is_dir()) if root.is_dir() else []
    if not sources:
        raise WrongLayout(f"expected folders of pictures, one a source, in {root}; {contents(root)}")
    for source in sources:
        files = images_below(source, KINDS)
        places = np.linspace(0, len(files) - 1, min(most, len(files))).round().astype(int)
        yield from (OtherPicture(source.name, files[place]) for place in places)


def _decoded(data: bytes) -> Floats | None:
    try:
        return _of_dicom(data) if data[128:132] == b"DICM" else _of_raster(data)
    except Exception:  # whatever a decoder stumbles over: this is not a reader of ours but a heap of strange files
        return None


def _of_raster(data: bytes) -> Floats | None:
    try:
        with Image.open(io.BytesIO(data)) as image:
            return np.asarray(image.convert("L"), np.float32)
    except UnidentifiedImageError:
        return None


def _of_dicom(data: bytes) -> Floats:
    dataset: Any = pydicom.dcmread(io.BytesIO(data))
    pixels = np.asarray(dataset.pixel_array, np.float32)
    if dataset.get("SamplesPerPixel", 1) == 3:
        pixels = pixels.mean(axis=-1)
    if pixels.ndim == 3:
        pixels = pixels[len(pixels) // 2]
    return np.asarray(-pixels if dataset.PhotometricInterpretation == "MONOCHROME1" else pixels, np.float32)
