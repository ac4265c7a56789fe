"""`mammoscope phantom`: a folder of drawn mammograms with their truth."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from training.phantom.dicom import Photometric, write_dicom
from training.phantom.draw import FULL_SIZE, draw_phantom
from training.phantom.truth import SCHEMA, truth, write_png
from training.phantom.values import Phantom

Exposure = tuple[Literal["L", "R"], Literal["CC", "MLO"]]
VIEWS: tuple[Exposure, ...] = (
    ("R", "CC"),
    ("L", "CC"),
    ("R", "MLO"),
    ("L", "MLO"),
)


def run(
    out: Path,
    count: int,
    seed: int = 0,
    format: Literal["dicom", "png"] = "dicom",
    size: tuple[int, int] = FULL_SIZE,
    photometric: Photometric = "MONOCHROME2",
    bits: Literal[8, 16] = 16,
    burnt_in: bool = True,
    progress: Callable[[str], None] = lambda line: None,
) -> list[Path]:
    """Writes phantom-0001.dcm (or .png) and phantom-0001.json and so on, and truth.json listing all.

    Each four are the right and left CC, right and left MLO of one patient. `size` is (rows, columns). Returns the
    images in order; `progress` is told each file's name. Raises ValueError for a count below 1.
    """
    if count < 1:
        raise ValueError(f"count must be at least 1, received {count}")
    out.mkdir(parents=True, exist_ok=True)
    images, listed = [], []
    for number in range(count):
        phantom = _numbered(number, seed, size, burnt_in)
        path = out / f"phantom-{number + 1:04d}{'.dcm' if format == 'dicom' else '.png'}"
        if format == "dicom":
            write_dicom(phantom, path, photometric)
        else:
            write_png(phantom, path, bits)
        true = {"file": path.name, **truth(phantom)}
        _write_json(path.with_suffix(".json"), true)
        images.append(path)
        listed.append(true)
        progress(path.name)
    _write_json(out / "truth.json", {"schema": SCHEMA, "images": listed})
    return images


def _numbered(number: int, seed: int, size: tuple[int, int], burnt_in: bool) -> Phantom:
    laterality, view = VIEWS[number % 4]
    patient = seed * 1_000_003 + number // 4
    return draw_phantom(
        patient * 4 + number % 4, size=size, view=view, laterality=laterality, patient=patient, burnt_in=burnt_in
    )


def _write_json(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
