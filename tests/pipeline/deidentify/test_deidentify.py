from __future__ import annotations

import io
import re
import shutil
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from pydicom import Dataset, dcmread
from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    RLELossless,
)

from pipeline.deidentify import Dates, Options, StillIdentifying, deidentify
from pipeline.deidentify.pixels import breast_with_rim
from pipeline.errors import PipelineError, UnsupportedImage
from pipeline.read import read
from tests.pipeline.deidentify.planted import NAME, NEEDLES, NUMBER, everywhere, named, phantom_bytes, written
from tests.pipeline.files import encoded

KEY = b"k" * 32
ALL = Options(Dates.SHIFTED, retain_device=True, retain_characteristics=True, clean_pixels=True)


def opened(data: bytes) -> Dataset:
    return dcmread(io.BytesIO(data))


def cleaned(
    dataset: Dataset, options: Options | None = None, key: bytes = KEY, syntax: Any = ExplicitVRLittleEndian
) -> Dataset:
    return opened(deidentify(written(dataset, syntax), key, options).data)


def needles_in(data: bytes) -> list[str]:
    spelt = data.lower()
    return [needle for needle in NEEDLES if needle.encode() in spelt or needle.encode("utf-16-le") in spelt]


@pytest.mark.parametrize("options", [Options(), Options(dates=Dates.SHIFTED), Options(clean_pixels=True)], ids=str)
def test_no_name_or_number_is_left_wherever_it_stood(options: Options) -> None:
    planted = written(everywhere())
    assert set(needles_in(planted)) == set(NEEDLES)
    assert needles_in(deidentify(planted, KEY, options).data) == []


@pytest.mark.parametrize("options", [Options(Dates.KEPT, True, True), ALL], ids=str)
def test_what_is_retained_by_option_is_not_the_patients_name_or_number(options: Options) -> None:
    planted = everywhere()
    del planted.DeviceUID, planted.ManufacturerDeviceClassUID
    found = needles_in(deidentify(written(planted), KEY, options).data)
    assert set(found) <= {"straussenfarm", "19610203"}  # the station's name and dates, which were asked for


@pytest.mark.parametrize(
    "syntax", [ImplicitVRLittleEndian, ExplicitVRLittleEndian, DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian]
)
def test_the_pixels_and_facts_stay_in_every_byte_order(syntax: Any) -> None:
    made = named()
    if syntax == ExplicitVRBigEndian:
        made.PixelData = np.frombuffer(made.PixelData, "<u2").astype(">u2").tobytes()
    sent = written(made, syntax)
    before, after = read(sent), read(deidentify(sent, KEY).data)
    assert np.array_equal(before.pixels, after.pixels)
    assert (after.laterality, after.view, after.spacing_mm) == (before.laterality, before.view, before.spacing_mm)


@pytest.mark.parametrize("syntax", [RLELossless, JPEG2000Lossless])
def test_compressed_pixels_stay_as_they_are(syntax: Any) -> None:
    made = named()
    made.compress(syntax, generate_instance_uid=False)
    sent = written(made, syntax)
    after = opened(deidentify(sent, KEY).data)
    assert after.PixelData == made.PixelData
    assert after.file_meta.TransferSyntaxUID == syntax
    assert np.array_equal(read(sent).pixels, read(deidentify(sent, KEY).data).pixels)


def test_a_name_in_the_compressed_stream_keeps_the_file_back() -> None:
    made = named()
    made.compress(JPEG2000Lossless, generate_instance_uid=False)
    (frame,) = generate_frames(made.PixelData, number_of_frames=1)
    made.PixelData = encapsulate([frame + b"QUILLFEATHER"])
    sent = written(made, JPEG2000Lossless)
    with pytest.raises(StillIdentifying, match="compressed"):
        deidentify(sent, KEY)
    assert needles_in(deidentify(sent, KEY, Options(clean_pixels=True)).data) == []


def test_uids_change_and_references_still_meet() -> None:
    one = named("CC", SOPInstanceUID="1.2.3.4.1")
    reference = Dataset()
    reference.ReferencedSOPClassUID, reference.ReferencedSOPInstanceUID = one.SOPClassUID, "1.2.3.4.1"
    other = named("MLO", SOPInstanceUID="1.2.3.4.2", ReferencedImageSequence=[reference])
    first, second = cleaned(one), cleaned(other)
    assert second.ReferencedImageSequence[0].ReferencedSOPInstanceUID == first.SOPInstanceUID
    assert first.StudyInstanceUID == second.StudyInstanceUID != one.StudyInstanceUID
    assert first.file_meta.MediaStorageSOPInstanceUID == first.SOPInstanceUID != second.SOPInstanceUID
    assert first.SOPClassUID == one.SOPClassUID
    assert first.PatientID == second.PatientID
    assert all(re.fullmatch(r"2\.25\.[1-9]\d{0,38}", str(found.SOPInstanceUID)) for found in (first, second))


def test_another_key_gives_other_names() -> None:
    first, second = cleaned(named()), cleaned(named(), key=b"another".ljust(32))
    assert first.SOPInstanceUID != second.SOPInstanceUID
    assert first.PatientID != second.PatientID


def test_patients_without_an_id_do_not_become_one() -> None:
    first, second = (cleaned(named(PatientID="", StudyInstanceUID=f"1.2.{n}")) for n in (1, 2))
    assert first.PatientID != second.PatientID


def test_shifted_dates_keep_a_patients_intervals() -> None:
    def dates(study: str, birth: str = "19610203") -> Dataset:
        made = named(StudyDate=study, AcquisitionDateTime=f"{study}101112.5+0100", PatientBirthDate=birth)
        return cleaned(made, Options(dates=Dates.SHIFTED))

    first, second = dates("20200101"), dates("20220301")
    days = [datetime.strptime(str(found.StudyDate), "%Y%m%d") for found in (first, second)]
    assert (days[1] - days[0]).days == 790
    assert 1 <= (datetime(2020, 1, 1) - days[0]).days <= 3650
    assert first.AcquisitionDateTime == f"{first.StudyDate}101112.5+0100"
    assert first.PatientBirthDate == ""
    assert first.LongitudinalTemporalInformationModified == "MODIFIED"


@pytest.mark.parametrize("bad", ["2020", "20201341", "QUILL", "00010101"])
def test_a_malformed_date_is_emptied(bad: str) -> None:
    made = named()
    made.add_new(0x00080020, "LO", bad)  # written under another representation, as damaged files have it
    made[0x00080020].VR = "DA"
    assert not cleaned(made, Options(dates=Dates.SHIFTED)).get("StudyDate")


@pytest.mark.parametrize(
    ("options", "codes", "dates"),
    [
        (Options(), ["113100"], "REMOVED"),
        (Options(dates=Dates.KEPT), ["113100", "113106"], "UNMODIFIED"),
        (ALL, ["113100", "113101", "113107", "113108", "113109"], "MODIFIED"),
    ],
    ids=str,
)
def test_what_was_done_is_written_down(options: Options, codes: list[str], dates: str) -> None:
    made = cleaned(named(), options)
    assert made.PatientIdentityRemoved == "YES"
    assert [item.CodeValue for item in made.DeidentificationMethodCodeSequence] == codes
    assert {item.CodingSchemeDesignator for item in made.DeidentificationMethodCodeSequence} == {"DCM"}
    assert made.LongitudinalTemporalInformationModified == dates


def test_options_keep_what_they_name_and_nothing_else_does() -> None:
    made = named(PatientAge="061Y", PatientSex="F", DeviceSerialNumber="123", StationName="ROOM 2")
    basic, kept = cleaned(made), cleaned(made, ALL)
    assert ("PatientAge" in basic, basic.PatientSex, "DeviceSerialNumber" in basic) == (False, "", False)
    assert (kept.PatientAge, kept.PatientSex, kept.DeviceSerialNumber, kept.StationName) == (
        "061Y",
        "F",
        "123",
        "ROOM 2",
    )


def test_words_that_name_no_one_stay_where_they_are_terms() -> None:
    made = named("MLO", PatientID="Mass-Training_P_00001_LEFT_MLO", PatientName="Anonymous^Breast")
    after = cleaned(made)
    assert (after.ViewPosition, after.BodyPartExamined, after.Modality) == ("MLO", "BREAST", "MG")
    assert after.PatientID.startswith("P-")


def test_a_name_among_code_strings_goes() -> None:
    assert "FilterMaterial" not in cleaned(named(FilterMaterial="ZEBEDIA 2"))
    assert "ManufacturerModelName" not in cleaned(named(ManufacturerModelName="as set up by Zebedia"))
    assert cleaned(named(FilterMaterial="RHODIUM")).FilterMaterial == "RHODIUM"


def test_codes_of_public_schemes_stay_with_their_own_meaning() -> None:
    made = named()
    made.ViewCodeSequence[0].CodeMeaning = NAME
    private = Dataset()
    private.CodeValue, private.CodingSchemeDesignator, private.CodeMeaning = "1", "99STRAUSS", NAME
    made.ProcedureCodeSequence = [private]
    after = cleaned(made)
    assert (after.ViewCodeSequence[0].CodeValue, after.ViewCodeSequence[0].CodeMeaning) == (
        "399162004",
        "cranio-caudal",
    )
    assert "ProcedureCodeSequence" not in after


def test_outside_the_breast_everything_becomes_background() -> None:
    made = named()
    stored = np.frombuffer(made.PixelData, np.uint16).reshape(made.Rows, made.Columns).copy()
    letters = np.zeros(stored.shape, np.uint8)
    cv2.putText(letters, "DOE", (made.Columns - 70, made.Rows - 10), cv2.FONT_HERSHEY_SIMPLEX, 1, 255, 2)
    stored[letters > 0] = 4000
    made.PixelData = stored.tobytes()
    sent = written(made)
    before, after = read(sent), read(deidentify(sent, KEY, Options(clean_pixels=True)).data)
    inside = breast_with_rim(before.pixels)
    assert 0.1 < inside.mean() < 0.9
    assert np.array_equal(before.pixels[inside], after.pixels[inside])
    assert float(before.pixels[~inside].max()) > 0.9
    assert np.ptp(after.pixels[~inside]) == 0
    assert after.pixels[~inside].max() == before.pixels.min()


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_background_is_black_whatever_the_photometry(photometric: Any) -> None:
    from training.phantom.dicom import dicom_bytes
    from training.phantom.draw import draw_phantom

    sent = dicom_bytes(draw_phantom(2, size=(256, 200)), photometric)
    after = read(deidentify(sent, KEY, Options(clean_pixels=True)).data)
    assert after.pixels[~breast_with_rim(read(sent).pixels)].max() < 0.05
    assert opened(deidentify(sent, KEY, Options(clean_pixels=True)).data).BurnedInAnnotation == "NO"


@pytest.mark.parametrize(
    ("said", "options", "warned"),
    [
        ("YES", Options(), "says that letters are burnt in"),
        (None, Options(), "does not say whether"),
        ("NO", Options(), None),
        ("YES", Options(clean_pixels=True), "over the breast itself"),
    ],
)
def test_burnt_in_letters_are_warned_of(said: str | None, options: Options, warned: str | None) -> None:
    made = named()
    del made.BurnedInAnnotation
    if said:
        made.BurnedInAnnotation = said
    warnings = deidentify(written(made), KEY, options).warnings
    assert (warned is None and not warnings) or (warned is not None and warned in warnings[0])


def test_tables_keep_their_byte_order_when_pixels_are_written_anew() -> None:
    made = named()
    table = Dataset()
    table.LUTDescriptor, table.LUTExplanation = [4096, 0, 16], NAME
    table.add_new(0x00283006, "OW", (np.arange(4096) * 16).astype(">u2").tobytes())
    made.VOILUTSequence = [table]
    del made.WindowCenter, made.WindowWidth
    made.PixelData = np.frombuffer(made.PixelData, "<u2").astype(">u2").tobytes()
    sent = written(made, ExplicitVRBigEndian)
    before, after = read(sent), read(deidentify(sent, KEY, Options(clean_pixels=True)).data)
    inside = breast_with_rim(before.pixels)
    assert np.array_equal(before.pixels[inside], after.pixels[inside])


def test_a_name_under_another_representation_is_not_taken_for_a_code() -> None:
    made = named()
    made.add_new(0x00104000, "CS", "ZEBRA OF KENT")  # Patient Comments are LT
    assert b"ZEBRA" in written(made)
    assert b"ZEBRA" not in deidentify(written(made), KEY).data


def test_damaged_headers_give_a_file_without_the_patient_or_an_error_with_a_code() -> None:
    random = np.random.default_rng(7)
    sent, outcomes = written(named(PatientComments=f"{NAME} {NUMBER}")), []
    said: list[bytes] = []
    header = len(sent) - 2 * 320 * 256
    for _ in range(300):
        damaged = bytearray(sent)
        for place in random.integers(132, header, 3):
            damaged[place] = random.integers(256)
        try:
            data = deidentify(bytes(damaged), KEY).data
        except PipelineError as error:
            outcomes.append(error.code)
            said.append(str(error).encode())
        else:
            outcomes.append("written")
            said.append(data)
    assert [needle for text in said for needle in needles_in(text)] == []
    assert {"written", "unreadable_image"} <= set(outcomes) <= {"written", "unreadable_image", "unsupported_image"}


def test_only_dicom_mammograms_are_taken() -> None:
    with pytest.raises(UnsupportedImage, match="Only DICOM"):
        deidentify(encoded(".png", np.tile(np.arange(64, dtype=np.uint8), (64, 1))), KEY)
    with pytest.raises(UnsupportedImage):
        deidentify(written(named(SOPClassUID="1.2.840.10008.5.1.4.1.1.104.1", Modality="DOC")), KEY)


def test_nothing_of_the_original_is_said_in_a_message() -> None:
    made = deidentify(written(everywhere()), KEY)
    assert NUMBER not in repr(made.warnings)
    assert needles_in(" ".join(made.warnings).encode()) == []


@pytest.mark.skipif(shutil.which("dciodvfy") is None, reason="dciodvfy (dicom3tools) is not installed")
@pytest.mark.parametrize("options", [Options(), ALL, Options(dates=Dates.KEPT)], ids=str)
def test_an_independent_validator_finds_no_error(options: Options, tmp_path: Path) -> None:
    path = tmp_path / "a.dcm"
    path.write_bytes(deidentify(phantom_bytes(), KEY, options).data)
    done = subprocess.run(["dciodvfy", str(path)], capture_output=True, text=True, check=False)
    assert "MammographyImageForPresentation" in done.stdout + done.stderr
    assert [line for line in (done.stdout + done.stderr).splitlines() if line.startswith("Error")] == []
