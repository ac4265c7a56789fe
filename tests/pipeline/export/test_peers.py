"""Programs of others judge and read what we write: dicom3tools (David Clunie) and DCMTK (OFFIS)."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from pipeline.export import KINDS
from tests.pipeline.export.cases import SOURCES, objects, opened, received

REPORTS = ("cad_sr", "sr")
# What dciodvfy and dcentvfy warn of, and why it stays.
TOLERATED = (
    r"<99MAMMOSCOPE> for value 1 of attribute <Coding Scheme Designator>",  # private, declared in the object
    r"attribute <Laterality>",  # of a presentation state: empty, because one series holds both sides
    r"Element=<AccessionNumber> IE <Study> versus <Series>",  # dcentvfy counts the requests of an SR to its series
    r"attribute <View Position>",  # of the source: MLO is no defined term of CR and DX
)
# Two of the sources name no patient or study number; results then have these attributes empty.
NOTHING_TO_COPY = (r"needed to build DICOMDIR", r"Attribute present in one instance but not the other")
INCOMPLETE = ("bare", "radiograph")


def run(program: str, *arguments: str | Path) -> str:
    """What it says; fails when it fails."""
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed (apt-get install dcmtk dicom3tools)")
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, check=False)
    said = (done.stdout + done.stderr).decode("utf-8", "replace")
    assert done.returncode == 0, said
    return said


def kept(folder: Path, name: str, found: bool) -> dict[str, Path]:
    files = {kind: folder / f"{kind}.dcm" for kind in KINDS}
    for kind, path in files.items():
        path.write_bytes(objects(name, found)[kind])
    return files


def complaints(said: str, name: str) -> list[str]:
    tolerated = TOLERATED + (NOTHING_TO_COPY if name in INCOMPLETE else ())
    lines = [line for line in said.splitlines() if re.search("error|warning", line, re.IGNORECASE)]
    return [line for line in lines if not any(re.search(known, line) for known in tolerated)]


@pytest.mark.parametrize("found", [True, False], ids=["findings", "none"])
@pytest.mark.parametrize("name", SOURCES)
def test_dciodvfy_finds_no_fault_in_any_object(tmp_path: Path, name: str, found: bool) -> None:
    for path in kept(tmp_path, name, found).values():
        assert complaints(run("dciodvfy", path), name) == [], path.name


@pytest.mark.parametrize("name", SOURCES)
def test_dcentvfy_finds_them_to_belong_to_one_patient_and_study(tmp_path: Path, name: str) -> None:
    (tmp_path / "source.dcm").write_bytes(received(name))
    said = run("dcentvfy", tmp_path / "source.dcm", *kept(tmp_path, name, True).values())
    assert complaints(said, name) == []


@pytest.mark.parametrize("name", SOURCES)
def test_dcmdump_reads_every_object(tmp_path: Path, name: str) -> None:
    for path in kept(tmp_path, name, True).values():
        assert "(0020,000d) UI" in run("dcmdump", "-q", path)


@pytest.mark.parametrize("found", [True, False], ids=["findings", "none"])
@pytest.mark.parametrize("name", SOURCES)
def test_dsrdump_reads_both_reports(tmp_path: Path, name: str, found: bool) -> None:
    files = kept(tmp_path, name, found)
    for kind, title in zip(REPORTS, ("Mammography CAD Report", "Imaging Measurement Report"), strict=True):
        said = run("dsrdump", "+Pl", files[kind])
        assert title in said
        assert not re.search(r"^E:", said, re.MULTILINE)
        assert ("(POLYLINE," in said) is found


def test_dcmtk_passes_the_presentation_state(tmp_path: Path) -> None:
    assert "Test passed" in run("dcmpschk", kept(tmp_path, "phantom", True)["gsps"])


def test_dcmtk_takes_the_report_out_again(tmp_path: Path) -> None:
    run("dcm2pdf", kept(tmp_path, "phantom", True)["pdf"], tmp_path / "report.pdf")
    made = opened("phantom", "pdf")
    assert (tmp_path / "report.pdf").read_bytes() == made.EncapsulatedDocument[: made.EncapsulatedDocumentLength]
