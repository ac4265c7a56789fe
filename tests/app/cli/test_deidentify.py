from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pydicom import dcmread

from app.cli import main
from app.settings import DISCLAIMER
from tests.pipeline.deidentify.planted import NEEDLES, named, written


@pytest.fixture
def patient(tmp_path: Path) -> Path:
    """A folder as it comes from a PACS, the patient's name in every path."""
    folder = tmp_path / "QUILLFEATHER_ZEBEDIA"
    folder.mkdir()
    for number, view in enumerate(("CC", "MLO"), 1):
        made = named(view, SOPInstanceUID=f"1.2.3.7731942.{number}")
        (folder / f"quillfeather_{view}.dcm").write_bytes(written(made))
    return folder


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["deidentify", *map(str, arguments)])


def test_a_folder_becomes_files_named_by_new_uids(patient: Path, tmp_path: Path) -> None:
    done = run(patient, "--out", tmp_path / "out")
    files = sorted((tmp_path / "out").iterdir())
    assert (done.exit_code, len(files)) == (0, 2)
    assert "2 of 2 images written (113100 Basic Application Confidentiality Profile)" in done.output
    assert DISCLAIMER in done.output
    found = [dcmread(path) for path in files]
    assert [path.stem for path in files] == [made.SOPInstanceUID for made in found]
    assert found[0].StudyInstanceUID == found[1].StudyInstanceUID
    assert found[0].PatientID == found[1].PatientID
    assert {made.ViewPosition for made in found} == {"CC", "MLO"}


def test_neither_the_output_nor_the_files_nor_their_names_tell_the_patient(patient: Path, tmp_path: Path) -> None:
    (patient / "quillfeather_broken.dcm").write_bytes(b"QUILLFEATHER")
    done = run(patient, tmp_path / "QUILLFEATHER_ZEBEDIA" / "quillfeather_CC.dcm", "--out", tmp_path / "out")
    assert done.exit_code == 1  # one is no image, one comes twice
    written_out = [path.name.encode() + path.read_bytes() for path in (tmp_path / "out").iterdir()]
    assert len(written_out) == 2
    for said in (done.output.encode(), *written_out):
        assert [needle for needle in NEEDLES if needle.encode() in said.lower()] == []


def test_nothing_is_overwritten(patient: Path, tmp_path: Path) -> None:
    first = run(patient, "--out", tmp_path / "out", "--key-file", tmp_path / "key")
    before = {path: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    second = run(patient, "--out", tmp_path / "out", "--key-file", tmp_path / "key", "--keep-dates")
    assert (first.exit_code, second.exit_code) == (0, 1)
    assert second.output.count("already") == 2
    assert {path: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


def test_a_key_file_names_the_same_alike_in_another_run(patient: Path, tmp_path: Path) -> None:
    for out in ("one", "two"):
        assert run(patient, "--out", tmp_path / out, "--key-file", tmp_path / "key").exit_code == 0
    assert run(patient, "--out", tmp_path / "three").exit_code == 0
    names = [{path.name for path in (tmp_path / out).iterdir()} for out in ("one", "two", "three")]
    assert names[0] == names[1]
    assert names[0].isdisjoint(names[2])
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


def test_a_short_key_is_refused(patient: Path, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"secret")
    done = run(patient, "--out", tmp_path / "out", "--key-file", tmp_path / "key")
    assert done.exit_code == 1
    assert "32 are needed" in done.output


def test_options_are_named_by_their_codes(patient: Path, tmp_path: Path) -> None:
    done = run(patient / "quillfeather_CC.dcm", "--out", tmp_path / "out", "--shift-dates", "--retain-device",
               "--retain-characteristics", "--clean-pixels")  # fmt: skip
    assert done.exit_code == 0
    for code in ("113100", "113101", "113107", "113108", "113109"):
        assert code in done.output
    assert "look for letters over the breast itself" in done.output


def test_a_zip_is_a_study(patient: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "study.zip", "w") as archive:
        for path in sorted(patient.iterdir()):
            archive.write(path, path.name)
    done = run(tmp_path / "study.zip", "--out", tmp_path / "out")
    assert (done.exit_code, len(list((tmp_path / "out").iterdir()))) == (0, 2)
