"""Stored values -> 0..1, denser brighter: modality, VOI and presentation steps of DICOM PS3.3 C.11 and C.7.6.3."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset

from pipeline.dicom_decode import Stored
from pipeline.dicom_values import integer, items, number, text, values_of
from pipeline.read_checks import histogram, occupied_levels

Curve = NDArray[np.floating[Any]]  # one value for each stored level from the lowest to the highest of the image

LEAST_CONTRAST = 0.1  # of the output range; a window that leaves less shows a flat picture
LEAST_INSIDE = 0.02  # of the pixels between the extremes; a window that holds fewer shows a silhouette


def to_grey(dataset: Dataset, stored: Stored) -> tuple[NDArray[np.float32], int, tuple[str, ...]]:
    """(rows, columns) in 0..1, the number of grey levels that occur, and warnings.

    The steps run once for each level and not for each pixel. Padding becomes 0 and is left out of every statistic.
    Raises UnsupportedImage where only one value remains.
    """
    low, high = int(stored.min()), int(stored.max())
    index = (stored.astype(np.int32) - low).astype(np.uint16)
    levels = np.arange(low, high + 1)
    padding = padding_in(dataset, levels)
    counts = np.where(padding, np.float32(0), histogram(index)[: levels.size])
    occupied = occupied_levels(counts)
    values, warnings = _rescaled(dataset, levels)
    curve, more = _windowed(dataset, values, counts)
    curve = np.where(padding, 0.0, 1 - curve if is_inverted(dataset) else curve)
    return curve.astype(np.float32)[index], occupied, warnings + more


def padding_in(dataset: Dataset, levels: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Pixel Padding Value (0028,0120), to Pixel Padding Range Limit (0028,0121). PS3.3 C.7.5.1.1.2."""
    value = number(dataset, "PixelPaddingValue")
    if value is None:
        return np.zeros(levels.shape, np.bool_)
    limit = number(dataset, "PixelPaddingRangeLimit")
    first, last = sorted(_signed(dataset, edge) for edge in (value, value if limit is None else limit))
    padding: NDArray[np.bool_] = (levels >= first) & (levels <= last)
    return padding


def _signed(dataset: Dataset, value: float) -> float:
    """Some files write a signed padding value as unsigned."""
    bits = integer(dataset, "BitsAllocated")
    return value - 2**bits if integer(dataset, "PixelRepresentation") and value >= 2 ** (bits - 1) else value


def _rescaled(dataset: Dataset, levels: NDArray[np.int64]) -> tuple[Curve, tuple[str, ...]]:
    """Modality LUT or Rescale Slope (0028,1053) and Intercept (0028,1052). PS3.3 C.11.1."""
    for table in items(dataset, "ModalityLUTSequence"):
        return looked_up(table, levels.astype(np.float64))[0], ()
    slope, intercept = number(dataset, "RescaleSlope"), number(dataset, "RescaleIntercept")
    if slope == 0:
        return levels + (intercept or 0.0), ("Rescale Slope (0028,1053) is 0: taken as 1.",)
    return levels * (1.0 if slope is None else slope) + (intercept or 0.0), ()


def _windowed(dataset: Dataset, values: Curve, counts: NDArray[np.float32]) -> tuple[Curve, tuple[str, ...]]:
    """0..1 by the header, or by the range of the values present where the header says nothing or nonsense."""
    present = values[counts > 0]
    fallback = np.clip((values - present.min()) / (np.ptp(present) or 1.0), 0.0, 1.0)
    curve, name = _by_header(dataset, values)
    if curve is None:
        return fallback, ()
    if shows_the_image(curve, fallback, counts):
        return curve, ()
    return fallback, (f"{name} shows almost nothing of the image: the range of its values was used instead.",)


def _by_header(dataset: Dataset, values: Curve) -> tuple[Curve | None, str]:
    """The VOI LUT, else the first window, else the range of Bits Stored (unsigned values only); and its name."""
    for table in items(dataset, "VOILUTSequence"):
        output, largest = looked_up(table, values)
        return np.clip(output / largest, 0.0, 1.0), "VOI LUT Sequence (0028,3010)"
    center, width = number(dataset, "WindowCenter"), number(dataset, "WindowWidth")
    if center is not None and width is not None:
        function = text(dataset, "VOILUTFunction") or "LINEAR"
        return window(values, center, width, function), f"Window {center:g} / {width:g} (0028,1050)"
    if integer(dataset, "PixelRepresentation") or items(dataset, "ModalityLUTSequence"):
        return None, ""
    ends = _rescaled(dataset, np.array([0, 2 ** integer(dataset, "BitsStored") - 1]))[0]
    return np.clip((values - ends.min()) / np.ptp(ends), 0.0, 1.0), "Bits Stored (0028,0101)"


def window(values: Curve, center: float, width: float, function: str = "LINEAR") -> Curve:
    """0..1 by LINEAR, LINEAR_EXACT or SIGMOID, PS3.3 C.11.2.1.2 and C.11.2.1.3; all 0 for an impossible width."""
    if width <= 0 or (function == "LINEAR" and width < 1):
        return np.zeros_like(values)
    if function == "SIGMOID":
        return np.asarray(1 / (1 + np.exp(np.clip(-4 * (values - center) / width, -700, 700))))
    if function == "LINEAR_EXACT":
        return _ramp(values, center, width)
    if width == 1:
        return np.where(values > center - 0.5, 1.0, 0.0)
    return _ramp(values, center - 0.5, width - 1)


def _ramp(values: Curve, center: float, width: float) -> Curve:
    shown: Curve = np.clip((values - center) / width + 0.5, 0.0, 1.0)
    return shown


def shows_the_image(curve: Curve, fallback: Curve, counts: NDArray[np.float32]) -> bool:
    """False for windows that leave the picture flat, or push nearly all of its pixels to the ends."""

    def inside(shown: Curve) -> float:
        return float(counts[(shown > 0.005) & (shown < 0.995)].sum())

    contrast = float(np.ptp(curve[counts > 0]))
    return contrast >= LEAST_CONTRAST and inside(curve) >= LEAST_INSIDE * inside(fallback)


def looked_up(table: Dataset, values: Curve) -> tuple[Curve, float]:
    """Output of a LUT Descriptor (0028,3002) and its Data (0028,3006), and the largest it may be. PS3.3 C.11.1.1."""
    entries, first, bits = (int(value) for value in values_of(table, "LUTDescriptor"))
    data = _table_data(table, entries or 65536)
    if first >= 32768 and values.min() < 0:
        first -= 65536  # written as unsigned although the values are signed
    at = np.clip(np.round(values) - first, 0, data.size - 1).astype(np.int64)
    return data[at], max(float(2**bits - 1), float(data.max()))


def _table_data(table: Dataset, entries: int) -> Curve:
    found: Any = values_of(table, "LUTData")
    if len(found) == 1 and isinstance(found[0], bytes):  # OW: one byte or two an entry
        wide = len(found[0]) >= 2 * entries
        byte_order = ">" if table.original_encoding[1] is False else "<"  # of a sequence item as it was read
        found = np.frombuffer(found[0], f"{byte_order}u2" if wide else "u1")
    return np.asarray(found, np.float64)[:entries]


def is_inverted(dataset: Dataset) -> bool:
    """MONOCHROME1 shows its lowest value white; Presentation LUT Shape (2050,0020) INVERSE says the same again."""
    is_inverse = text(dataset, "PresentationLUTShape") == "INVERSE"
    return text(dataset, "PhotometricInterpretation") == "MONOCHROME1" or is_inverse
