"""Our DICOMweb client against a server that answers what it is told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from app import create_app
from app.network.dicomweb import DicomWeb, authorization_of
from app.network.errors import PeerAnswer, PeerError, PeerRefused, PeerUnreachable
from app.network.multipart import encode
from app.network.nodes import WebNode
from app.network.tls import Tls
from app.settings import Settings
from tests.app.test_whole_way import stub_networks
from tests.network.programs import certificate, until
from tests.network.test_tls import Pair


class Answer(BaseHTTPRequestHandler):
    status, body, headers_sent = 200, b"", {"Content-Type": "application/dicom+json"}
    asked: list[tuple[str, str | None]]

    def do_GET(self) -> None:  # http.server's name
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.asked.append((self.path, self.headers.get("Authorization")))
        self.send_response(self.status)
        for name, text in self.headers_sent.items():
            self.send_header(name, text)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    do_POST = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        return


Serve = Callable[..., tuple[DicomWeb, list[tuple[str, str | None]]]]


@pytest.fixture
def answering() -> Iterator[Serve]:
    """`answering(status, body, headers)`: a client of it, and what it was asked."""
    servers: list[HTTPServer] = []

    def serve(status: int = 200, body: bytes = b"", **headers: str) -> tuple[DicomWeb, list[tuple[str, str | None]]]:
        asked: list[tuple[str, str | None]] = []
        sent = {name.replace("_", "-"): text for name, text in headers.items()}
        answer = type("It", (Answer,), {"status": status, "body": body, "headers_sent": sent, "asked": asked})
        servers.append(HTTPServer(("127.0.0.1", 0), answer))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        return DicomWeb(WebNode(f"http://127.0.0.1:{servers[-1].server_port}/pacs"), authorization="Bearer x"), asked

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_query_is_asked_below_the_root_with_its_keys_escaped(answering: Serve) -> None:
    web, asked = answering(200, b'[{"0020000D": {"vr": "UI", "Value": ["1.2"]}}]')
    assert web.find("/studies", PatientID="A&B ?*") == [{"0020000D": {"vr": "UI", "Value": ["1.2"]}}]
    assert asked == [("/pacs/studies?PatientID=A%26B+%3F%2A", "Bearer x")]
    web, _ = answering(204)
    assert web.find("/studies") == []


def test_a_redirect_is_not_followed_with_our_authorization(answering: Serve) -> None:
    elsewhere, asked = answering(200, b"[]")
    web, _ = answering(302, b"", Location=elsewhere.node.url)
    with pytest.raises(PeerRefused, match="302"):
        web.find("/studies")
    assert asked == []


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (503, b"", PeerUnreachable),
        (429, b"", PeerUnreachable),
        (401, b"", PeerRefused),
        (500, b"", PeerRefused),
        (200, b"<html>", PeerAnswer),
        (200, b'{"no": "list"}', PeerAnswer),
    ],
)
def test_each_bad_answer_has_its_error(status: int, body: bytes, error: type[PeerError], answering: Serve) -> None:
    with pytest.raises(error):
        answering(status, body)[0].find("/studies")


@pytest.mark.parametrize("parts", [[], [b"one", b"two"]])
def test_one_instance_is_one_part(parts: list[bytes], answering: Serve) -> None:
    body, content_type = encode(parts)
    with pytest.raises(PeerAnswer):
        answering(200, body, Content_Type=content_type)[0].retrieve("1", "2", "3")
    with pytest.raises(PeerAnswer):
        answering(200, b"DICM", Content_Type="application/dicom")[0].retrieve("1", "2", "3")


def test_a_refusal_inside_a_success_is_seen(answering: Serve) -> None:
    refused = b'{"00081198": {"vr": "SQ", "Value": [{"00081197": {"vr": "US", "Value": [43264]}}]}}'
    with pytest.raises(PeerRefused, match="A900"):
        list(answering(200, refused)[0].store([b"file"]))
    for fine in (b"", b"<NativeDicomModel/>", b'{"00081199": {"vr": "SQ", "Value": [{}]}}'):
        assert list(answering(200, fine)[0].store([b"one", b"two"])) == [0, 1]


def test_https_is_checked_against_whom_we_trust(tmp_path: Path, mammogram: bytes) -> None:
    pair: Pair = certificate(tmp_path, "server")
    app = create_app(Settings(data_dir=tmp_path / "data"), load=stub_networks, weights_problems=list)
    network = app.extensions["mammoscope"].network
    server = make_server("127.0.0.1", 0, app, threaded=True, ssl_context=(str(pair[0]), str(pair[1])))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        node = WebNode(f"https://127.0.0.1:{server.server_port}/dicomweb")
        with pytest.raises(PeerUnreachable, match="SSL"):
            list(DicomWeb(node).store([mammogram]))
        assert list(DicomWeb(node, Tls(ca=pair[0])).store([mammogram])) == [0]
        until(lambda: network.inbox.count("analysed") == 1)
    finally:
        server.shutdown()
        server.server_close()
        network.stop()


def test_the_header_comes_from_the_environment_and_is_never_shown() -> None:
    assert authorization_of({}) is None
    assert authorization_of({"MAMMOSCOPE_DICOMWEB_AUTHORIZATION": "Bearer secret"}) == "Bearer secret"
    assert "secret" not in repr(DicomWeb(WebNode("http://127.0.0.1"), authorization="Bearer secret"))
