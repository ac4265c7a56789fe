"""DICOM stored values -> StoredImage: unsigned, denser brighter, with the windows of the header in the same values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset

from pipeline.dicom_decode import Stored
from pipeline.dicom_grey import is_inverted, looked_up, padding_in, shows_the_image, window
from pipeline.dicom_values import integer, items, number, numbers, text, values_of
from pipeline.read_checks import histogram
from pipeline.stored import ALL_VALUES, StoredImage, Window, distinct

Unsigned = NDArray[np.uint8] | NDArray[np.uint16]  # (rows, columns)

FUNCTIONS = ("LINEAR", "LINEAR_EXACT", "SIGMOID")
# Window explanations that we repeat; the attribute is free text and may name anyone.
KNOWN = re.compile(
    r"(?:(?:NORMAL|STANDARD|DEFAULT|HARDER|HARD|SOFTER|SOFT|BRIGHTER|DARKER|HIGHER|LOWER|HIGH|LOW|FULL|WIDE|NARROW|CONTRAST"
    r"|DENSE|FATTY|SKIN|AUTO|USER|MANUAL|WINDOW|ALGO|VOI|LUT|PRESET)[ _-]?\d{0,2}[ _-]?){1,3}"
)


@dataclass(frozen=True)
class Scale:
    """Value that the modality means = slope * value that we give + intercept. A negative slope: shown inverted."""

    slope: float
    intercept: float

    def window(self, name: str, center: float, width: float, function: str) -> Window:
        """A window of the header in ours; LINEAR is centred half a value lower and spans one less than it says."""
        half, one = (0.5, 1.0) if function == "LINEAR" else (0.0, 0.0)
        middle = (center - half - self.intercept) / self.slope
        return Window(name, middle + half, (width - one) / abs(self.slope) + one, function)

    def over(self, name: str, first: float, last: float) -> Window:
        low, high = sorted((edge - self.intercept) / self.slope for edge in (first, last))
        return Window.over(name, low, high)


def as_stored(dataset: Dataset, stored: Stored) -> StoredImage:
    """Stored values counted from the lowest that Bits Stored (0028,0101) allow, or the modality LUT's output where
    there is one; turned over where the file shows low values bright; Pixel Padding becomes 0."""
    unsigned = _unsigned(stored)
    levels = np.arange(np.iinfo(unsigned.dtype).max + 1).astype(unsigned.dtype).view(stored.dtype.name).astype(np.int64)
    padding = padding_in(dataset, levels)
    counts = np.where(padding, np.float32(0), histogram(unsigned))
    ours, bits, scale = _counted(dataset, levels, levels[counts > 0])
    curve = np.where(padding, 0, ours).clip(0, 2**bits - 1).astype(np.uint16)
    windows = _in_order(list(_of_the_header(dataset, scale, bits)), ours.astype(np.float64), counts)
    return StoredImage(np.take(curve, unsigned), bits, windows)


def _unsigned(stored: Stored) -> Unsigned:
    """The same bits, in this machine's byte order."""
    native = stored.astype(stored.dtype.newbyteorder("="), copy=False)
    return native.view(np.uint8) if native.dtype.itemsize == 1 else native.view(np.uint16)


def _counted(
    dataset: Dataset, levels: NDArray[np.int64], present: NDArray[np.int64]
) -> tuple[NDArray[np.int64], int, Scale]:
    """Our value for each level, how many bits they have, and the way back to what the header's windows count in."""
    inverted = is_inverted(dataset)
    for table in items(dataset, "ModalityLUTSequence"):
        output = np.round(looked_up(table, levels.astype(np.float64))[0]).astype(np.int64)
        bits = max(8, int(output.max()).bit_length())
        return (2**bits - 1 - output, bits, Scale(-1, 2**bits - 1)) if inverted else (output, bits, Scale(1, 0))
    bits, first = _range(dataset, present)
    slope, intercept = number(dataset, "RescaleSlope") or 1.0, number(dataset, "RescaleIntercept") or 0.0
    counted = levels - first
    if inverted == (slope < 0):
        return counted, bits, Scale(slope, slope * first + intercept)
    most = 2**bits - 1
    return most - counted, bits, Scale(-slope, slope * (most + first) + intercept)


def _range(dataset: Dataset, present: NDArray[np.int64]) -> tuple[int, int]:
    """Bits, 8 at least, and the lowest value they stand for; those allocated where the image has values beyond."""
    signed = integer(dataset, "PixelRepresentation") == 1
    for bits in (max(8, integer(dataset, "BitsStored")), integer(dataset, "BitsAllocated")):
        first = -(2 ** (bits - 1)) if signed else 0
        if first <= present.min() and present.max() < first + 2**bits:
            return bits, first
    return 16, min(first, int(present.min()))


def _of_the_header(dataset: Dataset, scale: Scale, bits: int) -> Iterator[Window]:
    """The VOI LUTs as the range over which they rise, else the windows, else all that the bits can hold."""
    tables = items(dataset, "VOILUTSequence")
    for place, table in enumerate(tables, start=1):
        name = known_name(text(table, "LUTExplanation")) or ("VOI LUT" if len(tables) == 1 else f"VOI LUT {place}")
        yield scale.over(name, *_rise(table, bool(integer(dataset, "PixelRepresentation"))))
    windows = list(_numbered(dataset, scale))
    yield from windows
    counted_from_0 = not integer(dataset, "PixelRepresentation") and not items(dataset, "ModalityLUTSequence")
    if not tables and not windows and counted_from_0 and not values_of(dataset, "WindowWidth"):
        yield Window.over("All bits", 0, 2**bits - 1)


def _numbered(dataset: Dataset, scale: Scale) -> Iterator[Window]:
    """Window Center (0028,1050), Width (0028,1051) and their explanations (0028,1055)."""
    named = text(dataset, "VOILUTFunction")
    function = named if named in FUNCTIONS else "LINEAR"
    pairs = list(zip(numbers(dataset, "WindowCenter"), numbers(dataset, "WindowWidth"), strict=False))
    said = [str(word) for word in values_of(dataset, "WindowCenterWidthExplanation")]
    for place, (center, width) in enumerate(pairs):
        name = known_name(said[place]) if len(said) == len(pairs) else ""
        if width >= 1 or (width > 0 and function != "LINEAR"):
            yield scale.window(name or f"Window {place + 1}", center, width, function)
        elif place == 0:  # pipeline.read looks at the first alone
            return


def known_name(said: str) -> str:
    """The explanation of a window where it is of words that makers use, else nothing."""
    words = " ".join(said.strip().upper().split())
    return words.capitalize() if KNOWN.fullmatch(words) else ""


def _rise(table: Dataset, signed: bool) -> tuple[float, float]:
    """First and last input between which a VOI LUT leaves black and reaches white."""
    entries, first = (int(value) for value in values_of(table, "LUTDescriptor")[:2])
    first -= 65536 if signed and first >= 32768 else 0
    inputs = np.arange(first, first + (entries or 65536)).astype(np.float64)
    output = looked_up(table, inputs)[0]
    inside = inputs[(output > output.min()) & (output < output.max())]
    return (float(inside[0]) - 1, float(inside[-1]) + 1) if inside.size else (float(inputs[0]), float(inputs[-1]))


def _in_order(windows: list[Window], ours: NDArray[np.float64], counts: NDArray[np.float32]) -> tuple[Window, ...]:
    """The range of the values present comes last, or first where the header's first shows almost nothing."""
    present = ours[counts > 0]
    everything = Window.over(ALL_VALUES, float(present.min()), float(present.max()))
    fallback = np.clip((ours - present.min()) / (np.ptp(present) or 1.0), 0.0, 1.0)
    if windows:
        first = windows[0]
        usable = shows_the_image(window(ours, first.center, first.width, first.function), fallback, counts)
        windows = [*windows, everything] if usable else [everything, *windows]
    return distinct(windows or [everything])
