"""Encoders that are not our decoders, as programs of Debian's: DCMTK, GDCM's and OpenJPEG's tools, OpenJPH."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from pydicom import encaps

from tests.pipeline.files import Grey, data_set, dicom, scene, written

PACKAGES = {
    "gdcmconv": "libgdcm-tools",
    "opj_compress": "libopenjp2-tools",
    "ojph_compress": "openjph-tools",
}  # every other one is in dcmtk
ROWS, COLUMNS = 256, 200


def needs(*programs: str) -> pytest.MarkDecorator:
    missing = [program for program in programs if shutil.which(program) is None]
    packages = sorted({PACKAGES.get(program, "dcmtk") for program in missing})
    return pytest.mark.skipif(bool(missing), reason=f"no {', '.join(missing)} (Debian: {' '.join(packages)})")


def picture(bits: int, signed: bool = False) -> Grey:
    """The scene with a little noise in whole numbers of so many bits, lowest and highest value included."""
    noise = np.random.default_rng(bits).normal(0, 0.01, (ROWS, COLUMNS))
    grey = np.clip(scene(ROWS, COLUMNS) + noise, 0, 1)
    grey.flat[:2] = 0, 1
    whole = np.round(grey * (2**bits - 1)).astype(np.int64) - (2 ** (bits - 1) if signed else 0)
    kind = "int" if signed else "uint"
    pixels: Grey = whole.astype(f"{kind}{8 if bits <= 8 else 16}")
    return pixels


def file_of(bits: int, signed: bool = False) -> bytes:
    return dicom(picture(bits, signed), BitsStored=bits)


def converted(folder: Path, data: bytes, program: str, *options: str) -> bytes:
    """`data` through a program that takes a DICOM file and writes one."""
    (folder / "in.dcm").write_bytes(data)
    run(program, *options, str(folder / "in.dcm"), str(folder / "out.dcm"))
    return (folder / "out.dcm").read_bytes()


def wrapped(codestream: bytes, syntax: str, bits: int, signed: bool = False) -> bytes:
    """A DICOM file around one compressed frame of picture(bits, signed)."""
    dataset = data_set(picture(bits, signed), BitsStored=bits)
    dataset.PixelData = encaps.encapsulate([codestream])
    dataset["PixelData"].VR = "OB"
    return written(dataset, syntax)


def jpeg_2000(folder: Path, bits: int, *options: str, signed: bool = False) -> bytes:
    """A codestream by OpenJPEG's opj_compress."""
    path = folder / "in.rawl"  # little-endian
    path.write_bytes(picture(bits, signed).tobytes())
    shape = f"{COLUMNS},{ROWS},1,{bits},{'s' if signed else 'u'}"
    run("opj_compress", "-i", str(path), "-F", shape, "-o", str(folder / "out.j2k"), *options)
    return (folder / "out.j2k").read_bytes()


def htj2k(folder: Path, bits: int, *options: str) -> bytes:
    """A codestream by OpenJPH's ojph_compress."""
    header = f"P5 {COLUMNS} {ROWS} {2**bits - 1}\n".encode()
    big_endian = picture(bits).astype(">u2" if bits > 8 else "u1")
    (folder / "in.pgm").write_bytes(header + big_endian.tobytes())
    run("ojph_compress", "-i", str(folder / "in.pgm"), "-o", str(folder / "out.j2c"), *options)
    return (folder / "out.j2c").read_bytes()


def run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command[0]}: {done.stdout}{done.stderr}"
