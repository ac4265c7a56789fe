from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.uid import DigitalMammographyXRayImageStorageForPresentation, ExplicitVRLittleEndian, RLELossless

from tests.training.phantom.measure import TINY, drawn
from training.phantom import draw_phantom, write_dicom
from training.phantom.dicom import Photometric, dicom_bytes
from training.phantom.values import ViewPosition


def test_the_object_says_what_was_drawn(tmp_path: Path) -> None:
    phantom = drawn(1, view="MLO", laterality="R", patient=7)
    write_dicom(phantom, tmp_path / "a.dcm")
    read = pydicom.dcmread(tmp_path / "a.dcm")
    assert read.SOPClassUID == DigitalMammographyXRayImageStorageForPresentation
    assert read.file_meta.TransferSyntaxUID == ExplicitVRLittleEndian
    assert (read.Modality, read.ImageLaterality, read.ViewPosition) == ("MG", "R", "MLO")
    assert read.ViewCodeSequence[0].CodeValue == "399368009"  # medio-lateral oblique, CID 4014
    assert [float(side) for side in read.ImagerPixelSpacing] == pytest.approx(list(phantom.spacing_mm), rel=1e-4)
    assert (read.BitsAllocated, read.BitsStored, read.HighBit) == (16, 12, 11)
    assert read.PatientOrientation == ["P", "FL"]
    assert read.BurnedInAnnotation == "YES"
    assert np.array_equal(read.pixel_array, phantom.pixels)


def test_no_person_is_named() -> None:
    read = pydicom.dcmread(io.BytesIO(dicom_bytes(drawn(1))))
    assert str(read.PatientName) == "Phantom^Drawn"
    assert read.PatientBirthDate == ""
    assert read.PatientIdentityRemoved == "YES"


def test_monochrome1_stores_the_inverse_and_says_so() -> None:
    phantom = drawn(1)
    light, dark = (pydicom.dcmread(io.BytesIO(dicom_bytes(phantom, kind))) for kind in ("MONOCHROME2", "MONOCHROME1"))
    assert np.array_equal(dark.pixel_array, 4095 - light.pixel_array)
    assert (light.PhotometricInterpretation, light.PresentationLUTShape) == ("MONOCHROME2", "IDENTITY")
    assert (dark.PhotometricInterpretation, dark.PresentationLUTShape) == ("MONOCHROME1", "INVERSE")
    assert light.SOPInstanceUID != dark.SOPInstanceUID


def test_the_window_shows_every_stored_value() -> None:
    read = pydicom.dcmread(io.BytesIO(dicom_bytes(drawn(2, bits=14))))
    assert (float(read.WindowCenter), float(read.WindowWidth)) == (8192, 16384)


def test_the_same_phantom_gives_the_same_bytes() -> None:
    assert dicom_bytes(draw_phantom(3, size=TINY)) == dicom_bytes(draw_phantom(3, size=TINY))


def test_uids_differ_by_image_and_agree_within_a_patient() -> None:
    first, second, stranger = (
        pydicom.dcmread(io.BytesIO(dicom_bytes(drawn(seed, patient=patient))))
        for seed, patient in ((1, 9), (2, 9), (1, 10))
    )
    assert first.StudyInstanceUID == second.StudyInstanceUID != stranger.StudyInstanceUID
    assert first.SeriesInstanceUID == second.SeriesInstanceUID != stranger.SeriesInstanceUID
    assert len({one.SOPInstanceUID for one in (first, second, stranger)}) == 3
    assert first.PatientID == second.PatientID != stranger.PatientID


def test_a_compressed_object_decodes_to_the_same_pixels(tmp_path: Path) -> None:
    phantom = drawn(1)
    write_dicom(phantom, tmp_path / "rle.dcm", transfer_syntax=RLELossless)
    read = pydicom.dcmread(tmp_path / "rle.dcm")
    assert read.file_meta.TransferSyntaxUID == RLELossless
    assert np.array_equal(read.pixel_array, phantom.pixels)


def test_another_photometry_is_refused() -> None:
    with pytest.raises(ValueError, match="MONOCHROME1 or MONOCHROME2"):
        dicom_bytes(drawn(1), "RGB")  # type: ignore[arg-type]


@pytest.mark.skipif(shutil.which("dciodvfy") is None, reason="dciodvfy (dicom3tools) is not installed")
@pytest.mark.parametrize("photometric", ["MONOCHROME2", "MONOCHROME1"])
@pytest.mark.parametrize("view", ["CC", "MLO"])
def test_dciodvfy_finds_no_error(view: ViewPosition, photometric: Photometric, tmp_path: Path) -> None:
    path = tmp_path / "a.dcm"
    write_dicom(drawn(1, view=view), path, photometric)
    checked = subprocess.run(["dciodvfy", str(path)], capture_output=True, text=True, check=False)
    said = (checked.stdout + checked.stderr).splitlines()
    assert "MammographyImageForPresentation" in "".join(said)
    assert [line for line in said if line.startswith("Error")] == []
