"""Whole files to damage: phantoms in every transfer syntax and picture format, a ZIP, and pydicom's own test files."""

from __future__ import annotations

import io
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pydicom
from pydicom import Dataset, dcmread, uid
from pydicom.encaps import encapsulate

from pipeline.read_quietly import quietly
from tests.pipeline.encoders import PACKAGES, converted, file_of, htj2k, jpeg_2000, wrapped
from tests.pipeline.files import compressed, data_set, encoded, levels, lut, written
from tests.pipeline.studies import four_views, packed

LARGEST = 700_000  # bytes of a seed
OWN_FILES = Path(pydicom.__file__).parent / "data"


@dataclass(frozen=True)
class Seed:
    name: str
    data: bytes
    is_ours: bool = True  # drawn for this; else one of pydicom's


def seeds() -> tuple[list[Seed], list[str]]:
    """Every seed that can be made here, always in the same order, and what could not: `name (program missing)`."""
    made, missing = [], []
    for name, program, make in _phantoms():
        if program and shutil.which(program) is None:
            missing.append(f"{name} ({program} of {PACKAGES.get(program, 'dcmtk')} missing)")
            continue
        with tempfile.TemporaryDirectory() as folder:
            made.append(Seed(name, make(Path(folder))))
    return made + list(_pictures()) + list(_pydicoms()), missing


def _phantoms() -> Iterator[tuple[str, str, Callable[[Path], bytes]]]:
    """Name, the program that makes it ("" for none), and how."""
    twelve, eight = file_of(12), file_of(8)
    for option in ("+ti", "+te", "+tb", "+td"):
        yield f"dcmconv {option}", "dcmconv", _by("dcmconv", twelve, option)
    yield "dcmcrle", "dcmcrle", _by("dcmcrle", twelve)
    jpeg = ("+e1", "+el +sv 2", "+el +sv 7", "+ee +bt")
    for options in jpeg:
        yield f"dcmcjpeg {options}", "dcmcjpeg", _by("dcmcjpeg", twelve, *options.split())
    yield "dcmcjpeg +eb", "dcmcjpeg", _by("dcmcjpeg", eight, "+eb")
    for options in ("+el", "+en +md 3"):
        yield f"dcmcjpls {options}", "dcmcjpls", _by("dcmcjpls", twelve, *options.split())
    for options in ("", "-r 4 -I", "-t 64,64"):
        syntax = uid.JPEG2000 if "-r" in options else uid.JPEG2000Lossless
        yield f"opj_compress {options}".strip(), "opj_compress", _j2k(syntax, *options.split())
    yield "ojph_compress", "ojph_compress", _ht
    yield "explicit", "", lambda folder: twelve
    yield "functional groups and tables", "", lambda folder: _rich()
    yield "baseline jpeg by OpenCV", "", lambda folder: _baseline()
    yield "rle by pydicom", "", lambda folder: compressed(levels(12), uid.RLELossless, "pydicom")
    yield "jpeg-ls by pyjpegls", "", lambda folder: compressed(levels(12), uid.JPEGLSLossless, "pyjpegls")
    yield "jpeg 2000 by openjpeg", "", lambda folder: compressed(levels(12), uid.JPEG2000Lossless, "pylibjpeg")


def _by(program: str, data: bytes, *options: str) -> Callable[[Path], bytes]:
    return lambda folder: converted(folder, data, program, *options)


def _j2k(syntax: str, *options: str) -> Callable[[Path], bytes]:
    return lambda folder: wrapped(jpeg_2000(folder, 12, *options), syntax, 12)


def _ht(folder: Path) -> bytes:
    return wrapped(htj2k(folder, 12, "-reversible", "true"), uid.HTJ2KLosslessRPCL, 12)


def _rich() -> bytes:
    """What a header may hold besides: functional groups, LUTs, padding, codes."""
    dataset = data_set(levels(12), BitsStored=12, ImageLaterality=None, PixelPaddingValue=0, RescaleSlope=2)
    shared, anatomy = Dataset(), Dataset()
    anatomy.FrameLaterality = "R"
    shared.FrameAnatomySequence = [anatomy]
    dataset.SharedFunctionalGroupsSequence = [shared]
    dataset.VOILUTSequence = [lut(0, 12, *range(0, 4096, 16))]
    dataset.ModalityLUTSequence = [lut(0, 12, *range(0, 4096, 8))]
    return written(dataset)


def _baseline() -> bytes:
    dataset = data_set(levels(8))
    dataset.PixelData = encapsulate([encoded(".jpg", levels(8))])
    dataset["PixelData"].VR = "OB"
    return written(dataset, uid.JPEGBaseline8Bit)


def _pictures() -> Iterator[Seed]:
    for extension in (".png", ".tiff", ".pgm"):
        yield Seed(f"16-bit {extension}", encoded(extension, levels(16)))
    for extension in (".jpg", ".webp", ".png"):
        yield Seed(f"8-bit {extension}", encoded(extension, levels(8)))
    yield Seed("study.zip", packed(four_views()))


def _pydicoms() -> Iterator[Seed]:
    """pydicom's own files as they are, and those with an image once more as if they were mammograms."""
    for path in sorted(OWN_FILES.rglob("*")):
        if (
            not path.is_file()
            or path.suffix in (".py", ".pyc", ".json", ".txt", ".md")
            or path.stat().st_size > LARGEST
        ):
            continue
        data, name = path.read_bytes(), f"pydicom {path.relative_to(OWN_FILES)}"
        yield Seed(name, data, is_ours=False)
        if (disguised := _as_mammogram(data)) is not None:
            yield Seed(f"{name} as mammogram", disguised, is_ours=False)


def _as_mammogram(data: bytes) -> bytes | None:
    try:
        with quietly():
            dataset = dcmread(io.BytesIO(data))
            if "PixelData" not in dataset or dataset.get("SamplesPerPixel", 1) != 1:
                return None
            dataset.Modality = "MG"
            dataset.SOPClassUID = uid.DigitalMammographyXRayImageStorageForPresentation
            if "NumberOfFrames" in dataset:
                dataset.NumberOfFrames = 1
            stream = io.BytesIO()
            dataset.save_as(stream)
            return stream.getvalue()
    except Exception:  # files that are damaged on purpose
        return None
