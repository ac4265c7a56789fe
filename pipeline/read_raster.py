"""PNG, JPEG, TIFF, WebP and PGM/PPM bytes -> Mammogram. What is accepted and why: docs/reading.md."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import (
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    PpmImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from pipeline.errors import ImageTooLarge, PipelineError, UnreadableImage, UnsupportedImage
from pipeline.mammogram import Mammogram
from pipeline.read_checks import NO_MEMORY, check_size, histogram, looks_negative, occupied_levels
from pipeline.read_quietly import quietly
from pipeline.stored import StoredImage, stored_samples

T = TypeVar("T")
Samples = NDArray[np.uint8] | NDArray[np.uint16]  # (rows, columns)

# Pillow's own classes, not Image.open: that one judges size by a process-wide limit and warns; we judge it here.
OPENERS: dict[str, Callable[[io.BytesIO], ImageFile.ImageFile]] = {
    "PNG": PngImagePlugin.PngImageFile,
    "JPEG": JpegImagePlugin.JpegImageFile,
    "TIFF": TiffImagePlugin.TiffImageFile,
    "WebP": WebPImagePlugin.WebPImageFile,
    "PGM": PpmImagePlugin.PpmImageFile,
}
COLOUR_SPREAD = 16  # of 255: lossy chroma moves grey pixels by up to about 5 between the channels
COLOUR_SHARE = 0.001  # of the pixels may be coloured (a small annotation) before the picture counts as coloured
NARROW = 0.1  # of the type's range; 12-bit values in a 16-bit file fill 0.06 of it


def read_raster(data: bytes, kind: str, max_pixels: int) -> Mammogram:
    """Pixels over the full range of their type, denser brighter; `kind` is a key of OPENERS.

    Raises ImageTooLarge before decoding, UnreadableImage for damaged bytes, UnsupportedImage for colour,
    several pages, fewer than 16 rows or columns, floating point or signed samples, and one single value.
    """
    return _read(data, kind, max_pixels, lambda mammogram, samples, shown, negative: mammogram)


def read_raster_stored(data: bytes, kind: str, max_pixels: int) -> tuple[Mammogram, StoredImage]:
    """The same, and the samples as they were stored."""
    return _read(data, kind, max_pixels, lambda mammogram, *rest: (mammogram, stored_samples(*rest)))


def _read(data: bytes, kind: str, max_pixels: int, make: Callable[[Mammogram, Samples, tuple[int, int], bool], T]) -> T:
    try:
        with quietly():
            return make(*_mammogram(*_decode(data, kind, max_pixels)))
    except PipelineError:
        raise
    except MemoryError as error:
        raise ImageTooLarge(NO_MEMORY) from error
    except Exception as error:  # Pillow raises whatever its parsers stumble over
        raise UnreadableImage(f"This {kind} file is damaged or cut off: {_reason(error)}. Send it again.") from error


def _reason(error: Exception) -> str:
    return (str(error) or type(error).__name__).rstrip(".")


def _decode(data: bytes, kind: str, max_pixels: int) -> tuple[Samples, tuple[str, ...]]:
    with OPENERS[kind](io.BytesIO(data)) as image:
        check_size(image.height, image.width, max_pixels)
        if getattr(image, "n_frames", 1) > 1:
            raise UnsupportedImage(f"This {kind} file holds several pictures; send one mammogram per file.")
        image.load()
        return _grey(image, data, kind)


def _grey(image: ImageFile.ImageFile, data: bytes, kind: str) -> tuple[Samples, tuple[str, ...]]:
    mode = image.mode
    if mode in ("L", "LA"):
        deep = _deep(image, data) if mode == "LA" else None
        return (np.asarray(image.getchannel(0)) if deep is None else deep[..., 0]), ()
    if mode.startswith("I;16") or (mode == "I" and kind in ("PNG", "PGM")):
        sixteen = np.asarray(image).astype(np.uint16)
        return (np.uint16(65535) - sixteen if _is_white_at_zero(image) else sixteen), ()
    if mode in ("P", "PA", "RGB", "RGBA", "RGBX"):
        deep = _deep(image, data)
        return _one_channel(np.asarray(image.convert("RGB")) if deep is None else deep[..., :3])
    raise UnsupportedImage(
        f"This {kind} file holds {mode!r} samples; send greyscale with 8 or 16 unsigned bits a pixel."
    )


def _is_white_at_zero(image: ImageFile.ImageFile) -> bool:
    """TIFF Photometric Interpretation 0; Pillow inverts such 8-bit samples itself, but not 16-bit ones."""
    tags: Any = getattr(image, "tag_v2", {})
    return bool(tags.get(TiffImagePlugin.PHOTOMETRIC_INTERPRETATION) == 0)


def _deep(image: ImageFile.ImageFile, data: bytes) -> NDArray[np.uint16] | None:
    """The 16-bit channels of a file that Pillow shortens to 8 bits; None where nothing was shortened."""
    tags: Any = getattr(image, "tag_v2", {})
    is_16_bit_png = isinstance(image, PngImagePlugin.PngImageFile) and data[24] == 16  # IHDR bit depth
    if not is_16_bit_png and max(tags.get(TiffImagePlugin.BITSPERSAMPLE, (8,))) != 16:
        return None
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    return decoded.astype(np.uint16) if decoded is not None and decoded.ndim == 3 else None


def _one_channel(channels: NDArray[Any]) -> tuple[Samples, tuple[str, ...]]:
    """The grey picture stored in three (nearly) equal channels; `channels` is (rows, columns, 3)."""
    first, second, third = (channels[..., i] for i in range(3))  # whole planes: many times as fast as along axis 2
    spread = np.maximum(np.maximum(first, second), third) - np.minimum(np.minimum(first, second), third)
    limit = COLOUR_SPREAD * np.iinfo(channels.dtype).max // 255
    coloured = float((spread > limit).mean())
    if coloured > COLOUR_SHARE or float(spread.mean()) > limit / 2:
        raise UnsupportedImage(f"This is a colour picture ({coloured:.0%} of its pixels); send a greyscale mammogram.")
    warnings = ("A few coloured pixels were taken as grey.",) if coloured else ()
    return np.ascontiguousarray(channels[..., 1]), warnings


def _mammogram(samples: Samples, warnings: tuple[str, ...]) -> tuple[Mammogram, Samples, tuple[int, int], bool]:
    """And what it was made of: the samples, which of them are black and white, whether they were a negative."""
    levels = occupied_levels(histogram(samples))
    low, high, narrow = _shown(samples)
    pixels = samples.astype(np.float32)
    pixels -= np.float32(low)
    pixels /= np.float32(high - low)
    negative = looks_negative(pixels)
    if negative:
        pixels = np.float32(1) - pixels
        warnings += ("The background is brighter than the breast: the image was taken as a negative and inverted.",)
    return Mammogram(pixels, grey_levels=levels, warnings=warnings + narrow), samples, (low, high), negative


def _shown(samples: Samples) -> tuple[int, int, tuple[str, ...]]:
    """The full range of the type, or that of the values present where those fill less than NARROW of it."""
    full = int(np.iinfo(samples.dtype).max)
    low, high = int(samples.min()), int(samples.max())
    if (high - low) >= NARROW * full:
        return 0, full, ()
    return low, high, (f"Only grey values {low} to {high} of 0 to {full} occur: stretched to the full range.",)
