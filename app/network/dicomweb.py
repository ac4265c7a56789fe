"""DICOMweb client: QIDO-RS, WADO-RS, STOW-RS (PS3.18 10). No redirects are followed and no proxy is used."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

from app.network.errors import PeerAnswer, PeerRefused, PeerUnreachable
from app.network.multipart import DICOM, MultipartError, decode, encode
from app.network.nodes import WebNode
from app.network.tls import Tls

TIMEOUT_S = 60.0
LARGEST_ANSWER = 1 << 30
JSON = "application/dicom+json"
Attributes = Mapping[str, Any]  # one data set in the DICOM JSON model, PS3.18 Annex F


@dataclass(frozen=True)
class DicomWeb:
    """One service. `authorization` is the value of the Authorization header, sent to `node` and nowhere else."""

    node: WebNode
    tls: Tls = field(default_factory=Tls)
    authorization: str | None = field(default=None, repr=False)

    def find(self, path: str, **query: str) -> list[Attributes]:
        """QIDO-RS: `find("/studies", PatientID="1")`. Raises PeerError."""
        where = f"{path}?{urlencode(query)}" if query else path
        status, body, _ = self._request("GET", where, {"Accept": JSON})
        if status == 204 or not body:
            return []
        try:
            found = json.loads(body)
        except ValueError:
            raise PeerAnswer(f"{self.node} answered a query with something that is no JSON.") from None
        if not isinstance(found, list):
            raise PeerAnswer(f"{self.node} answered a query with something that is no list.")
        return found

    def retrieve(self, study: str, series: str, instance: str) -> bytes:
        """WADO-RS: one instance as it is stored, as a DICOM file. Raises PeerError."""
        accept = f'multipart/related; type="{DICOM}"; transfer-syntax=*'
        path = f"/studies/{study}/series/{series}/instances/{instance}"
        _, body, content_type = self._request("GET", path, {"Accept": accept})
        try:
            parts = list(decode(body, content_type))
        except MultipartError as error:
            raise PeerAnswer(f"{self.node} sent an instance in a form we do not know: {error}") from None
        if len(parts) != 1:
            raise PeerAnswer(f"{self.node} sent {len(parts)} parts for one instance.")
        return parts[0][1]

    def store(self, files: Sequence[bytes]) -> Iterator[int]:
        """STOW-RS, one request for each DICOM file; gives the index of each as it is confirmed. Raises PeerError."""
        for index, file in enumerate(files):
            body, content_type = encode([file])
            headers = {"Content-Type": content_type, "Accept": JSON}
            _, answer, _ = self._request("POST", "/studies", headers, body)
            reasons = failures(answer)
            if reasons:
                raise PeerRefused(f"{self.node} refused an object: reason {', '.join(f'{r:04X}' for r in reasons)}.")
            yield index

    def _request(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> tuple[int, bytes, str]:
        parts = urlsplit(self.node.url)
        known = {"Authorization": self.authorization} if self.authorization else {}
        connection = self._connection(parts.scheme, parts.hostname or "", parts.port)
        try:
            connection.request(method, parts.path + path, body or None, {**headers, **known})
            response = connection.getresponse()
            answer = response.read(LARGEST_ANSWER + 1)
        except (OSError, HTTPException) as error:
            raise PeerUnreachable(f"{self.node} could not be reached ({type(error).__name__}).") from None
        finally:
            connection.close()
        if len(answer) > LARGEST_ANSWER:
            raise PeerAnswer(f"{self.node} answered with more than {LARGEST_ANSWER} bytes.")
        self._check(response.status)
        return response.status, answer, response.headers.get("Content-Type", "")

    def _connection(self, scheme: str, host: str, port: int | None) -> HTTPConnection:
        if scheme == "https":
            return HTTPSConnection(host, port, timeout=TIMEOUT_S, context=self.tls.client())
        return HTTPConnection(host, port, timeout=TIMEOUT_S)

    def _check(self, status: int) -> None:
        if status in (429, 502, 503, 504):
            raise PeerUnreachable(f"{self.node} is busy: HTTP status {status}.")
        if not 200 <= status < 300:
            raise PeerRefused(f"{self.node} answered with HTTP status {status}.")


def failures(answer: bytes) -> list[int]:
    """Failure reasons (0008,1197) in a STOW-RS answer, PS3.18 10.5.3. An answer in another form counts as success,
    because the HTTP status has said so already."""
    try:
        found = json.loads(answer)
    except ValueError:
        return []
    items = [item for tag in ("00081198", "0008119A") for item in (found.get(tag) or {}).get("Value", ())]
    return [int((item.get("00081197") or {}).get("Value", [0])[0]) for item in items]


def value(attributes: Attributes, tag: str) -> str:
    """The first value of an element of the DICOM JSON model as text; empty where there is none."""
    values = (attributes.get(tag) or {}).get("Value") or [""]
    return str(values[0])


def authorization_of(environ: Mapping[str, str] | None = None) -> str | None:
    """MAMMOSCOPE_DICOMWEB_AUTHORIZATION, such as `Bearer ...`: not an option, because process lists show those."""
    return (os.environ if environ is None else environ).get("MAMMOSCOPE_DICOMWEB_AUTHORIZATION") or None
