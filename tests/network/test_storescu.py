"""DCMTK's echoscu and storescu against our Storage SCP."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from pydicom import dcmread, uid
from pydicom.uid import UID, generate_uid

from app.network.received import key_of
from tests.network.conftest import MakeStation
from tests.network.programs import free_port, run, until
from tests.network.stubs import NAME, Peer, changed, uid_of
from training.phantom.others import ct_slice


def send(port: int, *files: Path, options: tuple[str, ...] = (), aet: str = "MODALITY") -> int:
    return run("storescu", *options, "-aet", aet, "-aec", "MAMMOSCOPE", "127.0.0.1", port, *files).returncode


@pytest.fixture
def file(tmp_path: Path, mammogram: bytes) -> Path:
    path = tmp_path / "a.dcm"
    path.write_bytes(mammogram)
    return path


def test_an_echo_is_answered(station: MakeStation) -> None:
    _, _, port = station()
    assert run("echoscu", "-aec", "MAMMOSCOPE", "127.0.0.1", port).returncode == 0


def test_a_stranger_is_rejected_and_an_allowed_caller_is_not(station: MakeStation, file: Path) -> None:
    _, intake, port = station(allowed=("MODALITY", "PACS"))
    assert run("echoscu", "-aet", "STRANGER", "127.0.0.1", port).returncode != 0
    assert send(port, file, aet="STRANGER") != 0
    assert send(port, file, aet="PACS") == 0
    assert len(intake.inbox.entries()) == 1


def test_a_stored_mammogram_is_analysed_and_its_results_are_sent(
    station: MakeStation, file: Path, mammogram: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "mammoscope")
    with Peer(free_port()) as pacs:
        _, intake, port = station(send_to=f"PACS@127.0.0.1:{pacs.port}")
        assert send(port, file) == 0
        key = key_of(uid_of(mammogram))
        until(lambda: (entry := intake.inbox.get(key)) is not None and entry.state == "sent")
        assert send(port, file) == 0  # a repetition is welcome, and nothing more
        until(lambda: intake.inbox.count("received") == 0)
        assert len(pacs.stored) == 2
    assert not intake.inbox.folder(key).exists()
    assert "sent" in caplog.text
    assert not any(word in caplog.text for word in (NAME, "Mustermann", "ID-4711", uid_of(mammogram)))


def converted(file: Path, syntax: UID, *command: str) -> Path:
    """The same mammogram as another transfer syntax, made by DCMTK where it can."""
    path = file.with_name(f"{syntax}.dcm")
    if not command:
        dataset = dcmread(file)
        dataset.compress(syntax, generate_instance_uid=False)
        dataset.save_as(path)
        return path
    name, *options = command
    assert run(name, *options, file, path).returncode == 0
    return path


@pytest.mark.parametrize(
    ("syntax", "command", "proposal"),
    [
        (uid.ImplicitVRLittleEndian, ("dcmconv", "+ti"), "-xi"),
        (uid.ExplicitVRBigEndian, ("dcmconv", "+tb"), "-xb"),
        (uid.DeflatedExplicitVRLittleEndian, ("dcmconv", "+td"), "-xd"),
        (uid.RLELossless, ("dcmcrle",), "-xr"),
        (uid.JPEGLosslessSV1, ("dcmcjpeg",), "-xs"),
        (uid.JPEGLSLossless, ("dcmcjpls",), "-xt"),
        (uid.JPEG2000Lossless, (), "-xv"),  # DCMTK cannot make it, but sends it
    ],
    ids=lambda value: value.name if isinstance(value, UID) else "",
)
def test_every_way_of_encoding_arrives_and_is_analysed(
    syntax: UID, command: tuple[str, ...], proposal: str, station: MakeStation, file: Path, mammogram: bytes
) -> None:
    _, intake, port = station()
    assert send(port, converted(file, syntax, *command), options=("-R", proposal)) == 0
    until(lambda: intake.inbox.count("analysed") == 1)
    assert [path.name for path in intake.inbox.results(key_of(uid_of(mammogram)))] == ["seg.dcm", "sr.dcm"]


def test_a_node_that_speaks_implicit_vr_alone_gets_its_results(
    station: MakeStation, file: Path, mammogram: bytes
) -> None:
    with Peer(free_port(), syntaxes=(uid.ImplicitVRLittleEndian,)) as pacs:
        _, intake, port = station(send_to=f"PACS@127.0.0.1:{pacs.port}")
        assert send(port, file) == 0
        until(lambda: intake.inbox.count("sent") == 1)
        assert {made.file_meta.TransferSyntaxUID for made in pacs.stored} == {uid.ImplicitVRLittleEndian}
        assert {made.PatientID for made in pacs.stored} == {"ID-4711"}


def test_a_node_that_is_away_gets_its_results_when_it_is_back(station: MakeStation, file: Path) -> None:
    port = free_port()
    _, intake, ours = station(send_to=f"PACS@127.0.0.1:{port}")
    assert send(ours, file) == 0
    until(lambda: any(entry.code == "peer_unreachable" for entry in intake.inbox.entries()))
    with Peer(port, status=0xA700) as full:
        until(lambda: any(entry.code == "peer_refused" for entry in intake.inbox.entries()))
        full.status = 0xB000  # a warning: stored, with something coerced
        until(lambda: intake.inbox.count("sent") == 1)


def test_other_objects_find_no_presentation_context(station: MakeStation, tmp_path: Path) -> None:
    _, intake, port = station()
    (tmp_path / "ct.dcm").write_bytes(ct_slice())
    assert send(port, tmp_path / "ct.dcm") != 0
    assert intake.inbox.entries() == ()


def test_a_bad_object_is_refused_with_its_code_and_the_next_is_analysed(
    station: MakeStation, file: Path, mammogram: bytes, tmp_path: Path
) -> None:
    _, intake, port = station()
    bad = changed(mammogram, SOPInstanceUID=generate_uid(), Modality="CT", SOPClassUID=uid.SecondaryCaptureImageStorage)
    (tmp_path / "bad.dcm").write_bytes(bad)
    assert send(port, tmp_path / "bad.dcm", file) == 0
    until(lambda: intake.inbox.count("received") == 0)
    assert {(entry.state, entry.code) for entry in intake.inbox.entries()} == {
        ("refused", "unsupported_image"),
        ("analysed", None),
    }
    assert not intake.inbox.folder(key_of(uid_of(bad))).exists()


def test_a_full_queue_is_told_and_nothing_is_kept(station: MakeStation, file: Path) -> None:
    _, intake, port = station(limit=0)
    said = run("storescu", "-v", "-aec", "MAMMOSCOPE", "127.0.0.1", port, file)
    assert "Refused: OutOfResources" in said.stdout + said.stderr
    assert intake.inbox.entries() == ()
    assert list(intake.inbox.objects.iterdir()) == []
