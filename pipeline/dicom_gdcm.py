"""GDCM, for lossless and 12-bit JPEG, which no other free decoder takes, and JPEG-LS; in a process of its own.

On damaged files it may end its process (segmentation fault, abort). Here that costs the file and not the server.
Run as a script this file is the child: the encoded frame comes on standard input, little-endian values go out.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

TIMEOUT_S, TIMEOUT_S_PER_MEGAPIXEL = 15.0, 4.0  # 14 megapixels take about a second


def decode(frame: bytes, syntax: str, rows: int, columns: int, allocated: int, stored: int, signed: int) -> bytes:
    """One grey frame as little-endian values of 8 or 16 bits (`allocated`).

    Raises RuntimeError where GDCM cannot decode it, and subprocess.TimeoutExpired where it does not come to an end.
    """
    numbers = [str(number) for number in (rows, columns, allocated, stored, signed)]
    command = [sys.executable, "-P", str(Path(__file__).resolve()), syntax, *numbers]
    seconds = TIMEOUT_S + TIMEOUT_S_PER_MEGAPIXEL * rows * columns / 1e6
    child = subprocess.run(command, input=frame, capture_output=True, timeout=seconds, check=False)
    if child.returncode != 0 or len(child.stdout) != rows * columns * allocated // 8:
        raise RuntimeError(f"GDCM could not decode the frame (status {child.returncode})")
    return child.stdout


def _decode_here(frame: bytes, syntax: str, rows: int, columns: int, allocated: int, stored: int, signed: int) -> bytes:
    """By GDCM's own classes: an image around one fragment of Pixel Data."""
    import gdcm  # only in the child

    fragment = gdcm.Fragment()
    fragment.SetByteStringValue(frame)
    fragments = gdcm.SequenceOfFragments.New()
    fragments.AddFragment(fragment)
    element = gdcm.DataElement(gdcm.Tag(0x7FE0, 0x0010))
    element.SetValue(fragments.__ref__())
    image = gdcm.Image()
    image.SetNumberOfDimensions(2)
    image.SetDimensions((columns, rows, 1))
    image.SetDataElement(element)
    grey = gdcm.PhotometricInterpretation.GetPIType("MONOCHROME2")
    image.SetPhotometricInterpretation(gdcm.PhotometricInterpretation(grey))
    image.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.GetTSType(syntax)))
    image.SetPixelFormat(gdcm.PixelFormat(1, allocated, stored, stored - 1, signed))
    return bytes(image.GetBuffer().encode("utf-8", "surrogateescape"))  # GDCM hands bytes over as text


if __name__ == "__main__":
    rows, columns, allocated, stored, signed = (int(number) for number in sys.argv[2:])
    values = _decode_here(sys.stdin.buffer.read(), sys.argv[1], rows, columns, allocated, stored, signed)
    sys.stdout.buffer.write(values)
