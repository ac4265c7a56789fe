"""Folders, ZIPs and DICOMDIRs as studies: order, bounds, and what must not be opened."""

from __future__ import annotations

import io
import shutil
import stat
import subprocess
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import BreastTomosynthesisImageStorage, MediaStorageDirectoryStorage

from pipeline.errors import ArchiveTooLarge, PipelineError, UnreadableArchive, UnsupportedImage
from pipeline.read import read
from pipeline.read_quietly import quietly
from pipeline.study import Entry, Limits, study_in, study_of_zip
from tests.fuzz.damage import damaged
from tests.pipeline.files import dicom, encoded, levels, written
from tests.pipeline.studies import HUNG, PIXELS, four_views, laid_out, packed, tomosynthesis, view


def names(entries: tuple[Entry, ...]) -> list[str]:
    return [entry.name for entry in entries]


def in_zip(data: bytes, limits: Limits | None = None) -> tuple[Entry, ...]:
    return study_of_zip(io.BytesIO(data), limits)


def refusal(entry: Entry) -> PipelineError:
    with pytest.raises(PipelineError) as caught:
        read(entry.load())
    return entry.explained(caught.value)


def test_a_folder_comes_in_the_order_of_the_hanging(tmp_path: Path) -> None:
    entries = study_in(laid_out(tmp_path, four_views()))
    assert names(entries) == HUNG
    assert [entry.path for entry in entries] == [tmp_path / name for name in HUNG]


def test_a_zip_comes_in_the_same_order_and_gives_the_same_images(tmp_path: Path) -> None:
    path = tmp_path / "study.zip"
    path.write_bytes(packed(four_views()))
    entries = study_in(path)
    assert names(entries) == HUNG
    assert [entry.load() for entry in entries] == [four_views()[name] for name in HUNG]
    assert [f"{m.laterality}{m.view}" for m in (read(entry.load()) for entry in entries)] == [
        "RCC",
        "LCC",
        "RMLO",
        "LMLO",
    ]


def test_one_file_is_a_study_of_one(tmp_path: Path) -> None:
    (tmp_path / "one.png").write_bytes(encoded(".png", levels(8)))
    assert names(study_in(tmp_path / "one.png")) == ["one.png"]
    with pytest.raises(FileNotFoundError):
        study_in(tmp_path / "none.png")[0].load()


def test_patients_stay_apart_older_studies_come_first_and_pictures_keep_their_place(tmp_path: Path) -> None:
    files = {
        "1.dcm": view("L", "CC", "1.2.3", StudyDate="20240101"),
        "2.png": encoded(".png", levels(8)),
        "3.dcm": view("R", "CC", "1.2.4", PatientID="P2"),
        "4.dcm": view("R", "MLO", "1.2.5", StudyDate="20200101"),
        "5.dcm": view("R", "CC", "1.2.3", StudyDate="20240101"),
    }
    assert names(study_in(laid_out(tmp_path, files))) == ["4.dcm", "5.dcm", "1.dcm", "2.png", "3.dcm"]


def test_hidden_files_and_what_systems_add_are_left_out(tmp_path: Path) -> None:
    extra = {"__MACOSX/a": b"x", ".DS_Store": b"x", "b/.hidden": b"x", "Thumbs.db": b"x", "DICOMDIR": b"x"}
    assert names(in_zip(packed({**four_views(), **extra}))) == HUNG


@pytest.mark.parametrize("kind", ["TOMO_2D", "GENERATED_2D"])
def test_of_tomosynthesis_the_synthetic_2d_image_is_analysed_and_the_refusal_says_so(kind: str) -> None:
    flat = view("L", "CC", ImageType=["DERIVED", "PRIMARY", kind])
    entries = in_zip(packed({"acquired.dcm": view("L", "CC"), "synthetic.dcm": flat, "volume.dcm": tomosynthesis()}))
    assert names(entries)[-1] == "volume.dcm"
    error = refusal(entries[-1])
    assert isinstance(error, UnsupportedImage)
    assert str(error).endswith("Analysed in its place: synthetic.dcm.")
    synthetic = next(entry for entry in entries if entry.name == "synthetic.dcm")
    assert any("Synthetic 2D" in warning for warning in read(synthetic.load()).warnings)


def test_an_acquired_image_stands_in_only_for_its_own_view() -> None:
    files = {"cc.dcm": view("L", "CC"), "mlo.dcm": view("L", "MLO"), "volume.dcm": tomosynthesis("L", "MLO")}
    assert "mlo.dcm" in str(refusal(in_zip(packed(files))[-1]))
    alone = in_zip(packed({"cc.dcm": view("L", "CC"), "volume.dcm": tomosynthesis("R", "CC")}))
    assert "in its place" not in str(refusal(next(entry for entry in alone if entry.name == "volume.dcm")))


def test_a_synthetic_image_filed_under_the_class_of_volumes_is_read() -> None:
    kind: dict[str, Any] = {
        "SOPClassUID": BreastTomosynthesisImageStorage,
        "ImageType": ["DERIVED", "PRIMARY", "TOMO_2D"],
    }
    assert read(dicom(PIXELS, NumberOfFrames=1, **kind)).view == "CC"
    with pytest.raises(UnsupportedImage, match="Tomosynthesis"):
        read(dicom(PIXELS, NumberOfFrames=1, SOPClassUID=BreastTomosynthesisImageStorage))


def link() -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("link.dcm")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


@pytest.mark.parametrize("name", ["../up.dcm", "/etc/passwd", "a/../../up.dcm", "..\\up.dcm", "C:\\up.dcm"])
def test_names_that_lead_out_of_the_zip_are_refused_one_by_one(name: str) -> None:
    entries = in_zip(packed({"good.dcm": view("L", "CC"), name: view("R", "CC")}))
    assert read(entries[names(entries).index("good.dcm")].load()).view == "CC"
    bad = next(entry for entry in entries if entry.name != "good.dcm")
    with pytest.raises(UnreadableArchive, match="points outside"):
        bad.load()


def test_links_nested_zips_and_unusual_methods_are_refused() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(link(), "/etc/passwd")
        archive.writestr("inner.zip", packed(four_views()))
        archive.writestr("lzma.dcm", view("L", "CC"), zipfile.ZIP_LZMA)
    said = {}
    for entry in in_zip(stream.getvalue()):
        with pytest.raises(UnreadableArchive) as caught:
            entry.load()
        said[entry.name] = str(caught.value)
    assert "link" in said["link.dcm"]
    assert "ZIP inside a ZIP" in said["inner.zip"]
    assert "unusual method" in said["lzma.dcm"]


def test_an_encrypted_entry_is_refused() -> None:
    data = bytearray(packed({"a.dcm": view("L", "CC")}))
    central = data.rindex(b"PK\x01\x02")
    data[central + 8] |= 1  # general purpose bit 0
    with pytest.raises(UnreadableArchive, match="encrypted"):
        in_zip(bytes(data))[0].load()


def test_entries_bytes_and_growth_are_bounded() -> None:
    files = {f"{number}.dcm": b"x" * 1000 for number in range(5)}
    with pytest.raises(ArchiveTooLarge, match="5 entries"):
        in_zip(packed(files), Limits(entries=4))
    with pytest.raises(ArchiveTooLarge, match="4999 bytes"):
        in_zip(packed(files), Limits(total_bytes=4999))
    with pytest.raises(ArchiveTooLarge, match="1000 bytes"):
        in_zip(packed(files), Limits(entry_bytes=999))[0].load()
    bomb = packed({"bomb.dcm": bytes(20_000_000)})
    assert len(bomb) < 30_000
    with pytest.raises(ArchiveTooLarge, match="300 times"):
        in_zip(bomb)[0].load()


def test_an_entry_that_is_longer_than_its_list_says_is_not_unpacked_further() -> None:
    data = bytearray(packed({"a.dcm": b"x" * 100_000}))
    central = data.rindex(b"PK\x01\x02")
    data[central + 24 : central + 28] = (10).to_bytes(4, "little")  # uncompressed size
    with pytest.raises(UnreadableArchive, match="damaged"):
        in_zip(bytes(data))[0].load()


def test_every_shortening_of_a_zip_is_refused_or_read() -> None:
    data = packed({"a.dcm": view("L", "CC")})
    for length in range(4, len(data), 997):
        with pytest.raises(UnreadableArchive):
            in_zip(data[:length])
    with pytest.raises(UnreadableArchive, match="empty"):
        in_zip(packed({}))


def test_a_zip_given_as_an_image_is_refused_with_the_way_out() -> None:
    with pytest.raises(PipelineError, match="open it as a study"):
        read(packed(four_views()))


@pytest.fixture
def medium(tmp_path: Path) -> Path:
    """A DICOMDIR and files whose names tell nothing; one record is no longer in use."""
    files = {f"IMAGES/IM{number}": data for number, data in enumerate(four_views().values(), start=1)}
    made = laid_out(tmp_path / "medium", files)
    (made / "DICOMDIR").write_bytes(directory([*(name.split("/") for name in files), ["IMAGES", "OLD"]]))
    return made


def directory(paths: list[list[str]]) -> bytes:
    """A Media Storage Directory of IMAGE records, the last one not in use. DICOM PS3.3 F.3."""
    dataset = Dataset()
    dataset.SOPClassUID, dataset.SOPInstanceUID = MediaStorageDirectoryStorage, "1.2.3.9"
    dataset.FileSetID = "TESTS"
    dataset.DirectoryRecordSequence = Sequence([record(path) for path in paths])
    dataset.DirectoryRecordSequence[-1].RecordInUseFlag = 0
    with quietly():
        return written(dataset)


def record(path: list[str]) -> Dataset:
    item = Dataset()
    with quietly():  # pydicom warns of paths that should not be there
        item.RecordInUseFlag, item.DirectoryRecordType, item.ReferencedFileID = 0xFFFF, "IMAGE", path
    return item


def hung(entries: tuple[Entry, ...]) -> list[str]:
    return [f"{m.laterality}{m.view}" for m in (read(entry.load()) for entry in entries)]


def test_a_dicomdir_gives_its_images_in_order(medium: Path) -> None:
    entries = study_in(medium / "DICOMDIR")
    assert hung(entries) == ["RCC", "LCC", "RMLO", "LMLO"]
    assert all((medium / entry.name) == entry.path for entry in entries)
    assert hung(study_in(medium)) == hung(entries)


def test_names_in_small_letters_are_found_and_missing_files_are_told(medium: Path) -> None:
    paths = [entry.path for entry in study_in(medium / "DICOMDIR") if entry.path]
    paths[0].rename(paths[0].with_name(paths[0].name.lower()))
    paths[1].unlink()
    entries = study_in(medium / "DICOMDIR")
    assert len(entries) == 4
    missing = [entry for entry in entries if entry.path and not entry.path.exists()]
    assert len(missing) == 1
    with pytest.raises(FileNotFoundError):
        missing[0].load()


@pytest.mark.parametrize("path", [["..", "secret"], ["LINK"], ["/etc", "passwd"], ["C:", "secret"]])
def test_a_dicomdir_that_points_out_of_its_folder_is_refused(path: list[str], medium: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(view("L", "CC"))
    (medium / "LINK").symlink_to(tmp_path / "secret")
    (medium / "DICOMDIR").write_bytes(directory([path, ["IMAGES", "OLD"]]))
    with pytest.raises(UnreadableArchive, match="points outside"):
        study_in(medium / "DICOMDIR")


def test_a_damaged_dicomdir_is_refused_and_one_sent_as_an_image_says_what_it_is(medium: Path) -> None:
    whole = (medium / "DICOMDIR").read_bytes()
    with pytest.raises(UnsupportedImage, match="DICOMDIR"):
        read(whole)
    (medium / "DICOMDIR").write_bytes(whole[:200])
    with pytest.raises(UnreadableArchive):
        study_in(medium / "DICOMDIR")


def test_a_damaged_dicomdir_gives_entries_or_one_of_our_errors(medium: Path) -> None:
    whole = (medium / "DICOMDIR").read_bytes()
    for number in range(200):
        (medium / "DICOMDIR").write_bytes(damaged(whole, whole, np.random.default_rng(number)) or b"x")
        with suppress(PipelineError):
            assert all(isinstance(entry.name, str) for entry in study_in(medium / "DICOMDIR"))


def test_damaged_headers_never_keep_a_folder_from_being_listed(tmp_path: Path) -> None:
    for number in range(120):
        random = np.random.default_rng(number)
        data = damaged(view("L", "CC", StudyDate="20240101"), tomosynthesis()[:5000], random)
        (tmp_path / f"{number:03}.dcm").write_bytes(data or b"x")
    assert len(study_in(tmp_path)) == 120


@pytest.mark.skipif(shutil.which("dcmmkdir") is None, reason="no dcmmkdir (Debian package dcmtk)")
def test_a_dicomdir_by_dcmtk_is_read(tmp_path: Path) -> None:
    for number, data in enumerate(four_views().values(), start=1):
        dataset = pydicom.dcmread(io.BytesIO(data))
        dataset.StudyDate, dataset.StudyTime, dataset.StudyID = "20240101", "120000", "1"
        dataset.SeriesInstanceUID, dataset.SeriesNumber, dataset.InstanceNumber = "1.2.3.4", 1, number
        dataset.PatientName = "A"
        dataset.save_as(tmp_path / f"IM{number}")
    command = ["dcmmkdir", "--invent", "--no-consistency-check", "+D", "DICOMDIR", "IM1", "IM2", "IM3", "IM4"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    assert hung(study_in(tmp_path / "DICOMDIR")) == ["RCC", "LCC", "RMLO", "LMLO"]
