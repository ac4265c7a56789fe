"""A real Orthanc on free ports of this machine, in a folder of the test's own."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydicom import Dataset, dcmread
from pydicom.filebase import DicomBytesIO

from tests.network.programs import free_port, listens, program, run, until

PLUGINS = ("/usr/share/orthanc/plugins", "/usr/lib/orthanc")


@dataclass(frozen=True)
class Orthanc:
    """`rest` answers below http://127.0.0.1:<http>/, DICOMweb below /dicom-web."""

    http: int
    dicom: int
    process: subprocess.Popen[bytes]

    @property
    def web(self) -> str:
        return f"http://127.0.0.1:{self.http}/dicom-web"

    @property
    def node(self) -> str:
        return f"ORTHANC@127.0.0.1:{self.dicom}"

    def rest(self, path: str, body: Any = None, method: str | None = None) -> bytes:
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.http}{path}", data, method=method)
        with urllib.request.urlopen(request, timeout=60) as response:
            return bytes(response.read())

    def json(self, path: str, body: Any = None) -> Any:
        return json.loads(self.rest(path, body))

    def upload(self, data: bytes) -> str:
        """Orthanc's own id of the instance."""
        return str(json.loads(self.rest("/instances", data))["ID"])

    def clear(self) -> None:
        for id_ in self.json("/patients"):
            self.rest(f"/patients/{id_}", method="DELETE")

    def knows(self, aet: str, port: int) -> None:
        """Register another DICOM node under the name of its AE title."""
        self.rest(f"/modalities/{aet}", {"AET": aet, "Host": "127.0.0.1", "Port": port}, method="PUT")

    def of_modality(self, modality: str) -> list[Dataset]:
        """The stored instances of a modality, fetched over REST."""
        query = {"Level": "Instance", "Query": {"Modality": modality}}
        found = self.json("/tools/find", query)
        return [dcmread(DicomBytesIO(self.rest(f"/instances/{id_}/file"))) for id_ in found]


def plugin() -> Path:
    found = [path for folder in PLUGINS for path in Path(folder).glob("libOrthancDicomWeb.so*")]
    if not found:
        pytest.skip("Orthanc's DICOMweb plugin is not installed (apt-get install orthanc-dicomweb)")
    return found[0]


def start(folder: Path) -> Orthanc:
    """Skips where it is not installed. Whoever starts it stops its process."""
    executable, http, dicom = program("Orthanc"), free_port(), free_port()
    configuration = {
        "Name": "Test",
        "StorageDirectory": str(folder / "storage"),
        "IndexDirectory": str(folder / "index"),
        "Plugins": [str(plugin())],
        "HttpPort": http,
        "HttpBindAddresses": ["127.0.0.1"],
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": False,
        "DicomServerEnabled": True,
        "DicomAet": "ORTHANC",
        "DicomPort": dicom,
        "DicomAlwaysAllowStore": True,
        "DicomAlwaysAllowEcho": True,
        "StableAge": 1,
        "DicomWeb": {"Enable": True, "Root": "/dicom-web/"},
    }
    (folder / "orthanc.json").write_text(json.dumps(configuration))
    log = (folder / "orthanc.log").open("wb")
    with log:
        process = subprocess.Popen([executable, str(folder / "orthanc.json")], cwd=folder, stdout=log, stderr=log)
    until(lambda: process.poll() is not None or (listens(http) and listens(dicom)), 60)
    assert process.poll() is None, (folder / "orthanc.log").read_text(errors="replace")[-2000:]
    return Orthanc(http, dicom, process)


def storescu(port: int, aec: str, file: Path) -> None:
    done = run("storescu", "-aet", "MODALITY", "-aec", aec, "127.0.0.1", port, file)
    assert done.returncode == 0, done.stderr
