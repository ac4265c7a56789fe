"""A real Orthanc: mammograms come from it, results go back into it and are opened by other libraries."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import highdicom
import numpy as np
import pytest
from click.testing import CliRunner, Result
from pydicom import Dataset, dcmread
from pydicom.filebase import DicomBytesIO
from pydicom.uid import generate_uid
from werkzeug.serving import make_server

from app import create_app
from app.analyst import Analyst
from app.audit import lines_of
from app.cli import main, reading
from app.network.dicomweb import DicomWeb
from app.network.errors import PeerRefused, PeerUnreachable
from app.network.nodes import WebNode
from app.settings import Settings
from pipeline.finding import Analysis
from pipeline.read import read
from tests.app.test_whole_way import stub_networks
from tests.network import orthanc, station
from tests.network.orthanc import Orthanc, storescu
from tests.network.programs import free_port, run, stop, until
from tests.network.stubs import changed, phantom, uid_of

KINDS = ("--results", "cad_sr,sr,seg")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orthanc]:
    started = orthanc.start(tmp_path_factory.mktemp("orthanc"))
    yield started
    stop(started.process)


@pytest.fixture
def pacs(running: Orthanc) -> Orthanc:
    running.clear()
    return running


@pytest.fixture(scope="module")
def expected(mammogram: bytes) -> Analysis:
    return Analyst(stub_networks).analyze(read(mammogram), lambda stage: None)


def items_of(item: Dataset) -> Iterator[Dataset]:
    yield item
    for below in item.get("ContentSequence", ()):
        yield from items_of(below)


def outlines_in(report: Dataset) -> list[list[tuple[float, float]]]:
    """Every closed line of a report in pixels of the image: x, y."""
    drawn = [item for item in items_of(report) if item.get("GraphicType") == "POLYLINE"]
    return [list(zip(item.GraphicData[::2], item.GraphicData[1::2], strict=True)) for item in drawn]


def check_results(pacs: Orthanc, expected: Analysis, image: bytes) -> None:
    """SR and SEG in the PACS say of `image` what the pipeline said, where it said it."""
    source = dcmread(DicomBytesIO(image), stop_before_pixels=True)
    (finding,) = expected.findings
    assert finding.outline is not None
    reports = pacs.of_modality("SR")
    assert {report.SOPClassUID.name for report in reports} == {"Mammography CAD SR Storage", "Comprehensive SR Storage"}
    for report in reports:
        assert (report.StudyInstanceUID, report.PatientID) == (source.StudyInstanceUID, source.PatientID)
        (outline, *_) = outlines_in(report)
        np.testing.assert_allclose(outline[: len(finding.outline)], finding.outline, atol=1e-2)
    (stored,) = pacs.of_modality("SEG")
    check_segmentation(stored, source, finding.outline)


def check_segmentation(stored: Dataset, source: Dataset, outline: np.ndarray) -> None:
    segmentation = highdicom.seg.Segmentation.from_dataset(stored)
    masks = segmentation.get_pixels_by_source_instance([source.SOPInstanceUID])
    assert masks.shape == (1, source.Rows, source.Columns, 1)
    rows, columns = np.nonzero(masks[0, :, :, 0])
    found = columns.min(), rows.min(), columns.max() + 1, rows.max() + 1
    assert found == pytest.approx((*outline.min(axis=0), *outline.max(axis=0)), abs=1)


def test_a_mammogram_goes_from_the_pacs_to_us_and_its_results_go_back(
    pacs: Orthanc, tmp_path: Path, mammogram: bytes, expected: Analysis
) -> None:
    listening = station.listen(tmp_path, "--send-to", pacs.node, "--allow", "ORTHANC", *KINDS)
    try:
        (tmp_path / "a.dcm").write_bytes(mammogram)
        storescu(pacs.dicom, "ORTHANC", tmp_path / "a.dcm")
        pacs.knows("MAMMOSCOPE", listening.port)
        pacs.json("/modalities/MAMMOSCOPE/store", pacs.json("/instances"))
        until(lambda: len(pacs.json("/instances")) == 4)
    finally:
        stop(listening.process)
    check_results(pacs, expected, mammogram)
    study = dcmread(DicomBytesIO(mammogram), stop_before_pixels=True).StudyInstanceUID
    asked = ("-k", "QueryRetrieveLevel=SERIES", "-k", f"StudyInstanceUID={study}", "-k", "Modality")
    found = run("findscu", "-v", "-S", "-aet", "MAMMOSCOPE", "-aec", "ORTHANC", "127.0.0.1", pacs.dicom, *asked)
    modalities = re.findall(r"\(0008,0060\) CS \[(\w+) *\]", found.stdout + found.stderr)
    assert sorted(modalities) == ["MG", "SEG", "SR", "SR"]


def test_results_go_to_a_dicomweb_address_as_well(
    pacs: Orthanc, tmp_path: Path, mammogram: bytes, expected: Analysis
) -> None:
    listening = station.listen(tmp_path, "--send-to", pacs.web, *KINDS)
    try:
        (tmp_path / "a.dcm").write_bytes(mammogram)
        storescu(listening.port, "MAMMOSCOPE", tmp_path / "a.dcm")
        until(lambda: len(pacs.json("/instances")) == 3)
    finally:
        stop(listening.process)
    check_results(pacs, expected, mammogram)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Callable[[str], int]]:
    """`mammoscope serve` sending its results there, on a port of its own."""
    stops: list[Callable[[], None]] = []

    def serve(send_to: str) -> int:
        settings = Settings(data_dir=tmp_path / "data", send_to=send_to, results=("cad_sr", "sr", "seg"))
        app = create_app(settings, load=stub_networks, weights_problems=list)
        server = make_server("127.0.0.1", free_port(), app, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        stops.extend((server.shutdown, server.server_close, app.extensions["mammoscope"].network.stop))
        return int(server.server_port)

    yield serve
    for each in stops:
        each()


def test_orthanc_stows_to_us_and_we_stow_back(
    pacs: Orthanc, served: Callable[[str], int], mammogram: bytes, expected: Analysis
) -> None:
    port = served(pacs.web)
    pacs.upload(mammogram)
    server = {"Url": f"http://127.0.0.1:{port}/dicomweb", "HasDelete": False}
    pacs.rest("/dicom-web/servers/MAMMOSCOPE", json.dumps(server).encode(), method="PUT")
    pacs.json("/dicom-web/servers/MAMMOSCOPE/stow", {"Resources": pacs.json("/instances"), "Synchronous": True})
    until(lambda: len(pacs.json("/instances")) == 4)
    check_results(pacs, expected, mammogram)


@pytest.fixture
def pull(pacs: Orthanc, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Result]:
    monkeypatch.setattr(reading, "analyst", lambda settings: Analyst(stub_networks))
    monkeypatch.setenv("MAMMOSCOPE_DATA_DIR", str(tmp_path / "data"))

    def pulled(*options: str) -> Result:
        return CliRunner().invoke(main, ["pull", "--from", pacs.web, *options])

    return pulled


def test_a_study_is_pulled_analysed_and_its_results_are_stored_in_the_pacs(
    pacs: Orthanc, pull: Callable[..., Result], mammogram: bytes, expected: Analysis, tmp_path: Path
) -> None:
    pacs.upload(mammogram)
    study = dcmread(DicomBytesIO(mammogram), stop_before_pixels=True).StudyInstanceUID
    done = pull("--study", study, "--send", "--json", *KINDS)
    assert done.exit_code == 0, done.output
    (document,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert document["file"] == uid_of(mammogram)
    assert document["findings"][0]["box"]["x"] == pytest.approx(expected.findings[0].box.x, abs=0.01)
    check_results(pacs, expected, mammogram)
    audited = [(line["what"], line["part"]) for line in lines_of(tmp_path / "data" / "audit.jsonl")]
    assert audited == [("analysed", pacs.web), ("sent", pacs.web)]
    assert pull("--study", study, "--send", "--json", *KINDS).stdout.count("\n") == 1  # results are no mammograms
    assert len(pacs.json("/instances")) == 4  # and the same objects again are the same objects


def test_studies_are_found_by_patient_and_date_and_a_bad_one_stops_no_other(
    pacs: Orthanc, pull: Callable[..., Result], mammogram: bytes, tmp_path: Path
) -> None:
    uids = {"StudyInstanceUID": generate_uid(), "SeriesInstanceUID": generate_uid(), "SOPInstanceUID": generate_uid()}
    bad = changed(mammogram, **uids, PhotometricInterpretation="RGB")
    pacs.upload(changed(mammogram, StudyDate="20260102"))
    pacs.upload(changed(bad, StudyDate="20260103"))
    pacs.upload(changed(phantom(4), PatientID="SOMEBODY ELSE", StudyDate="20260104"))
    done = pull("--patient", "ID-4711", "--json", "--out", str(tmp_path / "results"))
    assert done.exit_code == 1
    documents = {found["file"]: found for found in map(json.loads, done.stdout.splitlines())}
    assert set(documents) == {uid_of(mammogram), uids["SOPInstanceUID"]}
    assert documents[uids["SOPInstanceUID"]]["error"]["code"] == "unsupported_image"
    written = sorted((tmp_path / "results").iterdir())
    assert [path.name.partition("-")[2] for path in written] == ["cad_sr.dcm", "seg.dcm"]
    found = pull("--date", "20260103-20260105", "--json").stdout
    assert (uid_of(phantom(4)) in found, uid_of(mammogram) in found) == (True, False)


def test_what_the_pacs_does_not_have_or_take_is_an_error_with_a_code(pacs: Orthanc) -> None:
    web = DicomWeb(WebNode(pacs.web))
    with pytest.raises(PeerRefused, match="404"):
        web.retrieve("1.2.3", "1.2.3", "1.2.3")
    with pytest.raises(PeerRefused):
        list(web.store([b"no DICOM at all"]))
    with pytest.raises(PeerUnreachable):
        DicomWeb(WebNode(f"http://127.0.0.1:{free_port()}/dicom-web")).find("/studies")


def test_a_pull_from_nowhere_says_so(pull: Callable[..., Result]) -> None:
    away = f"http://127.0.0.1:{free_port()}/dicom-web"
    done = CliRunner().invoke(main, ["pull", "--from", away, "--study", "1.2.3"])
    assert (done.exit_code, "peer_unreachable" in done.output) == (1, True)
    assert pull("--study", "1.2/../3").exit_code == 2
    assert pull().exit_code == 2
