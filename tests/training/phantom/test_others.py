from __future__ import annotations

import io
from collections.abc import Callable

import cv2
import numpy as np
import pydicom
import pytest
from pydicom.uid import BreastTomosynthesisImageStorage, CTImageStorage

from training.phantom import others

ALL = (
    others.not_an_image,
    others.photo,
    others.empty_picture,
    others.ct_slice,
    others.tomosynthesis,
    others.colour_dicom,
    others.truncated_dicom,
    others.dicom_without_pixels,
    others.empty_dicom,
)


@pytest.mark.parametrize("make", ALL, ids=lambda make: str(make.__name__))
def test_every_other_file_is_the_same_each_time(make: Callable[[], bytes]) -> None:
    assert make() == make()


def test_a_photo_is_in_colour() -> None:
    for kind in ("png", "jpg"):
        picture = cv2.imdecode(np.frombuffer(others.photo(kind), np.uint8), cv2.IMREAD_UNCHANGED)
        assert picture is not None
        assert picture.shape == (480, 640, 3)
        assert np.abs(picture[..., 0].astype(int) - picture[..., 2]).max() > 100


def test_a_ct_slice_is_a_ct_slice() -> None:
    read = pydicom.dcmread(io.BytesIO(others.ct_slice()))
    assert (read.SOPClassUID, read.Modality) == (CTImageStorage, "CT")
    assert read.pixel_array.shape == (512, 512)


def test_tomosynthesis_has_frames() -> None:
    read = pydicom.dcmread(io.BytesIO(others.tomosynthesis(frames=4)))
    assert read.SOPClassUID == BreastTomosynthesisImageStorage
    assert read.pixel_array.shape[0] == read.NumberOfFrames == 4


def test_a_truncated_object_has_its_header_and_lacks_pixels() -> None:
    read = pydicom.dcmread(io.BytesIO(others.truncated_dicom()))
    assert read.Modality == "MG"
    with pytest.raises(ValueError, match="less than expected"):
        _ = read.pixel_array


def test_an_empty_mammogram_is_black() -> None:
    assert pydicom.dcmread(io.BytesIO(others.empty_dicom())).pixel_array.max() == 0


def test_the_enormous_png_is_small_as_a_file_and_says_its_size() -> None:
    data = others.enormous_png()
    assert len(data) < 1_000_000
    assert int.from_bytes(data[16:20], "big") * int.from_bytes(data[20:24], "big") == 200_000_000
