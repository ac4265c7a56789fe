"""From brightness to stored values: blur and grain of the detector, the burnt-in label, whole numbers."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.mammogram import Laterality
from training.phantom.values import FloatImage, Phantom

GRAIN = 0.016  # deviation at brightness 0.5 in a pixel of 0.085 mm
LABEL_MM = (11.0, 34.0)  # height and width of the marker


def exposed(brightness: FloatImage, spacing_mm: float, rng: np.random.Generator) -> FloatImage:
    """Brightness as the detector saw it: counting noise, so its variance grows with the signal and shrinks with
    the area of a pixel; faintly correlated between neighbours."""
    deviation = max(GRAIN * 0.085 / spacing_mm, 0.0025)
    grain = rng.standard_normal(brightness.shape, dtype=np.float32)
    grain = np.asarray(cv2.GaussianBlur(grain, (3, 3), 0.55), dtype=np.float32) * 1.45
    spread = np.sqrt(np.clip(brightness, 0.02, None) * 2.0) * deviation
    return np.asarray(brightness + grain * spread, dtype=np.float32)


def stored(brightness: FloatImage, visible: NDArray[np.bool_], bits: int) -> NDArray[np.uint16]:
    """0 in air, 1 .. 2^bits - 1 in tissue, saturating."""
    white = 2**bits - 1
    values = np.clip(np.rint(brightness * white), 1, white).astype(np.uint16)
    return np.asarray(np.where(visible, values, 0), dtype=np.uint16)


def with_label(phantom: Phantom) -> Phantom:
    """The phantom with its view marker written over the upper corner away from the chest wall."""
    spacing_mm = phantom.spacing_mm[0]
    height, width = (round(side / spacing_mm) for side in LABEL_MM)
    margin = round(7.0 / spacing_mm)
    left = margin if phantom.laterality is Laterality.RIGHT else phantom.columns - width - margin
    marker = _marker(f"{phantom.laterality.value} {phantom.view}", height, width, spacing_mm)
    pixels = phantom.pixels.copy()
    region = pixels[margin : margin + height, left : left + width]
    np.maximum(region, (marker.astype(np.uint32) * phantom.white // 255).astype(np.uint16), out=region)
    return replace(phantom, pixels=pixels)


def _marker(text: str, height: int, width: int, spacing_mm: float) -> NDArray[np.uint8]:
    """Letters in a frame, 0..255."""
    marker = np.zeros((height, width), dtype=np.uint8)
    font, scale, weight = cv2.FONT_HERSHEY_SIMPLEX, 0.62 * height / 22.0, max(1, round(0.6 / spacing_mm))
    (text_width, text_height), _ = cv2.getTextSize(text, font, scale, weight)
    at = ((width - text_width) // 2, (height + text_height) // 2)
    cv2.putText(marker, text, at, font, scale, 255, weight, cv2.LINE_AA)
    cv2.rectangle(marker, (0, 0), (width - 1, height - 1), 255, weight)
    return marker
