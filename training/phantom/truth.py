"""What is true of a phantom, as JSON in the manner of COCO; and the phantom as PNG."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from training.phantom.values import Lesion, Phantom

SCHEMA = "mammoscope/phantom/1"


def truth(phantom: Phantom) -> dict[str, Any]:
    """Boxes (x, y, width, height), outlines and spots in acquired pixels, origin top left."""
    height_mm, depth_mm = phantom.size_mm
    return {
        "schema": SCHEMA,
        "seed": phantom.seed,
        "patient": phantom.patient,
        "image": {
            "width": phantom.columns,
            "height": phantom.rows,
            "laterality": phantom.laterality.value,
            "view": phantom.view,
            "pixel_spacing_mm": list(phantom.spacing_mm),
            "bits_stored": phantom.bits_stored,
            "burnt_in": phantom.burnt_in,
        },
        "density": phantom.density.value,
        "percent_density": round(phantom.percent_density, 2),
        "breast": {
            "height_mm": round(height_mm, 2),
            "depth_mm": round(depth_mm, 2),
            "pixels": int(phantom.breast.sum()),
        },
        "annotations": [_annotation(i, lesion) for i, lesion in enumerate(phantom.lesions, start=1)],
    }


def _annotation(number: int, lesion: Lesion) -> dict[str, Any]:
    box = lesion.box
    return {
        "id": number,
        "kind": lesion.kind.value,
        "malignant": lesion.malignant,
        "margin": None if lesion.margin is None else lesion.margin.value,
        "diameter_mm": round(lesion.diameter_mm, 2),
        "box": {"x": box.x, "y": box.y, "width": box.width, "height": box.height},
        "outline": lesion.outline.tolist(),
        "spots": [] if lesion.spots is None else lesion.spots.tolist(),
    }


def write_truth(phantom: Phantom, path: Path) -> None:
    path.write_text(json.dumps(truth(phantom), indent=1) + "\n", encoding="utf-8")


def write_png(phantom: Phantom, path: Path, bits: int = 16) -> None:
    """Grey PNG of 8 or 16 bit whose white is the phantom's white. Raises ValueError for other depths."""
    path.write_bytes(png_bytes(phantom, bits))


def png_bytes(phantom: Phantom, bits: int = 16) -> bytes:
    if bits not in (8, 16):
        raise ValueError(f"a PNG has 8 or 16 bit, received {bits}")
    kind = np.uint8 if bits == 8 else np.uint16
    scaled = np.rint(phantom.pixels * ((2**bits - 1) / phantom.white)).astype(kind)
    done, encoded = cv2.imencode(".png", scaled)
    if not done:
        raise RuntimeError("OpenCV could not encode the PNG")
    return encoded.tobytes()
