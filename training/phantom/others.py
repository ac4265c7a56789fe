"""Files that are no mammogram, as bytes: what a person drops in by mistake and a program must refuse kindly."""

from __future__ import annotations

import io
import struct
import zlib

import cv2
import numpy as np
from numpy.typing import NDArray
from pydicom import FileDataset
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    UID,
    BreastTomosynthesisImageStorage,
    CTImageStorage,
    ExplicitVRLittleEndian,
    SecondaryCaptureImageStorage,
)

from training.phantom.dicom import DATE, TIME, dataset, dicom_bytes, uid_of
from training.phantom.draw import draw_phantom


def not_an_image() -> bytes:
    """Plain text."""
    return b"Dear colleague, please find the mammogram attached.\n" * 8


def photo(kind: str = "png", size: tuple[int, int] = (480, 640)) -> bytes:
    """A colour picture of hills under an evening sky; `kind` is png or jpg, size (rows, columns)."""
    rows, columns = size
    rng = np.random.default_rng([1, 2])
    down = np.linspace(0, 1, rows, dtype=np.float32)[:, None, None]
    picture = (1 - down) * np.array([200, 120, 60], np.float32) + down * np.array([90, 170, 250], np.float32)
    picture = np.repeat(picture, columns, axis=1)
    cv2.circle(picture, (columns * 2 // 3, rows * 2 // 5), rows // 10, (120, 230, 255), -1, cv2.LINE_AA)
    for layer, colour in enumerate([(120, 100, 70), (70, 110, 50), (30, 70, 25)]):
        across = np.linspace(0, 6 + 3 * layer, columns)
        ridge = rows * (0.5 + 0.14 * layer) + rows * 0.05 * np.sin(across + 2 * layer)
        hill = np.arange(rows)[:, None] > ridge[None, :] + rng.normal(0, 1, columns)
        picture[hill] = colour
    return encoded(np.clip(picture + rng.normal(0, 3, picture.shape), 0, 255).astype(np.uint8), kind)


def empty_picture(kind: str = "png", size: tuple[int, int] = (480, 640)) -> bytes:
    """A black picture with nothing on it."""
    return encoded(np.zeros(size, dtype=np.uint8), kind)


def encoded(picture: NDArray[np.uint8], kind: str) -> bytes:
    done, data = cv2.imencode(f".{kind}", picture)
    if not done:
        raise ValueError(f"OpenCV cannot encode {kind}")
    return data.tobytes()


def enormous_png(rows: int = 20_000, columns: int = 10_000) -> bytes:
    """A valid 8-bit grey PNG of 200 megapixels in some 200 kB: what a decompression bomb looks like."""
    header = struct.pack(">IIBBBBB", columns, rows, 8, 0, 0, 0, 0)
    packer = zlib.compressobj(9)
    line = bytes(columns + 1)
    body = b"".join(packer.compress(line) for _ in range(rows)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def ct_slice() -> bytes:
    """A CT slice 512 x 512 in Hounsfield units: body, spine and lungs as ellipses."""
    made = _base(CTImageStorage, "CT")
    hounsfield = np.full((512, 512), -1000, dtype=np.int16)
    for middle, axes, value in [
        ((256, 270), (200, 140), 40),
        ((170, 255), (70, 90), -820),
        ((342, 255), (70, 90), -820),
        ((256, 355), (28, 30), 600),
        ((275, 250), (45, 50), 55),
    ]:
        cv2.ellipse(hounsfield, middle, axes, 0, 0, 360, value, -1)
    hounsfield += np.random.default_rng([3, 4]).normal(0, 12, hounsfield.shape).astype(np.int16)
    made.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    made.FrameOfReferenceUID = uid_of("ct frame")
    made.PositionReferenceIndicator = ""
    made.PixelSpacing, made.SliceThickness = ["0.7", "0.7"], "1"
    made.ImageOrientationPatient, made.ImagePositionPatient = ["1", "0", "0", "0", "1", "0"], ["-179", "-179", "0"]
    made.KVP, made.AcquisitionNumber = "120", "1"
    made.RescaleIntercept, made.RescaleSlope, made.RescaleType = "-1024", "1", "HU"
    _put_pixels(made, np.clip(hounsfield.astype(np.int32) + 1024, 0, 4095).astype(np.uint16), 12)
    return _saved(made)


def tomosynthesis(frames: int = 3) -> bytes:
    """A tiny breast tomosynthesis object: a few slices of a small phantom."""
    made = _base(BreastTomosynthesisImageStorage, "MG")
    phantom = draw_phantom(5, size=(104, 80), view="CC", laterality="L", burnt_in=False)
    made.ImageType = ["ORIGINAL", "PRIMARY", "TOMOSYNTHESIS", "NONE"]
    made.PresentationIntentType = "FOR PRESENTATION"
    made.BodyPartExamined = "BREAST"
    made.NumberOfFrames = frames
    made.SharedFunctionalGroupsSequence = [_frame_anatomy()]
    made.PerFrameFunctionalGroupsSequence = [_slice(number) for number in range(frames)]
    _put_pixels(made, np.stack([phantom.pixels] * frames), phantom.bits_stored)
    return _saved(made)


def _frame_anatomy() -> Dataset:
    anatomy, group = Dataset(), Dataset()
    anatomy.FrameLaterality = "L"
    group.FrameAnatomySequence = [anatomy]
    return group


def _slice(number: int) -> Dataset:
    content, group = Dataset(), Dataset()
    content.FrameAcquisitionNumber = number + 1
    content.DimensionIndexValues = [number + 1]
    group.FrameContentSequence = [content]
    return group


def colour_dicom() -> bytes:
    """A secondary capture: a colour picture wrapped as DICOM."""
    made = _base(SecondaryCaptureImageStorage, "OT")
    picture = cv2.imdecode(np.frombuffer(photo(size=(96, 128)), np.uint8), cv2.IMREAD_COLOR_RGB)
    if picture is None:
        raise RuntimeError("OpenCV could not read its own PNG")
    made.ConversionType = "WSD"
    _put_pixels(made, np.asarray(picture, dtype=np.uint8), 8)
    made.SamplesPerPixel, made.PhotometricInterpretation, made.PlanarConfiguration = 3, "RGB", 0
    return _saved(made)


def truncated_dicom(share: float = 0.6) -> bytes:
    """The first part of a small phantom: header whole, pixels cut off."""
    whole = dicom_bytes(draw_phantom(6, size=(208, 160)))
    return whole[: int(len(whole) * share)]


def dicom_without_pixels() -> bytes:
    made = _base(CTImageStorage, "MG")
    return _saved(made)


def empty_dicom() -> bytes:
    """A mammography object whose every pixel is 0."""
    made = dataset(draw_phantom(7, size=(208, 160), view="CC", laterality="L"))
    made.PixelData = bytes(len(made.PixelData))
    return _saved(made)


def _base(sop_class: UID, modality: str) -> FileDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = sop_class
    meta.MediaStorageSOPInstanceUID = uid_of("other", sop_class)
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    made.SOPClassUID, made.SOPInstanceUID = sop_class, meta.MediaStorageSOPInstanceUID
    made.StudyInstanceUID = uid_of("other study", sop_class)
    made.SeriesInstanceUID = uid_of("other series", sop_class)
    made.PatientName, made.PatientID, made.PatientBirthDate, made.PatientSex = "Phantom^Other", "PHANTOM-OTHER", "", ""
    made.StudyDate, made.StudyTime, made.StudyID = DATE, TIME, "1"
    made.AccessionNumber = made.ReferringPhysicianName = made.Manufacturer = ""
    made.Modality, made.SeriesNumber, made.InstanceNumber = modality, "1", "1"
    return made


def _put_pixels(made: FileDataset, pixels: NDArray[np.uint8] | NDArray[np.uint16], bits: int) -> None:
    made.Rows, made.Columns = pixels.shape[-2:] if pixels.shape[-1] != 3 else pixels.shape[:2]
    made.SamplesPerPixel, made.PhotometricInterpretation = 1, "MONOCHROME2"
    made.BitsAllocated = pixels.dtype.itemsize * 8
    made.BitsStored, made.HighBit, made.PixelRepresentation = bits, bits - 1, 0
    made.PixelData = pixels.tobytes()
    made["PixelData"].VR = "OB" if bits == 8 else "OW"


def _saved(made: FileDataset) -> bytes:
    buffer = io.BytesIO()
    made.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()
